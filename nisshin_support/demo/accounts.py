"""The demonstration accounts: one for each kind of user, with random passwords kept in a file only its owner reads."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from agencies.models import Agency, Membership, Role, User

ROSTER_AGENCIES = {
    "city": "日進市 地域福祉課",
    "hokatsu1": "地域包括支援センター 1",
    "hokatsu2": "地域包括支援センター 2",
    "shogai": "障害者相談支援センター",
    "kodomo": "こども家庭センター",
    "kosodate": "にっしん子育て総合支援センター",
    "kurashi": "くらしサポート窓口",
    "moribito": "まちの守り人養成事業 実施機関",
    "sanka": "社会参加支援事業 実施機関",
}
INVENTED_AGENCIES = {
    "minsei": ("民生委員 見守 花子(架空)", "民生委員", Agency.Kind.WELFARE_COMMISSIONER),
    "school": ("みほん中学校(架空)", "みほん中", Agency.Kind.SCHOOL),
    "kansa": ("監査担当(架空)", "監査", Agency.Kind.SECTION),
    "yosomono": ("関わりのない課(架空)", "他課", Agency.Kind.SECTION),
}
# user name: (name, kana, agency, role, what one tries with it)
ACCOUNTS = {
    "hokatsu1": (
        "包括 一子",
        "ほうかつ いちこ",
        "hokatsu1",
        Role.COUNTER,
        "窓口職員(地域包括支援センター 1)",
    ),
    "hokatsu2": (
        "包括 二郎",
        "ほうかつ じろう",
        "hokatsu2",
        Role.COUNTER,
        "窓口職員(地域包括支援センター 2)",
    ),
    "shogai": ("障害 相子", "しょうがい あいこ", "shogai", Role.COUNTER, "窓口職員(障害者相談支援センター)"),
    "kodomo": ("児童 育子", "じどう いくこ", "kodomo", Role.COUNTER, "窓口職員(こども家庭センター)"),
    "kosodate": (
        "子育 広場",
        "こそだて ひろば",
        "kosodate",
        Role.COUNTER,
        "窓口職員(子育て総合支援センター)",
    ),
    "kurashi": ("暮 支助", "くらし しすけ", "kurashi", Role.COUNTER, "窓口職員(くらしサポート窓口)"),
    "gakko": ("学校 連", "がっこう れん", "school", Role.COUNTER, "窓口職員(学校)"),
    "suishin1": ("推進 一美", "すいしん かずみ", "city", Role.COORDINATOR, "相談支援包括化推進員"),
    "suishin2": ("推進 二葉", "すいしん ふたば", "city", Role.COORDINATOR, "相談支援包括化推進員"),
    "kaicho": ("会長 正", "かいちょう ただし", "city", Role.CHAIR, "支援会議の会長"),
    "minsei": ("見守 花子", "みまもり はなこ", "minsei", Role.EXTERNAL, "外部構成員(民生委員)"),
    "moribito": ("守人 歩", "もりひと あゆむ", "moribito", Role.OUTREACH, "アウトリーチ担当"),
    "sanka": ("参加 望", "さんか のぞみ", "sanka", Role.PARTICIPATION, "参加支援担当"),
    "meibo1": ("名簿 整", "めいぼ せい", "city", Role.ROSTER, "名簿管理"),
    "meibo2": ("名簿 確", "めいぼ かく", "city", Role.ROSTER, "名簿管理(二人目)"),
    "tokei": ("統計 数子", "とうけい かずこ", "city", Role.STATISTICS, "統計"),
    "kansa": ("監査 見", "かんさ けん", "kansa", Role.AUDIT, "監査"),
    "yosomono": ("余所 者", "よそ もの", "yosomono", Role.COUNTER, "何も見えない人"),
}


def passwords_file() -> Path:
    """Where the passwords of the demonstration are kept, readable by their owner only."""
    return Path(os.environ.get("NISSHIN_DEMO_ACCOUNTS", settings.BASE_DIR / ".demo-accounts.json"))


def known_passwords() -> dict[str, str]:
    """The passwords of the first start; empty when the file is gone."""
    return json.loads(passwords_file().read_text("utf-8")) if passwords_file().exists() else {}


def make_agencies(start) -> dict[str, Agency]:
    """The roster's agencies by the stories' short keys, and the few that only the demonstration has."""
    agencies = {key: Agency.objects.get(name=name) for key, name in ROSTER_AGENCIES.items()}
    for key, (name, short, kind) in INVENTED_AGENCIES.items():
        agencies[key] = Agency.objects.create(
            name=name, short_name=short, kind=kind, from_day=start, order=900
        )
    return agencies


def make_accounts(agencies, start) -> dict[str, Membership]:
    """Users with their membership and a random password each, kept in `passwords_file`."""
    passwords = {username: secrets.token_urlsafe(9) for username in ACCOUNTS}
    memberships = {}
    for username, (name, kana, agency, role, _) in ACCOUNTS.items():
        user = User.objects.create_user(username, password=passwords[username], name=name, kana=kana)
        memberships[username] = Membership.objects.create(
            user=user, agency=agencies[agency], role=role, from_day=start
        )
    _keep(passwords)
    return memberships


def _keep(passwords):
    path = passwords_file()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, ensure_ascii=False, indent=1)


def lines():
    """What `make run` prints: user name, password, whom it stands for."""
    known = known_passwords()
    for username, (name, _, _, _, what) in ACCOUNTS.items():
        yield f"  {username:<10} {known.get(username, '(最初の起動で表示)'):<14} {name} — {what}"
