"""出席: who is selected for an item, who is a member, who came."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.models import CitySetting, Membership
from cases import audit
from cases.visibility import Purpose, acts, table
from meetings.forms.people import DesignationForm
from meetings.models import Attendance, RosterTerm
from meetings.seats import ATTENDING
from meetings.views.at_hand import item_to_run, say
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@dataclass(frozen=True)
class Seat:
    """A selected person: whether the item opens to them, and if not, what is missing."""

    attendance: Attendance
    fits: bool


@for_purpose(Purpose.PREPARATION)
@once
def item_people(request, item_id):
    """Select who attends this item (P2); each person with what keeps the item closed to them."""
    item = item_to_run(request, item_id)
    if request.method == "POST":
        _seat_chosen(request, item, substitute=False)
        return redirect("meetings:item_people", item_id)
    audit.saw(request, "出席する人", item=item)
    return render(request, "meetings/item_people.html", _context(request, item))


def _context(request, item):
    candidates = _candidates(request.viewer, item)
    return {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "seats": seats_of(request.viewer, item),
        "fitting": _by_agency(member for member in candidates if member.fits),
        "others": _by_agency(member for member in candidates if not member.fits),
        "secrecy": CitySetting.current(),
        "open_for_change": not item.segment.is_over,
    }


def seats_of(viewer, item):
    """The selected people of an item, in two queries."""
    chosen = item.attendances.filter(removed_on__isnull=True)
    fitting = set(chosen.filter(acts.fits(viewer, item)).values_list("pk", flat=True))
    chosen = chosen.select_related("user", "agency").order_by("agency__order", "user__kana", "pk")
    return [Seat(seat, seat.pk in fitting) for seat in chosen]


def _candidates(viewer, item):
    """Staff with a role for meetings, in office today and on the meeting's day, not yet selected."""
    seated = set(item.attendances.filter(removed_on__isnull=True).values_list("user", "agency"))
    staff = Membership.objects.in_force(viewer.day).in_force(max(viewer.day, item.segment.meeting.day))
    staff = staff.filter(role__in=ATTENDING).select_related("user", "agency")
    fitting = Exists(Membership.objects.filter(acts.fits(viewer, item), pk=OuterRef("pk")))
    staff = staff.annotate(fits=fitting).order_by("agency__order", "agency__pk", "user__kana", "pk")
    return [member for member in staff if (member.user_id, member.agency_id) not in seated]


def _by_agency(memberships):
    agencies = {}
    for membership in memberships:
        agencies.setdefault(membership.agency, []).append(membership)
    return list(agencies.items())


def _seat_chosen(request, item, *, substitute):
    """Seat the chosen people; anybody who is no candidate is 404, and nothing changes."""
    if item.segment.is_over:
        raise Http404
    candidates = {str(membership.pk): membership for membership in _candidates(request.viewer, item)}
    chosen = request.POST.getlist("people")
    if not set(chosen) <= set(candidates):
        raise Http404
    for key in chosen:
        member = candidates[key]
        viewer = request.viewer
        item.seat(member.user, member.agency, by=viewer.membership, on=viewer.day, substitute=substitute)
    if chosen:
        audit.did(request, "代理出席を加える" if substitute else "出席者を選ぶ", item=item, things=chosen)
        say(request, f"{len(chosen)}人を加えました")
    else:
        messages.warning(request, "加える人が選ばれていません。名前の前の四角を押して選んでください。")


def _seat(item, seat_key):
    return get_object_or_404(item.attendances.filter(removed_on__isnull=True), pk=seat_key)


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def seat_remove(request, item_id, seat_key):
    """Take somebody out again."""
    item = item_to_run(request, item_id)
    _seat(item, seat_key).remove(request.viewer.day)
    audit.did(request, "出席者から外す", item=item, things=[seat_key])
    say(request, "出席者から外しました")
    return redirect("meetings:item_people", item_id)


@for_purpose(Purpose.PREPARATION)
@once
def seat_designate(request, item_id, seat_key):
    """指名: the chair makes a selected person a member for this item, secrecy acknowledged (P1)."""
    item = item_to_run(request, item_id)
    seat = _seat(item, seat_key)
    if not item.segment.is_statutory or item.segment.is_over:
        raise Http404
    today = {"acknowledged_on": request.viewer.day}
    form = DesignationForm(
        request.POST if request.method == "POST" else None, today=request.viewer.day, initial=today
    )
    if request.method == "POST" and form.is_valid():
        _designate(request, item, seat, form.cleaned_data)
        return redirect("meetings:item_people", item_id)
    audit.saw(request, "構成員の指名の用紙", item=item)
    context = _context(request, item) | {"seat": seat, "form": form}
    return render(request, "meetings/seat_designate.html", context)


def _designate(request, item, seat, said):
    day = request.viewer.day
    RosterTerm.designate(
        item,
        user=seat.user,
        agency=seat.agency,
        member_kind=said["member_kind"],
        by=request.viewer.user,
        on=min(day, item.segment.meeting.day),
        until=item.segment.meeting.day + table.DAYS_UNCLOSED,
        acknowledged_on=said["acknowledged_on"],
        version=CitySetting.current().secrecy_version,
    )
    audit.did(request, "構成員に指名する", item=item, rule="P1", things=[seat.pk])
    say(request, "この議題の構成員に指名しました")


@for_purpose(Purpose.PREPARATION)
@once
def item_check_in(request, item_id):
    """出席の確認, on the day: who came sees the table; substitutes are added with the time (M1)."""
    item = item_to_run(request, item_id)
    if not _day_has_come(request.viewer, item.segment):
        return redirect("meetings:segment", item.segment.public_id)
    if request.method == "POST":
        _check_in(request, item)
        return redirect("meetings:item_check_in", item_id)
    audit.saw(request, "出席の確認", item=item)
    return render(request, "meetings/item_check_in.html", _context(request, item))


def _day_has_come(viewer, segment):
    return bool(segment.confirmed_on) and not segment.is_over and viewer.day >= segment.meeting.day


def _check_in(request, item):
    if request.POST.getlist("people"):
        _seat_chosen(request, item, substitute=True)
        return
    keys = request.POST.getlist("seat")
    if not all(key.isdecimal() for key in keys):
        raise Http404
    for seat in item.attendances.filter(removed_on__isnull=True, pk__in=keys):
        seat.check_in()
    audit.did(request, "出席を確認する", item=item, things=keys)
    say(request, "出席を確認しました")
