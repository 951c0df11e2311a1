"""同意 in plain words: the categories, what is explained, the sentence that sums a statement up."""

from dataclasses import dataclass

from cases.models.consent import Consent
from cases.models.row import Category
from nisshin_support.wareki import wareki

CATEGORY_WORDS = {
    Category.IDENTITY: "氏名・性別・年齢・住所・電話・家族の関係",
    Category.HEALTH: "健康の状態、病気、障害、介護のこと",
    Category.WORK: "仕事、学校、通っている所のこと",
    Category.MONEY: "収入、資産、借金のこと",
    Category.SERVICES: "使っている福祉の制度やサービス、関わっている機関",
    Category.HISTORY: "これまでの暮らし、困っていること、その他",
}

EXPLAINED = [
    "①支援を利用したいという気持ちを確かめたこと",
    "②情報を共有する目的(暮らしの困りごとを、関係機関がいっしょに支えるため)",
    "③情報を出すのは、市と、市から委託を受けた機関であること",
    "④情報を受け取る機関の名前",
    "⑤共有する情報の項目",
    "⑥共有の方法(会議、書面、電話、このシステム)と、記録が残ること",
    "⑦重層的支援会議で共有されること",
    "⑧同意の有効期間と、見直しの時期",
    "⑨いつでも撤回できること、その方法、撤回した後の扱い",
    "⑩同意しなくても相談は受けられること",
    "⑪日付と署名、代理・代筆のときの書き方",
    "⑫説明した人と、立ち会った人",
]


SUCCESSORS_TOO = "機関が替わったときは、その仕事を引き継いだ機関も含みます。"


@dataclass(frozen=True)
class Statement:
    """One statement as the lead reads it."""

    consent: Consent
    state: tuple[str, str]
    categories: list
    is_ending: bool


@dataclass(frozen=True)
class Concerned:
    """What an agency is told of a consent that names it: nothing of anybody else."""

    public_id: str
    whose: str
    categories: list
    given_on: object
    from_day: object
    until_day: object
    state: tuple[str, str]
    may_be_withdrawn: bool


def categories_said(categories):
    """②健康・④経済"""
    return "・".join(Category(number).label for number in sorted(categories))


def sentence(name, categories, agencies, agency_list, until, ending="見られるようになります"):
    """○○さんの②健康・④経済を、A機関・B機関が、令和9年3月31日まで見られるようになります。"""
    to = "・".join([*(agency.name for agency in agencies), *([str(agency_list)] if agency_list else [])])
    end = f"{wareki(until)}まで" if until else "(終了日が未入力)"
    return f"{name}さんの{categories_said(categories)}を、{to}が、{end}{ending}。"


def closing_sentence(name, categories, agencies):
    """○○さんの②健康を、A機関は見られなくなります。 Nothing named means everything."""
    what = categories_said(categories) if categories else "すべての分類"
    who = "・".join(agency.name for agency in agencies) or "すべての機関"
    return f"{name}さんの{what}を、{who}は見られなくなります(自分で書いた記録を除きます)。"


def said_of(consent):
    """The statement as one plain sentence."""
    agencies = [] if consent.all_agencies else list(consent.recipients.all())
    if consent.kind == Consent.Kind.GIVEN:
        of_list, ending = consent.recipient_list, "見られるという同意です"
        said = sentence(consent.person.name, consent.categories, agencies, of_list, consent.until_day, ending)
        return said + (SUCCESSORS_TOO if agencies and consent.names_function else "")
    if consent.kind == Consent.Kind.NOT_ASKED:
        return f"{consent.person.name}さんの意思は、まだ確かめていません。"
    return closing_sentence(consent.person.name, consent.categories, agencies)
