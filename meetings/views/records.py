"""会議記録: after a table has shut, its minutes, decisions and unreleased rows, on a typed reason each time (§3.4)."""

from django.shortcuts import get_object_or_404, render

from cases import audit
from cases.models import Row
from cases.visibility import Purpose
from meetings.forms.minutes import ReasonForm
from meetings.models import AgendaItem, Snapshot
from meetings.views.lines import as_header, laid_out, lines_of
from meetings.views.releases import release_marks
from nisshin_support.purpose import for_purpose

PAGE = 50


@for_purpose(Purpose.MEETING_RECORD)
def records(request):
    """Items whose table has shut: day, meeting and place on the agenda; nothing of their contents."""
    items = AgendaItem.objects.visible_to(request.viewer, request.purpose).select_related("segment__meeting")
    page = _page_number(request)
    items = items.order_by("-segment__meeting__day", "segment__order", "order", "pk")
    found = list(items[page * PAGE : (page + 1) * PAGE + 1])
    kept = Snapshot.objects.visible_to(request.viewer, request.purpose).order_by()
    kept = set(kept.filter(segment__in={item.segment_id for item in found}).values_list("segment", flat=True))
    context = {
        "items": [(item, item.segment_id in kept) for item in found[:PAGE]],
        "previous_page": page - 1 if page else None,
        "next_page": page + 1 if len(found) > PAGE else None,
    }
    audit.saw(request, "会議の記録の一覧", things=[f"item:{item.public_id}" for item in found[:PAGE]])
    return render(request, "meetings/records.html", context)


def _page_number(request):
    typed = request.GET.get("page", "0")
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 0


@for_purpose(Purpose.MEETING_RECORD)
def record(request, item_id):
    """Ask for the reason; show what is recorded only in answer to it."""
    items = AgendaItem.objects.visible_to(request.viewer, request.purpose)
    item = get_object_or_404(
        items.select_related("segment__meeting", "case__main_subject"), public_id=item_id
    )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"item": item, "segment": item.segment, "segment_basis": item.segment.legal_basis, "form": form}
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "meetings/record_reason.html", context)
    header = as_header(item.case.main_subject)
    rows = list(Row.objects.visible_to(request.viewer, request.purpose, item).for_timeline())
    reason = form.cleaned_data["reason"]
    audit.saw(request, "会議の記録", case=item.case, item=item, rows=rows, rule="会議記録", reason=reason)
    context |= release_marks(request.viewer, item, rows)
    context |= {"header": header, "table": laid_out(lines_of(request, item, rows, header)), "reason": reason}
    return render(request, "meetings/record.html", context)
