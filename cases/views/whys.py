"""なぜ見える・なぜ見えない and この記録を見られる機関: the gate's own answer, for a row or a case that one sees (§5)."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render

from agencies.models import Agency
from cases import audit, whys
from cases.models import Category
from cases.views.case_page import header_is_open, visible_case
from cases.views.records import visible_row
from cases.views.timeline import entries_of, name_in
from cases.visibility import Purpose
from cases.visibility.consenting import sees_consents_whole
from cases.visibility.why_each import pairs_without_consent
from nisshin_support.purpose import for_purpose


@dataclass(frozen=True)
class Behind:
    """One statement of consent behind an answer; who recorded it only for who sees statements whole."""

    consent: object
    whose: str
    categories: list
    is_whole: bool


@for_purpose(Purpose.SUPPORT)
def record_why(request, public_id):
    """Why one sees this row, who else does, and (seeing consents whole) what each agency lacks."""
    row = visible_row(request, public_id)
    case, viewer = row.case, request.viewer
    is_whole, header_open = sees_consents_whole(viewer, case), header_is_open(request, case)
    sights = whys.sights_of_row(viewer, row, whys.known_agencies(viewer, case))
    behind = _behind(request, row, viewer.agency, is_whole, header_open)
    chosen = _chosen(request, row, sights, header_open) if is_whole else None
    shown = [one.consent for one in [*behind, *(chosen["behind"] if chosen else [])]]
    audit.saw(request, "なぜ見えるか", case=case, rows=[row], shown=shown)
    context = {
        "case": case,
        "entry": entries_of([row], case, viewer, header_open)[0],
        "mine": sights[0],
        "behind": behind,
        "seen_by": [sight.who.name for sight in sights if sight.is_open],
        "stays_inside": bool(row.origin_id) and not row.released_on,
        "sights": sights if is_whole else [],
        "chosen": chosen,
        "agencies": list(Agency.objects.active_on(viewer.day)) if is_whole else [],
    }
    return render(request, "cases/record_why.html", context)


def _chosen(request, row, sights, header_open):
    """The answer for the agency that the address names, with what it lacks; None when it names none."""
    if not (wanted := request.GET.get("agency", "")):
        return None
    agency = Agency.objects.active_on(request.viewer.day).filter(public_id=wanted).first()
    if agency is None:
        raise Http404
    known = {sight.who.pk: sight for sight in sights}
    lacking = pairs_without_consent(row, agency, request.viewer.day)
    return {
        "agency": agency,
        "sight": known.get(agency.pk),
        "is_known": agency.pk in known,
        "lacking": [(name_in(m.subject, row.case, header_open), Category(m.category).label) for m in lacking],
        "behind": _behind(request, row, agency, True, header_open),
    }


def _behind(request, row, agency, is_whole, header_open):
    found = whys.statements_behind(request.viewer, row, agency, is_whole)
    return [
        Behind(
            one,
            name_in(one.person, row.case, header_open),
            [Category(number) for number in one.opens],
            is_whole,
        )
        for one in found
    ]


@for_purpose(Purpose.SUPPORT)
def case_seen_by(request, public_id):
    """このケースを見られる機関: those taking part, as far as one may know of them, and what each may see."""
    case = visible_case(request, public_id)
    is_whole = sees_consents_whole(request.viewer, case)
    sights = whys.sights_of_case(request.viewer, case, is_whole)
    audit.saw(request, "見られる機関", case=case)
    context = {
        "case": case,
        "is_whole": is_whole,
        "sights": sights if is_whole else [sight for sight in sights if sight.case],
        "categories": list(Category),
        "stays_inside": bool(case.origin_id) and not case.released_on,
    }
    return render(request, "cases/case_seen_by.html", context)
