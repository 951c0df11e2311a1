"""時間をさかのぼる: what an agency could see of a case on day D, as known then and as known today (contract §5).

The gate itself is asked; only the facts under it are those of another moment (cases/history.sql).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from agencies.models.staff import Membership
from cases.models.audit import AuditEntry
from cases.models.row import Row
from cases.visibility.purposes import Purpose, Viewer
from cases.visibility.why import somebody_of
from meetings.models.agenda import Attendance


@contextmanager
def as_known(case: Any, moment: datetime) -> Iterator[None]:
    """Inside, every question about this case is answered from what was recorded by `moment`; nothing may be written.

    Raises a DatabaseError (insufficient privilege) for a case the acting person has no part in.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT history.travel(%s, %s)", [case.pk, moment])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT history.arrive()")


def end_of(day: date) -> datetime:
    """The last moment of a day in Tokyo."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return timezone.make_aware(midnight) - timedelta(microseconds=1)


def could_see(case: Any, agency: Any, day: date, known: datetime | None = None) -> set[int]:
    """Keys of the case's rows that staff of the agency could see on `day` for 支援, or at a table where one of them
    sat; by what was known at `known`, or by what is known now."""
    if known is None:
        return _seen(case, agency, day)
    with as_known(case, known):
        return _seen(case, agency, day)


def _seen(case: Any, agency: Any, day: date) -> set[int]:
    rows = Row.objects.order_by().filter(case=case.pk)
    in_support = rows.visible_to(somebody_of(agency, day), Purpose.SUPPORT)
    return set(in_support.values_list("pk", flat=True)) | _seen_at_tables(rows, case, agency, day)


def _seen_at_tables(rows: Any, case: Any, agency: Any, day: date) -> set[int]:
    seats = Attendance.objects.filter(item__case=case.pk, agency=agency.pk)
    found: set[int] = set()
    for seat in list(seats.select_related("item__segment__meeting")):
        members = Membership.objects.in_force(day).filter(user=seat.user_id, agency=agency.pk)
        for member in members.select_related("user", "agency"):
            viewer = Viewer(user=member.user, membership=member, day=day)
            seen = rows.visible_to(viewer, Purpose.MEETING, seat.item)
            found.update(seen.values_list("pk", flat=True))
    return found


def did_see(case: Any, agency: Any, day: date) -> set[int]:
    """Keys of the case's rows that the audit says staff of the agency were shown, printed or worked on on `day`."""
    entries = AuditEntry.objects.filter(agency=agency.pk, at__date=day).exclude(act__startswith="拒まれた")
    shown = {key for keys in entries.values_list("rows", flat=True) for key in keys}
    return shown & set(Row.objects.filter(case=case.pk).values_list("pk", flat=True))
