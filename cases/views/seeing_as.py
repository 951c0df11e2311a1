"""相手の画面で見る: a case, the list and the search as a member of a participating agency would have them (read-only)."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from agencies.models import Agency
from cases import audit, seeing_as, whys
from cases.forms.search import SearchForm
from cases.models import Row, StoredSearch
from cases.views.case_page import header_is_open, visible_case
from cases.views.timeline import ELSEWHERE, entries_of, timeline_rows
from cases.visibility import Purpose
from cases.visibility.consenting import sees_consents_whole
from nisshin_support.purpose import for_purpose

PAGE = 50
MEETING_TEXTS = (Row.Kind.ITEM_TITLE, Row.Kind.ITEM_QUESTION)
OTHERS = [kind for kind in ELSEWHERE if kind not in MEETING_TEXTS]


def _other_agency(request, agency_id):
    """An agency, not one's own, known to take part in a case whose consents one sees whole; else 404."""
    agencies = Agency.objects.active_on(request.viewer.day).exclude(pk=request.viewer.agency_id)
    agency = get_object_or_404(agencies, public_id=agency_id)
    shared = seeing_as.cases_shared_with(request.viewer, agency)
    if not shared.exists():
        raise Http404
    return agency, shared


def _looked(request, what, agency, **on):
    """Who looked, at what, as whom."""
    things = [f"agency:{agency.public_id}", *on.pop("things", ())]
    audit.saw(request, f"相手の画面:{what}", things=things, **on)


@for_purpose(Purpose.SUPPORT)
def case_as(request, public_id, agency_id):
    """A case as a member of a participating agency would have it, cut to what one sees oneself."""
    case, viewer = visible_case(request, public_id), request.viewer
    known = {one.public_id: one for one in whys.known_agencies(viewer, case) if one.pk != viewer.agency_id}
    agency = known.get(agency_id)
    if agency is None or not sees_consents_whole(viewer, case):
        raise Http404
    header_open = header_is_open(request, case)
    both = seeing_as.headers_open_to_both([case], viewer, agency)
    rows, older = _page(request, seeing_as.seen_by_both(timeline_rows(request, case), viewer, agency))
    own = Row.objects.visible_to(viewer, request.purpose).filter(case=case, kind__in=OTHERS)
    others = list(
        seeing_as.seen_by_both(own, viewer, agency).for_timeline().select_related("householdmember")
    )
    consents = seeing_as.consents_told(viewer, case, agency)
    _looked(
        request, "ケース", agency, case=case, rows=[*rows, *others], shown=[one.consent for one in consents]
    )
    context = {
        "case": case,
        "agency": agency,
        "is_seen": seeing_as.cases_shared_with(viewer, agency).filter(pk=case.pk).exists(),
        "person": both.get(case.pk),
        "lead": seeing_as.leads_known_to_both([case], viewer, agency).get(case.pk),
        "entries": entries_of(rows, case, viewer, header_open and case.pk in both),
        "others": others,
        "consents": consents,
        "older": older,
    }
    return render(request, "cases/case_as.html", context)


def _page(request, rows):
    """Fifty rows, newest first, from where the address says; and the opaque id to go on from."""
    last = rows.filter(public_id=request.GET.get("after", "")).first()
    found = list(
        (rows.older_than(last) if last else rows).for_timeline().select_related("record")[: PAGE + 1]
    )
    return found[:PAGE], found[PAGE - 1].public_id if len(found) > PAGE else ""


@for_purpose(Purpose.SUPPORT)
def cases_as(request, agency_id):
    """The list of cases as the agency's members would have it: those shared with it, newest first."""
    agency, shared = _other_agency(request, agency_id)
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
    start = (max(1, number) - 1) * PAGE
    found = list(shared.order_by("-fiscal_year", "-serial")[start : start + PAGE + 1])
    lines = seeing_as.lines_as(found[:PAGE], request.viewer, agency)
    _looked(request, "一覧", agency, things=[line.case.public_id for line in lines])
    context = {
        "agency": agency,
        "lines": lines,
        "previous_url": f"?page={number - 1}" if number > 1 else "",
        "next_url": f"?page={number + 1}" if len(found) > PAGE else "",
        "range_label": f"{start + 1}〜{start + len(lines)}件目",
    }
    return render(request, "cases/cases_as.html", context)


@for_purpose(Purpose.SUPPORT)
def search_as(request, agency_id):
    """What the search answers the agency's members; the words are kept under an opaque id."""
    agency, _shared = _other_agency(request, agency_id)
    if request.method == "POST":
        return _keep(request, agency)
    words = _kept_words(request)
    found = seeing_as.found_by_both(request.viewer, agency, words) if words else []
    if words:
        things = [case.public_id for entry in found for case in [*entry.cases, *entry.mentioned_in]]
        _looked(request, "検索の結果", agency, things=things)
    context = {"agency": agency, "form": SearchForm(initial={"q": words}), "words": words, "found": found}
    return render(request, "cases/search_as.html", context)


def _keep(request, agency):
    form = SearchForm(request.POST)
    address = reverse("cases:search_as", args=[agency.public_id])
    if not form.is_valid():
        return render(
            request, "cases/search_as.html", {"agency": agency, "form": form, "words": "", "found": []}
        )
    if not form.cleaned_data["q"]:
        return redirect(address)
    return redirect(f"{address}?s={StoredSearch.keep(request.user, q=form.cleaned_data['q']).public_id}")


def _kept_words(request):
    if not (wanted := request.GET.get("s", "")):
        return ""
    kept = StoredSearch.of(request.user, wanted)
    if kept is None:
        raise Http404
    return kept.words.get("q", "")
