"""A rule of the contract as labelled parts: the gate asks for all of them at once, 「なぜ」 asks for each."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Q


@dataclass(frozen=True)
class Rule:
    """S1, M5 …: holds when every part does. The parts are conditions on one and the same model."""

    name: str
    parts: dict[str, Q]

    @property
    def condition(self) -> Q:
        """The rule as one condition, its parts in the order they are written: the cheap ones first."""
        return reduce(and_, self.parts.values())


def any_of(rules) -> Q:
    """The condition that one of the rules holds."""
    return reduce(or_, (rule.condition for rule in rules))


# --- the parts, as people read them; MENDS says what would make a failing one hold -----------------------------------

RECORDED = "その機関(または引き継いだ前の機関)が記録した"
FREE_ROW = "支援会議の中だけの記録ではない"
FREE_CASE = "支援会議の中だけのケースではない"
CASE_KNOWN = "ケースがその機関に見える"
TAKES_PART = "今日、ケースに関与している"
PAIRS = "だれの・どの分類のすべてに、その機関への同意がある"
ENCLOSED = "その機関へのつなぎに同封され、つなぎが生きている"
GROUND = "つなぎの根拠が同意以外か、すべてに同意がある"
DISCLOSED = "開いている緊急提供に含まれている"
ASSIGNED = "終わっていない担当として割り当てられている"
REFERRAL = "その機関が出した、または受けたつなぎの文である"
NO_CONFLICT = "利害関係が記録されていない"
NOT_APART = "分離された相手方についての記録ではない(主担当機関を除く)"
ON_TABLE = "この議題の机にある"
TABLE_APART = "分離された相手方が、同じ日の会議にいない"
PERIOD = "会議の資料が開いている期間である"
EXPECTED = "この議題に予定され、当日からは出席が確認されている"
STANDS = "案件が成り立っている(提出機関でない出席機関への同意がある)"
MAIN = "主対象者の同意が何かの分類にある、または提出した機関である"
PAIRS_THEN = "今日と会議の日に、すべての分類の同意がある、または自分の機関の記録である"
MEMBER = "今日と会議の日に構成員で、守秘を確認している"
REASONED = "同意のない理由と、共有の必要性が書かれている"
BORN = "この会議で出せる記録である(ほかの支援会議の中だけの記録ではない)"
BASIS = "会議の根拠がこの規則のもの"
SITS = "この案件が、利害関係や分離で閉じていない"

MENDS = {
    PAIRS: "本人から、足りない分類の同意を得る。",
    PAIRS_THEN: "本人から、足りない分類の同意を得る。または支援会議(法106条の6)に移す。",
    MAIN: "本人から、この機関への同意を得る。または支援会議(法106条の6)に移す。",
    GROUND: "本人の同意を得る。または、法令などの根拠でつなぎ直す。",
    TAKES_PART: "つなぎで関与を依頼する。",
    FREE_ROW: "会長と持ち込んだ機関の二人が解除する。",
    FREE_CASE: "会長と開始した機関の二人が解除する。",
    EXPECTED: "この議題の出席者に加え、当日に出席を確認する。",
    STANDS: "出席機関への同意を得る。または支援会議に移す。",
    MEMBER: "任期と守秘の確認を記録する。または会長が指名する。",
    REASONED: "理由と必要性を議題に書く。",
    ON_TABLE: "この議題に同封する。",
    ENCLOSED: "その機関へのつなぎに同封する。",
}
