"""なぜ見える・なぜ見えない: the rules that hold or fail by name, and what single change would alter the answer (§5).

Every part is the gate's own condition, asked one by one; nothing is decided a second time here.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When

from agencies.models.staff import Role
from cases.models.case import Case as CaseRecord
from cases.models.consent import Consent
from cases.models.row import Category, Matter, Row
from cases.visibility import rows_on_table, rules, support, table
from cases.visibility.decisions import holds
from cases.visibility.prepared import ids
from cases.visibility.purposes import Purpose, Viewer
from meetings.models.agenda import AgendaItem


@dataclass(frozen=True)
class Part:
    """One condition, whether it holds, and what would mend it."""

    label: str
    holds: bool

    @property
    def mend(self) -> str:
        return rules.MENDS.get(self.label, "")


@dataclass(frozen=True)
class Told:
    """One rule with its parts."""

    name: str
    parts: list[Part]

    @property
    def holds(self) -> bool:
        return all(part.holds for part in self.parts)

    @property
    def failing(self) -> list[Part]:
        return [part for part in self.parts if not part.holds]


@dataclass
class Answer:
    """Whether a row is open to somebody, by which rules, and what keeps it closed."""

    rules: list[Told]
    closing: list[Part] = field(default_factory=list)

    @property
    def closed_by(self) -> list[Part]:
        return [part for part in self.closing if not part.holds]

    @property
    def opening(self) -> list[Told]:
        return [] if self.closed_by else [rule for rule in self.rules if rule.holds]

    @property
    def is_open(self) -> bool:
        return bool(self.opening)

    @property
    def single_changes(self) -> list[Part]:
        """Parts that alone keep it closed and that somebody can mend: do one of these, and the row opens."""
        if self.is_open or len(self.closed_by) > 1:
            return []
        if self.closed_by:
            return self.closed_by if any(rule.holds for rule in self.rules) else []
        nearly = [rule.failing[0] for rule in self.rules if len(rule.failing) == 1]
        return [part for part in nearly if part.mend]


def somebody_of(agency, day: date, role: str = Role.COUNTER) -> Viewer:
    """A member of staff of the agency at large, for questions about an agency: no person, so nothing named (S5)."""
    membership: Any = SimpleNamespace(pk=None, agency=agency, agency_id=agency.pk, role=role)
    return Viewer(user=SimpleNamespace(pk=0), membership=membership, day=day)


def why_row(viewer: Viewer, row, item=None) -> Answer:
    """For 支援, or on the table of `item`: every rule with its parts, as the gate answers them for this viewer."""
    return _why_at_table(viewer, row, item) if item else _why_in_support(viewer, row)


def _why_in_support(viewer: Viewer, row) -> Answer:
    may = viewer.may_act_for(Purpose.SUPPORT)
    told = _told(Row, row.pk, asked_in_support(viewer))
    closing = _told(Row, row.pk, [rules.Rule("", support.not_closed(viewer))])[0].parts
    return Answer(told, [*closing, *([] if may else [Part("支援の目的を持つ役割である", False)])])


def asked_in_support(viewer: Viewer) -> list[rules.Rule]:
    """S1–S6 as 「なぜ」 asks them: each rule in a case with the condition that the case is visible."""
    known = {rules.CASE_KNOWN: Q(case__among=ids(CaseRecord, support.support_cases, viewer))}
    in_case = [rules.Rule(rule.name, {**rule.parts, **known}) for rule in support.rules_in_a_case(viewer)]
    return [*in_case, support.s6_referral_text(viewer)]


def _why_at_table(viewer: Viewer, row, item) -> Answer:
    statutory = item.segment.is_statutory
    of_item = table.p_parts(viewer) if statutory else table.m_parts(viewer)
    [first] = _told(AgendaItem, item.pk, [rules.Rule("", {**of_item, rules.PERIOD: table.is_open(viewer)})])
    [second] = _told(Row, row.pk, [rules.Rule("", rows_on_table.parts_of_row(viewer, item))])
    return Answer([Told("P1–P5" if statutory else "M1–M6", [*first.parts, *second.parts])])


def _told(model, pk, asked) -> list[Told]:
    """Each part of each rule asked of one row, in one query."""
    keys = {
        f"part_{i}_{j}": part for i, rule in enumerate(asked) for j, part in enumerate(rule.parts.values())
    }
    questions = {
        key: Case(When(part, then=Value(True)), default=Value(False), output_field=BooleanField())
        for key, part in keys.items()
    }
    found = model.objects.order_by().filter(pk=pk).annotate(**questions).values(*questions).get()
    return [
        Told(rule.name, [Part(label, found[f"part_{i}_{j}"]) for j, label in enumerate(rule.parts)])
        for i, rule in enumerate(asked)
    ]


# --- consent behind the answer ---------------------------------------------------------------------------------------


def consents_behind(row, agency, day) -> dict[tuple[int, Category], list[Consent]]:
    """For each (subject, category) of the row the statements that open it to the agency on `day`; empty lists where
    consent is missing. Only for who sees the statements whole, or of one's own agency."""
    pairs = Matter.objects.filter(row=row.pk).order_by("subject", "category")
    return {
        (subject, Category(category)): list(_open_statements(subject, agency, category, day))
        for subject, category in pairs.values_list("subject", "category")
    }


def _open_statements(subject, agency, category, day):
    statements = Consent.objects.filter(holds(F("pk"), agency.pk, category, day), person=subject)
    return statements.select_related("recorded_by", "author__user")
