"""紙: an attendee's own, or made for an attendee by the 事務局; each leaves a snapshot of what it carries (§§3.3, 4, 5)."""

from collections import Counter

from django.http import Http404
from django.shortcuts import render

from cases import audit
from cases.models import Row
from cases.visibility import Purpose, acts, header_on_paper, rows_for_paper
from meetings.models import Snapshot
from meetings.seats import seated_at
from meetings.views.at_hand import item_on_table
from meetings.views.lines import as_header
from meetings.views.tables import context_of, rule_of
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.MEETING)
def table_print(request, item_id):
    """The attendee's own A4 paper: the rows of the screen that are consented today as well (§3.3, §4)."""
    item = item_on_table(request, item_id)
    if not acts.may_make_paper(request.viewer):
        raise Http404
    return _paper(request, item, request.viewer, [])


@for_purpose(Purpose.MEETING)
def table_print_for(request, item_id, seat_key):
    """The 事務局's paper for an attendee: only rows that both may see, the rest named as on screen only (§4)."""
    item = item_on_table(request, item_id)
    if not acts.keeps_office(request.viewer, item.segment):
        raise Http404
    seated = seated_at(item, request.viewer.day)
    reader = next((one.viewer for one in seated if one.seat.pk == seat_key and one.viewer), None)
    if reader is None:
        raise Http404
    return _paper(
        request, item, reader, list(Row.objects.visible_to(reader, request.purpose, item).for_timeline())
    )


def _paper(request, item, reader, on_screen):
    """The rows that maker and reader may both have on paper today; `on_screen` are those the reader sees at all."""
    viewer = request.viewer
    header_open = header_on_paper(viewer, item) and header_on_paper(reader, item)
    rows = Row.objects.visible_to(viewer, request.purpose, item)
    rows = list(rows_for_paper(rows_for_paper(rows, viewer, item), reader, item).for_timeline())
    if not (header_open or rows):
        raise Http404
    people = {"reader": reader.membership, "maker": viewer.membership, "day": viewer.day}
    snapshot = Snapshot.of_paper(item, rows, header=header_open, **people)
    audit.did(
        request,
        "会議の資料を印刷する",
        case=item.case,
        item=item,
        rows=rows,
        rule=rule_of(item.segment),
        shown=[snapshot],
    )
    header = as_header(item.case.main_subject) if header_open else None
    left = {"reader": reader, "mark": snapshot.mark, "on_screen_only": _named(on_screen, rows)}
    return render(request, "meetings/table_print.html", {**context_of(request, item, header, rows), **left})


def _named(on_screen, rows):
    """(agency, categories, number) of what the reader sees on the screen alone."""
    carried = {row.pk for row in rows}
    left = [row for row in on_screen if row.pk not in carried]
    named = Counter(
        (row.recorded_by.name, "、".join(category.label for category in row.category_list())) for row in left
    )
    return [(agency, categories, number) for (agency, categories), number in named.items()]
