"""What several screens show of a case, a page and a moment."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.utils import timezone

from cases.models import Case
from cases.visibility.reverse import agencies_that_would_see

PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of a list and the ways to its neighbours."""

    rows: list
    previous_url: str = ""
    next_url: str = ""
    range_label: str = ""


def page_of(request, rows, size=PAGE):
    """The page that the address asks for; the other parts of the address stay."""
    found = Paginator(rows, size).get_page(request.GET.get("page"))

    def address(number):
        query = request.GET.copy()
        query["page"] = number
        return f"?{query.urlencode()}"

    return Page(
        rows=list(found),
        previous_url=address(found.previous_page_number()) if found.has_previous() else "",
        next_url=address(found.next_page_number()) if found.has_next() else "",
        range_label=f"{found.start_index()}〜{found.end_index()}件目",
    )


def names_of_cases(request, case_ids):
    """case id → name of the main subject, for those cases alone whose header the viewer may see."""
    cases = Case.objects.with_header_for(request.viewer, request.purpose).filter(pk__in=set(case_ids))
    return dict(cases.values_list("pk", "main_subject__name"))


def name_rows(request, rows):
    """Give each row `name`: its case's main subject, or nothing where the header is closed."""
    names = names_of_cases(request, [row.case_id for row in rows])
    for row in rows:
        row.name = names.get(row.case_id, "")
    return rows


def readers_of(request, case, category):
    """Names of the other agencies taking part that the main subject's consent lets see `category` today."""
    own = request.viewer.agency
    seeing = agencies_that_would_see(request.viewer, case, [case.main_subject], [category])
    return [own.name, *(agency.name for agency in seeing if agency.pk != own.pk)]


def say_saved(request, words="保存しました"):
    """The quiet message after an act, with its time."""
    messages.success(request, f"{words} {timezone.localtime():%H:%M}")
