"""会議の場: what this attendee may see of an item, on the screen and on the shared screen."""

from django.http import Http404
from django.shortcuts import render

from agencies.models import CitySetting
from cases import audit
from cases.models import Row
from cases.visibility import Purpose, acts
from meetings.models import AgendaItem
from meetings.seats import seated_at
from meetings.views.at_hand import item_on_table
from meetings.views.lines import as_header, header_of, laid_out, lines_of
from meetings.views.releases import release_marks
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.MEETING)
def tables(request):
    """The items whose tables are open to the viewer now."""
    viewer = request.viewer
    open_items = AgendaItem.objects.tables_open_to(viewer, request.purpose)
    items = list(
        open_items.select_related("segment__meeting", "case__main_subject").order_by(
            "segment__meeting__day", "segment__order", "order"
        )[:100]
    )
    headers = set(AgendaItem.objects.visible_to(viewer, request.purpose).values_list("pk", flat=True))
    shown = [(item, as_header(item.case.main_subject) if item.pk in headers else None) for item in items]
    audit.saw(request, "会議の資料の一覧", things=[f"item:{item.public_id}" for item in items])
    return render(request, "meetings/tables.html", {"items": shown})


@for_purpose(Purpose.MEETING)
def table(request, item_id):
    """The table as this attendee sees it (M1–M6, P1–P5)."""
    item = item_on_table(request, item_id)
    header = header_of(request, item)
    rows = list(_on_table(request, item))
    if header is None and not rows:
        raise Http404
    segment = item.segment
    writes = acts.keeps_office(request.viewer, segment) or acts.runs(request.viewer, segment)
    context = (
        context_of(request, item, header, rows)
        | release_marks(request.viewer, item, rows)
        | {
            "may_print": acts.may_make_paper(request.viewer),
            "may_write": writes and request.viewer.day >= segment.meeting.day and not segment.closed_on,
            "may_share": writes,
            "seats": _seats_for_papers(request.viewer, item),
        }
    )
    audit.saw(request, "会議の資料", case=item.case, item=item, rows=rows, rule=rule_of(segment))
    return render(request, "meetings/table.html", context)


def _seats_for_papers(viewer, item):
    """The selected people for whom the 事務局 may make a paper (§4); nobody's for others."""
    if not acts.keeps_office(viewer, item.segment):
        return []
    seated = [one for one in seated_at(item, viewer.day) if one.viewer]
    return [one.seat for one in seated if one.seat.user_id != viewer.user_id]


def _on_table(request, item):
    return Row.objects.visible_to(request.viewer, request.purpose, item).for_timeline()


def rule_of(segment):
    """The clauses by which rows lie open on this segment's tables."""
    return "P1-P5" if segment.is_statutory else "M1-M6"


def context_of(request, item, header, rows):
    """What a table shows, on the screen or on paper."""
    return {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "header": header,
        "table": laid_out(lines_of(request, item, rows, header)),
        "secrecy": CitySetting.current() if item.segment.is_statutory else None,
    }


@for_purpose(Purpose.MEETING)
def screen(request, item_id):
    """The shared screen: only what everyone checked in may see (§4)."""
    item = item_on_table(request, item_id)
    viewer = request.viewer
    if not (acts.runs(viewer, item.segment) or acts.keeps_office(viewer, item.segment)):
        raise Http404
    everyone = [viewer, *acts.checked_in_viewers(item, viewer.day)]
    header = as_header(item.case.main_subject) if acts.header_shared_with_all(item, everyone) else None
    rows = acts.rows_shared_with_all(item, list(_on_table(request, item)), everyone)
    context = context_of(request, item, header, rows)
    audit.saw(request, "会議の共有画面", case=item.case, item=item, rows=rows, rule=rule_of(item.segment))
    return render(request, "meetings/screen.html", context)
