"""なぜ見える・なぜ見えない at an item: for each selected person, for those who run it or keep its office (§5)."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404, render

from cases import audit
from cases.models import Row
from cases.visibility import Purpose, acts
from cases.visibility.why_each import why_item_each, why_rows_each
from meetings.models import Segment
from meetings.seats import seated_at
from meetings.views.items import numbers_enclosed
from meetings.views.lines import header_of, lines_of
from nisshin_support.purpose import for_purpose


@dataclass(frozen=True)
class OfSeat:
    """What one selected person lacks; nothing lacking means open, as far as what was asked goes."""

    seat: Any
    lacking: list
    changes: list

    @property
    def is_open(self):
        return not self.lacking


def item_in_office(request, item_id):
    """An item of a segment that the viewer runs or keeps the office of; its header is another question."""
    segments = Segment.objects.visible_to(request.viewer, request.purpose)
    segment = get_object_or_404(segments.select_related("meeting"), items__public_id=item_id)
    if not (acts.runs(request.viewer, segment) or acts.keeps_office(request.viewer, segment)):
        raise Http404
    items = segment.agenda_for(request.viewer)
    return get_object_or_404(
        items.select_related("segment__meeting", "case__main_subject", "brought_by"), public_id=item_id
    )


@for_purpose(Purpose.PREPARATION)
def item_why(request, item_id):
    """For each selected person why the item, and each enclosed row that one sees oneself, is open or not."""
    item = item_in_office(request, item_id)
    header = header_of(request, item)
    rows = Row.objects.visible_to(request.viewer, request.purpose, item).filter(
        enclosures__item=item, enclosures__removed_on__isnull=True
    )
    rows = list(rows.for_timeline())
    seats = seated_at(item, request.viewer.day)
    acting = [(each.seat, each.viewer) for each in seats if each.viewer]
    viewers = [viewer for _, viewer in acting]
    of_item = why_item_each(viewers, item)
    of_rows = why_rows_each(viewers, rows, item)
    audit.saw(request, "出席者ごとの見え方", case=item.case, item=item, rows=rows)
    context = {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "header": header,
        "seats": [_of_seat(seat, told) for (seat, _), told in zip(acting, of_item, strict=True)],
        "unable": [each.seat for each in seats if not each.viewer],
        "rows": [
            (line, [_of_seat(seat, of_rows[i, line.pk]) for i, (seat, _) in enumerate(acting)])
            for line in lines_of(request, item, rows, header)
        ],
        "enclosed": numbers_enclosed(item) if acts.keeps_office(request.viewer, item.segment) else [],
    }
    return render(request, "meetings/item_why.html", context)


def _of_seat(seat, told):
    failing = told.failing
    return OfSeat(seat, [part.label for part in failing], [part.mend for part in failing if part.mend])
