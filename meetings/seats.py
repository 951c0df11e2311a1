"""Who is selected for an item, each as the viewer that they will be: what is asked of a seat is asked of the gate."""

from dataclasses import dataclass

from agencies.models import Membership
from cases.visibility import ROLE_PURPOSES, Purpose, Viewer
from meetings.models import Attendance

ATTENDING = [role for role, purposes in ROLE_PURPOSES.items() if Purpose.MEETING in purposes]


@dataclass(frozen=True)
class Seated:
    """A selected person, and the viewer they act as; without a membership for meetings nothing opens to them."""

    seat: Attendance
    viewer: Viewer | None


def seated_at(item, day) -> list[Seated]:
    """The selected people of an item as viewers on `day`; two queries."""
    return seated_at_each([item], day)[item.pk]


def seated_at_each(items, day) -> dict[int, list[Seated]]:
    """{item's key: its selected people as viewers on `day`}; two queries for all of them."""
    found = {item.pk: [] for item in items}
    seats = Attendance.objects.filter(item__in=list(found), removed_on__isnull=True)
    seats = list(seats.select_related("user", "agency").order_by("agency__order", "user__kana", "pk"))
    staff = Membership.objects.in_force(day).filter(
        role__in=ATTENDING, user__in={seat.user_id for seat in seats}
    )
    acting: dict = {}
    for membership in staff.select_related("user", "agency").order_by("pk"):
        acting.setdefault((membership.user_id, membership.agency_id), membership)
    for seat in seats:
        membership = acting.get((seat.user_id, seat.agency_id))
        found[seat.item_id].append(Seated(seat, _viewer(membership, day)))
    return found


def _viewer(membership, day):
    return Viewer(user=membership.user, membership=membership, day=day) if membership else None
