"""なぜ見える・なぜ見えない in words: the gate's answers made ready for a page, cut to what the reader may know.

Of another agency a reader who sees the consents whole is told what concerns this case. A つなぎ between two others is
known to those two alone (§3.1, S6), so it is left out of the answer; of an agency that is not known to take part only
the consent is told.
"""

from dataclasses import dataclass, field
from typing import Any

from agencies.models import Agency
from agencies.models.agency import in_force
from cases.models import Category, Consent, Referral
from cases.visibility import Purpose, visible_participations
from cases.visibility.consenting import shared_now
from cases.visibility.why import Answer, Told, somebody_of
from cases.visibility.why_each import (
    opening_statements,
    sight_of_case_each,
    why_row_each,
)

BY_REFERRAL = ("S3", "S6")
RULES = {
    "S1": "記録した機関として",
    "S2": "本人の同意による共有",
    "S3": "つなぎへの同封",
    "S4": "緊急提供",
    "S5": "担当の割り当て",
    "S6": "つなぎの本文と回答",
    "M1–M6": "重層的支援会議(本人の同意)",
    "P1–P5": "支援会議(法106条の6)",
}


@dataclass
class Sight:
    """What one agency (or attendee) sees of a row, and why."""

    who: Any
    answer: Answer
    is_mine: bool = False

    @property
    def is_open(self):
        return self.answer.is_open

    @property
    def opening(self):
        """The rules that hold, in words."""
        return [RULES[rule.name] for rule in self.answer.opening]

    @property
    def lacking(self):
        """What keeps it closed: what closes whatever rule opens, else what the nearest rule lacks."""
        if self.is_open:
            return []
        if self.answer.closed_by:
            return [part.label for part in self.answer.closed_by]
        return [part.label for part in _nearest(self.answer.rules).failing]

    @property
    def changes(self):
        """What alone would open it, each once."""
        return list(dict.fromkeys(part.mend for part in self.answer.single_changes if part.mend))

    @property
    def told(self):
        """Each rule by name with its parts, those that hold first."""
        ordered = sorted(self.answer.rules, key=lambda rule: not rule.holds)
        return [(rule.name, RULES[rule.name], rule) for rule in ordered]


@dataclass(frozen=True)
class CaseSight:
    """What one agency sees of a case: whether it exists for it, its header, and the categories consented to it."""

    agency: Agency
    case: bool
    header: bool
    cells: list = field(default_factory=list)


def _nearest(told: list[Told]) -> Told:
    """The rule that lacks least; consent before others, because it is what one can ask for."""
    return min(told, key=lambda rule: (len(rule.failing), rule.name != "S2"))


def known_agencies(viewer, case) -> list[Agency]:
    """Agencies taking part today that the viewer may know of, one's own first (§1)."""
    parts = case.participations.filter(in_force(viewer.day)).select_related("agency")
    known = [part.agency for part in visible_participations(parts, viewer, Purpose.SUPPORT)]
    return sorted(known, key=lambda agency: (agency.pk != viewer.agency_id, agency.order, agency.name))


def sights_of_row(viewer, row, agencies) -> list[Sight]:
    """For the viewer, then for each of the other agencies (known to take part): how the row answers today."""
    others = [agency for agency in agencies if agency.pk != viewer.agency_id]
    answers = why_row_each([viewer, *(somebody_of(agency, viewer.day) for agency in others)], row)
    sent = _agencies_sent_to(viewer, row)
    cut = [
        without_referrals(answer, agency.pk in sent)
        for answer, agency in zip(answers[1:], others, strict=True)
    ]
    mine = Sight(viewer.agency, answers[0], is_mine=True)
    return [mine, *(Sight(agency, answer) for agency, answer in zip(others, cut, strict=True))]


def without_referrals(answer: Answer, is_known: bool) -> Answer:
    """The answer without the rules that rest on a つなぎ, unless the reader's own agency sent it there."""
    if is_known:
        return answer
    return Answer([rule for rule in answer.rules if rule.name not in BY_REFERRAL], answer.closing)


def _agencies_sent_to(viewer, row) -> set[int]:
    """Agencies to which the viewer's own agency sent this row, or that sent it here."""
    known = Referral.objects.visible_to(viewer, Purpose.SUPPORT).order_by()
    sent = known.filter(enclosures__row=row.pk, enclosures__removed_on__isnull=True)
    return {key for pair in sent.values_list("from_agency", "to_agency") for key in pair}


def statements_behind(viewer, row, agency, is_whole):
    """The statements that open the row to `agency`: whole for who sees them so, else those about one's own agency."""
    seen = Consent.objects.visible_to if is_whole else Consent.objects.concerning
    if not is_whole and agency.pk != viewer.agency_id:
        return []
    return opening_statements(seen(viewer, Purpose.SUPPORT), row, agency, viewer.day)


def sights_of_case(viewer, case, is_whole) -> list[CaseSight]:
    """For each agency known to take part: case, header, and (seeing consents whole) the main subject's categories."""
    agencies = known_agencies(viewer, case)
    seen = sight_of_case_each([somebody_of(agency, viewer.day) for agency in agencies], case)
    shared = shared_now([case.main_subject], agencies, viewer.day) if is_whole else {}
    subject = case.main_subject_id
    return [
        CaseSight(agency, *opened, cells=[c in shared.get((subject, agency.pk), ()) for c in Category])
        for agency, opened in zip(agencies, seen, strict=True)
    ]
