"""A proposal in words: what is asked, what it was and becomes, and what somebody could then do."""

from dataclasses import dataclass

from django.db import models

from agencies import sight
from agencies.models import Agency, Approval, Membership, Role, User
from cases.visibility import Purpose
from cases.visibility.purposes import ROLE_PURPOSES
from nisshin_support import clock, wareki

MEANS = {
    Purpose.SUPPORT: "支援: その機関が関わるケースで、その機関の記録と、本人の同意がある記録を見て、書くことができます。",
    Purpose.PREPARATION: "会議準備: 会議に選ばれた案件で、照会に答え、資料を同封できます。",
    Purpose.MEETING: "会議: 選ばれて出席する会議の資料を見られます。",
    Purpose.MEETING_RECORD: "会議記録: 終わった会議の記録を、理由を書いて見られます。",
    Purpose.IDENTITY: "名寄せ: 同じ人かもしれない人の氏名と生年月日を見られます。",
    Purpose.ROSTER: "名簿管理: 名簿と設定を変え、ほかの人の申請を承認できます。",
    Purpose.STATISTICS: "統計: すべてのケースの件数を見られます。個人は分かりません。",
    Purpose.AUDIT: "監査: だれがどのケースを見たかの記録を見られます。",
}
CONSEQUENCES = {
    "meetings.RosterTerm": "支援会議の構成員として案件に選ばれると、本人の同意がなくても、その案件の資料を見られます。",
    "agencies.AgencyList": "この版を相手とする同意がある人について、加わる機関が記録を見られるようになります。",
    "agencies.Agency": "この機関に所属する人が、その期間にも働け、機関への同意や関与がその期間にも効きます。",
    "oral_consent_counts": "聴取記録のある口頭の同意で、記録が見えるようになります。",
    "meeting_open_days": "閉じた会議の資料が、出席した人にもっと長く見えます。",
    "published_threshold": "公表する統計で、もっと小さい件数まで見えます。",
    "is_active": "この人がログインできるようになります。見えるものは、所属で決まります。",
    Approval.Kind.PASSWORD: "新しいパスワードを受け取った人が、この人としてログインできます。前のパスワードは使えなくなります。",
    Approval.Kind.SECOND_FACTOR: "この人は、次のログインで、確認コードのアプリを新しく登録します。それまでの端末は使えなくなります。",
}
# What a proposal is called: by kind where the model does not matter.
KIND_TITLES = {
    Approval.Kind.PASSWORD: "パスワードを作り直す",
    Approval.Kind.SECOND_FACTOR: "確認コードの登録を解く",
}
HEADS = {
    "agencies.Membership": ("user", "agency", "role"),
    "meetings.RosterTerm": ("user", "agency"),
    "agencies.User": ("name", "username"),
    "agencies.AgencyList": ("name", "version"),
}


@dataclass(frozen=True)
class Line:
    """One field: what it is called, what stood there, what would stand there."""

    label: str
    before: str
    after: str


def what_of(kind, model, values, thing=None):
    """One line: 所属を加える: 試験 花子・西包括・窓口職員."""
    title = KIND_TITLES.get(kind) or f"{model._meta.verbose_name}を{Approval.Kind(kind).label}"
    known = (sight.values_of(thing) if thing else {}) | values
    head = [shown(model, name, known[name]) for name in HEADS.get(model._meta.label, ()) if name in known]
    return f"{title}: {'・'.join(head) or thing}"[:200]


def lines_of(approval):
    """Each field of the proposal before and after; memberships of a new log-in as lines of their own."""
    model = sight.model_of(approval.model)
    values = {name: value for name, value in approval.values.items() if name != "memberships"}
    found = [
        Line(
            label_of(model, name),
            shown(model, name, approval.before[name]) if name in approval.before else "",
            shown(model, name, value),
        )
        for name, value in values.items()
        if value not in (None, "") or name in approval.before
    ]
    for row in approval.values.get("memberships", []):
        found.append(Line(str(Membership._meta.verbose_name), "", _membership(row)))
    return found


def changed_of(approval):
    """What has changed since: each field as it was then and is now."""
    model = sight.model_of(approval.model)
    return [
        Line(label_of(model, name), shown(model, name, approval.before[name]), shown(model, name, now))
        for name, now in approval.changed_meanwhile().items()
    ]


def consequences_of(approval):
    """What somebody could do once this is approved."""
    if approval.model == "agencies.Membership":
        role = approval.values.get("role") or getattr(approval.thing(), "role", "")
        return _means(role)
    if not sight.is_account(approval.model):
        named = [CONSEQUENCES[name] for name in approval.values if name in CONSEQUENCES]
        return named or [CONSEQUENCES[approval.model]]
    head = CONSEQUENCES.get(approval.kind) or CONSEQUENCES["is_active"]
    rows = approval.values.get("memberships") if approval.kind == Approval.Kind.ADD else _held_today(approval)
    found = [head, *(f"{_membership(row)}" for row in rows or [])]
    return list(dict.fromkeys(found + [mean for row in rows or [] for mean in _means(row["role"])]))


def label_of(model, name):
    """The Japanese name of a field."""
    labels = {("User", "is_active"): "ログインできる", ("User", "username"): "ログイン名"}
    return labels.get((model.__name__, name)) or str(model._meta.get_field(name).verbose_name)


def shown(model, name, value):
    """A plain value in the words of its field."""
    field = model._meta.get_field(name)
    if value is None or value == "" or value == []:
        return "期限なし" if name == "until_day" else "なし"
    if field.many_to_many:
        return "、".join(
            Agency.objects.filter(pk__in=value).order_by("order", "pk").values_list("name", flat=True)
        )
    if isinstance(field, models.ForeignKey):
        return str(field.related_model.objects.filter(pk=value).first() or "なし")
    if field.choices:
        return str(dict(field.choices).get(value, value))
    if isinstance(field, models.DateField):
        return wareki.wareki_short(field.to_python(value))
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return str(value)


def _means(role):
    return [MEANS[purpose] for purpose in Purpose if purpose in ROLE_PURPOSES.get(role, ())]


def _membership(values):
    until = shown(Membership, "until_day", values["until_day"]) if values["until_day"] else ""
    agency = shown(Membership, "agency", values["agency"])
    return (
        f"{agency}・{Role(values['role']).label} {shown(Membership, 'from_day', values['from_day'])}〜{until}"
    )


def _held_today(approval):
    """The memberships of the account that are in force as soon as it may be used."""
    user = User.objects.get(pk=approval.object_key)
    rows = Membership.objects.filter(user=user).select_related("agency", "user")
    today = clock.today()
    held = [
        row for row in rows if row.from_day <= today and (row.until_day is None or row.until_day >= today)
    ]
    return [sight.values_of(row) for row in held]
