"""相手の画面で見る: what a member of another agency would find, cut to what one may see oneself.

Only of cases whose consents the viewer sees whole, and only of agencies that it may know to take part there. What the
other side alone would see is not counted and not hinted at: the page always says that there may be such things.
"""

from dataclasses import dataclass
from typing import Any

from agencies.models import Agency
from agencies.models.agency import in_force
from cases.models import Case, Consent, Participation, Row
from cases.search import find
from cases.visibility import Purpose, cases_with_whole_consents, visible_participations
from cases.visibility.consenting import categories_in_force
from cases.visibility.why import somebody_of

SUPPORT = Purpose.SUPPORT


@dataclass(frozen=True)
class Line:
    """A case in the list as the other agency would have it."""

    case: Case
    person: Any
    lead: Agency | None


@dataclass(frozen=True)
class Told:
    """A consent as the other agency reads it: what is said about itself."""

    consent: Consent
    categories: list


def cases_shared_with(viewer, agency):
    """Cases that both see: the viewer with their consents whole, the agency as a participant that it may know of."""
    parts = Participation.objects.filter(in_force(viewer.day), agency=agency)
    known = visible_participations(parts, viewer, SUPPORT).order_by()
    whole = cases_with_whole_consents(Case.objects.order_by(), viewer, SUPPORT)
    theirs = Case.objects.visible_to(somebody_of(agency, viewer.day), SUPPORT).order_by()
    return whole.filter(pk__in=known.values("case")).filter(pk__in=theirs.values("pk"))


def seen_by_both(rows, viewer, agency):
    """Of rows that the viewer sees, those that the agency's members see as well."""
    theirs = Row.objects.visible_to(somebody_of(agency, viewer.day), SUPPORT)
    return rows.filter(pk__in=theirs.order_by().values("pk"))


def headers_open_to_both(cases, viewer, agency):
    """{case: main subject} of those whose header both may see."""
    theirs = Case.objects.with_header_for(somebody_of(agency, viewer.day), SUPPORT).order_by()
    mine = Case.objects.with_header_for(viewer, SUPPORT).filter(pk__in=theirs.values("pk"))
    found = mine.filter(pk__in=[case.pk for case in cases]).select_related("main_subject")
    return {case.pk: case.main_subject for case in found}


def leads_known_to_both(cases, viewer, agency):
    """{case: 主担当機関}, as far as both may know who takes part."""
    day, keys = viewer.day, [case.pk for case in cases]
    parts = Participation.objects.filter(in_force(day), in_force(day, "case__leads__"), case__in=keys)
    for one in (viewer, somebody_of(agency, day)):
        parts = parts.filter(
            pk__in=visible_participations(Participation.objects.order_by(), one, SUPPORT).values("pk")
        )
    pairs = parts.order_by().values_list("case", "agency", "case__leads__agency").distinct()
    leads = {case: part for case, part, lead in pairs if part == lead}
    named = Agency.objects.in_bulk(set(leads.values()))
    return {case: named[lead] for case, lead in leads.items()}


def lines_as(cases, viewer, agency) -> list[Line]:
    """The list of these shared cases as the agency's members would have it, cut."""
    people, leads = headers_open_to_both(cases, viewer, agency), leads_known_to_both(cases, viewer, agency)
    return [Line(case, people.get(case.pk), leads.get(case.pk)) for case in cases]


def consents_told(viewer, case, agency) -> list[Told]:
    """What the agency reads of the case's consents: those that name it, the categories still open to it."""
    theirs = Consent.objects.concerning(somebody_of(agency, viewer.day), SUPPORT).order_by()
    found = Consent.objects.visible_to(viewer, SUPPORT).filter(pk__in=theirs.values("pk"), case=case)
    consents = list(found.select_related("person"))
    live = categories_in_force(consents, viewer.day, agency)
    return [Told(consent, sorted(live[consent.pk])) for consent in consents]


def found_by_both(viewer, agency, words):
    """What the search answers the agency's members, cut to what it answers the viewer in shared cases."""
    shared = set(cases_shared_with(viewer, agency).values_list("pk", flat=True))
    mine = {_of_whom(entry): entry for entry in find(viewer, SUPPORT, words)}
    theirs = {_of_whom(entry): entry for entry in find(somebody_of(agency, viewer.day), SUPPORT, words)}
    both = [(mine[key], theirs[key]) for key in mine if key in theirs]
    for entry, other in both:
        entry.cases = _common(entry.cases, other.cases, shared)
        entry.mentioned_in = _common(entry.mentioned_in, other.mentioned_in, shared)
        entry.consultations = []
    return [entry for entry, _ in both if entry.cases or entry.mentioned_in]


def _of_whom(entry):
    return entry.person.pk if entry.person else f"case {entry.cases[0].pk}"


def _common(mine, theirs, shared):
    keys = {case.pk for case in theirs} & shared
    return [case for case in mine if case.pk in keys]
