"""相手の画面で見る at a table: what a selected person will find there, for those who run it or keep its office."""

from django.http import Http404
from django.shortcuts import render

from cases import audit
from cases.models import Row
from cases.visibility import Purpose, acts
from cases.visibility.why_each import opens_header
from meetings.seats import seated_at
from meetings.seeing_as import open_to, theirs_alone
from meetings.views.lines import header_of, laid_out, lines_of
from meetings.views.whys import item_in_office
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.PREPARATION)
def table_as(request, item_id, seat_key):
    """The table as this person will have it, cut to what one sees oneself; the office is told of the rest by number."""
    item = item_in_office(request, item_id)
    found = next((each for each in seated_at(item, request.viewer.day) if each.seat.pk == seat_key), None)
    if found is None or found.viewer is None:
        raise Http404
    header = header_of(request, item) if opens_header(found.viewer, item) else None
    mine = list(Row.objects.visible_to(request.viewer, request.purpose, item).for_timeline())
    opened = open_to(found.viewer, item, mine)
    rows = [row for row in mine if row.pk in opened]
    things = [f"user:{found.seat.user_id}", f"agency:{found.seat.agency.public_id}"]
    audit.saw(request, "相手の画面:会議の資料", case=item.case, item=item, rows=rows, things=things)
    context = {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "seat": found.seat,
        "header": header,
        "table": laid_out(lines_of(request, item, rows, header)),
        "elsewhere": theirs_alone(request.viewer, found.viewer, item, mine),
        "keeps_office": acts.keeps_office(request.viewer, item.segment),
        "releasable": set(),
        "release_waits": set(),
    }
    return render(request, "meetings/table_as.html", context)
