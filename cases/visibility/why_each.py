"""「なぜ」 asked for many at once: for every agency or attendee, and every row, in one query.

The parts are those of `why` and nothing else; only the asking is put together.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, F, IntegerField, OuterRef, Q, Value, When

from cases.models.case import Case as CaseRecord
from cases.models.row import Matter, Row
from cases.visibility import rows_on_table, support, table
from cases.visibility.decisions import consented, holds
from cases.visibility.purposes import Viewer
from cases.visibility.rules import Rule
from cases.visibility.why import Answer, Part, Told, asked_in_support
from meetings.models.agenda import AgendaItem

SEES_CASE, SEES_HEADER = "ケースが見える", "氏名が見える"


def why_row_each(viewers: list[Viewer], row) -> list[Answer]:
    """`why_row` under 支援 for each of `viewers`."""
    asked = [[*asked_in_support(viewer), Rule("", support.not_closed(viewer))] for viewer in viewers]
    told = _asked_together(Row, [row.pk], asked)
    return [Answer(told[i, row.pk][:-1], told[i, row.pk][-1].parts) for i in range(len(viewers))]


def why_item_each(viewers: list[Viewer], item) -> list[Told]:
    """The item's side of M or P for each of `viewers`, the period (M3, P5) aside."""
    name, of_item = ("P1–P5", table.p_parts) if item.segment.is_statutory else ("M1–M6", table.m_parts)
    told = _asked_together(AgendaItem, [item.pk], [[Rule(name, of_item(viewer))] for viewer in viewers])
    return [told[i, item.pk][0] for i in range(len(viewers))]


def why_rows_each(viewers: list[Viewer], rows, item) -> dict[tuple[int, int], Told]:
    """{(place in `viewers`, row's key): the row's side of M or P} at the table of `item`."""
    asked = [[Rule("", rows_on_table.parts_of_row(viewer, item))] for viewer in viewers]
    return {key: told[0] for key, told in _asked_together(Row, [row.pk for row in rows], asked).items()}


def opens_header(viewer: Viewer, item) -> bool:
    """Whether the item's header is open to `viewer` at the table, the period (M3, P5) aside."""
    return AgendaItem.objects.order_by().filter(table.meeting_headers(viewer), pk=item.pk).exists()


def sight_of_case_each(viewers: list[Viewer], case) -> list[tuple[bool, bool]]:
    """For each of `viewers`: whether the case exists for them, and whether its header is open. One query."""
    asked = [
        [Rule("", {SEES_CASE: support.support_cases(v), SEES_HEADER: support.support_headers(v)})]
        for v in viewers
    ]
    told = _asked_together(CaseRecord, [case.pk], asked)
    parts = [told[i, case.pk][0].parts for i in range(len(viewers))]
    return [(case_is_known.holds, header_is_open.holds) for case_is_known, header_is_open in parts]


def opening_statements(consents, row, agency, day):
    """Of `consents`, those that open something of the row to the agency on `day`; `opens` has the categories."""
    matters = Matter.objects.order_by("category").filter(row=row.pk, subject=OuterRef("person"))
    opened = matters.filter(holds(OuterRef("pk"), agency.pk, F("category"), day)).values("category")
    found = consents.select_related("person", "recorded_by", "author__user")
    return [each for each in found.annotate(opens=ArraySubquery(opened)) if each.opens]


def pairs_without_consent(row, agency, day):
    """The (subject, category) pairs of the row that nothing opens to the agency on `day`."""
    matters = Matter.objects.filter(row=row.pk).order_by("subject", "category").select_related("subject")
    return list(matters.exclude(consented(F("subject"), agency.pk, F("category"), day)))


def _asked_together(model, keys, asked: list[list[Rule]]) -> dict[tuple[int, int], list[Told]]:
    """{(place in `asked`, key): its rules with their parts}: one question for each place, sent together."""
    if not asked or not keys:
        return {}
    first, *others = [_question(model, keys, i, of_one) for i, of_one in enumerate(asked)]
    found = first.union(*others, all=True) if others else first
    return {(i, key): _told(asked[i], answers) for i, key, *answers in found}


def _question(model, keys, place, of_one):
    parts = [part for rule in of_one for part in rule.parts.values()]
    questions = {f"part_{j}": _whether(part) for j, part in enumerate(parts)}
    place = {"place": Value(place, output_field=IntegerField())}
    found = model.objects.order_by().filter(pk__in=keys).annotate(**place, key=F("pk"), **questions)
    return found.values_list("place", "key", *questions)


def _whether(part: Q) -> Case:
    return Case(When(part, then=Value(True)), default=Value(False), output_field=BooleanField())


def _told(of_one, answers) -> list[Told]:
    left = iter(answers)
    return [Told(rule.name, [Part(label, next(left)) for label in rule.parts]) for rule in of_one]
