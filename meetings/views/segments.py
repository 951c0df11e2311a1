"""会議の区分: the page on which a segment is prepared, and the acts that lead it from 準備 to 閉鎖."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.visibility import Purpose, acts, table
from meetings.models import AgendaItem, Segment, Snapshot
from meetings.views.at_hand import find_segment, say, segment_to_run
from meetings.views.lines import Header, as_header
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

Status = Segment.Status
STEPS = [Status.PREPARING, Status.CONFIRMED, Status.HELD, Status.MINUTES, Status.CLOSED]


@dataclass(frozen=True)
class Place:
    """One place on the agenda; the header only where the gate opens it."""

    item: AgendaItem
    header: Header | None
    stands: bool
    seats: int


@for_purpose(Purpose.PREPARATION)
def segment(request, segment_id):
    """The agenda: whole for those who run it, for others the items that they are called to."""
    found = find_segment(request, segment_id)
    viewer = request.viewer
    places = places_of(request, found)
    context = {
        "segment": found,
        "segment_basis": found.legal_basis,
        "places": places,
        "fallen": [place for place in places if not place.stands],
        "runs": acts.runs(viewer, found),
        "keeps_office": acts.keeps_office(viewer, found),
        "may_edit_day": acts.runs(viewer, Segment(legal_basis="consent")),
        "steps": steps_of(found),
        "day_has_come": viewer.day >= found.meeting.day,
        "total_minutes": sum(place.item.minutes for place in places),
    }
    items = [place.item for place in places]
    audit.saw(request, "会議の議題", things=[f"segment:{found.public_id}"], shown=items)
    return render(request, "meetings/segment.html", context)


def places_of(request, segment):
    """The places on the agenda that the viewer may know of, with headers where they are open."""
    viewer = request.viewer
    headers = AgendaItem.objects.visible_to(viewer, request.purpose).filter(segment=segment)
    headers = {
        item.pk: as_header(item.case.main_subject) for item in headers.select_related("case__main_subject")
    }
    known = segment.items.still_on().filter(Q(pk__in=segment.agenda_for(viewer)) | Q(pk__in=headers))
    seated = Count("attendances", filter=Q(attendances__removed_on__isnull=True))
    items = list(known.select_related("brought_by").annotate(seats=seated).order_by("order", "pk"))
    standing = _standing(viewer, segment, items)
    return [Place(item, headers.get(item.pk), item.pk in standing, item.seats) for item in items]


def _standing(viewer, segment, items):
    """Keys of the items that stand; those of a 支援会議 stand without consent."""
    keys = [item.pk for item in items]
    if segment.is_statutory:
        return set(keys)
    return set(segment.items.filter(table.stands(viewer.day), pk__in=keys).values_list("pk", flat=True))


def steps_of(segment):
    """(label, state) of the stepper; a cancelled segment has only its beginning and its end."""
    if segment.cancelled_on:
        return [(Status.PREPARING.label, "done"), (Status.CANCELLED.label, "now")]
    now = STEPS.index(Status(segment.status))
    states = ["done"] * now + ["now"] + ["next"] * (len(STEPS) - now - 1)
    return [(step.label, state) for step, state in zip(STEPS, states, strict=True)]


@for_purpose(Purpose.PREPARATION)
@once
def segment_confirm(request, segment_id):
    """確定: everything that keeps the agenda from it, item by item; then the confirmation itself."""
    found = segment_to_run(request, segment_id)
    if found.confirmed_on or found.is_over:
        return redirect("meetings:segment", segment_id)
    refusals = acts.refusals_to_confirm(request.viewer, found)
    if request.method == "POST" and not refusals:
        found.confirm(request.viewer.day)
        Snapshot.of_confirmation(found, request.viewer.membership, request.viewer.day)
        audit.did(request, "議題を確定する", things=[f"segment:{segment_id}"])
        say(request, "議題を確定しました。出席する人に資料が開きます。")
        return redirect("meetings:segment", segment_id)
    if request.method == "POST":
        rules = ",".join(sorted({refusal.rule for refusal in refusals}))
        audit.was_refused(request, "議題を確定する", rule=rules, things=[f"segment:{segment_id}"])
    context = {"segment": found, "segment_basis": found.legal_basis, "refusals": refusals}
    return render(request, "meetings/segment_confirm.html", context)


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def segment_cancel(request, segment_id):
    """中止: nothing of the segment opens any more."""
    found = segment_to_run(request, segment_id)
    if not found.is_over:
        found.cancel(request.viewer.day)
        audit.did(request, "会議を中止する", things=[f"segment:{segment_id}"])
        say(request, "会議を中止しました")
    return redirect("meetings:segment", segment_id)


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def segment_hold(request, segment_id):
    """開催: on the day, after the confirmation."""
    found = segment_to_run(request, segment_id)
    if found.status == Status.CONFIRMED and request.viewer.day >= found.meeting.day:
        found.hold()
        audit.did(request, "会議を開く", things=[f"segment:{segment_id}"])
        say(request, "開催中にしました。議題ごとに出席を確認してください。")
    return redirect("meetings:segment", segment_id)


@for_purpose(Purpose.PREPARATION)
@once
def segment_close(request, segment_id):
    """閉鎖: refused while an item lies on the agenda that does not stand on the meeting's day (vector 7)."""
    found = segment_to_run(request, segment_id)
    if found.is_over or found.status not in (Status.HELD, Status.MINUTES):
        return redirect("meetings:segment", segment_id)
    refusals = acts.refusals_to_close(request.viewer, found)
    if request.method == "POST" and not refusals:
        found.close(request.viewer.day)
        Snapshot.of_closing(found, request.viewer.membership, request.viewer.day)
        audit.did(request, "会議を閉じる", things=[f"segment:{segment_id}"])
        say(request, "議事録を閉じました")
        return redirect("meetings:segment", segment_id)
    if request.method == "POST":
        audit.was_refused(request, "会議を閉じる", rule="M2", things=[f"segment:{segment_id}"])
    context = {"segment": found, "segment_basis": found.legal_basis, "refusals": refusals}
    return render(request, "meetings/segment_close.html", context)
