"""Ids first: each condition of the gate is compiled to SQL once a process, and bound to a viewer at every question.

What is kept is the question, never an answer: building the nested conditions in Python costs a hundred times what the
database needs to answer them. A condition is compiled with blanks in place of the viewer (and of the item on whose
table the rows lie); binding replaces the blanks. The role and the kind of segment decide which conditions there are, so
they belong to the key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.db.models.expressions import RawSQL

from cases.visibility import among  # noqa: F401  (registers the lookup)
from cases.visibility.purposes import Viewer

USER, AGENCY, ITEM, MEETING = -7_106_001, -7_106_002, -7_106_003, -7_106_004
# Days far from any real one, and from each other by more than any condition counts on or back.
TODAY, LATER, EARLIER = date(5000, 1, 1), date(6000, 1, 1), date(4000, 1, 1)
REACH = timedelta(days=3650)


@dataclass(frozen=True)
class Blank:
    """A viewer with blanks: only its role is real."""

    role: str
    user_id: int = USER
    agency_id: int = AGENCY
    day: date = TODAY

    @property
    def today(self) -> date:
        return self.day


@dataclass(frozen=True)
class Table:
    """What a condition may ask of the item on whose table the rows lie; a blank one has the same shape."""

    is_statutory: bool
    is_past: bool

    def blank(self) -> Any:
        """An item of this shape with blanks."""
        return _item(ITEM, MEETING, EARLIER if self.is_past else LATER, self.is_statutory)


def _item(pk: int, meeting: int, day: date, is_statutory: bool) -> Any:
    segment = SimpleNamespace(is_statutory=is_statutory, meeting_id=meeting, meeting=SimpleNamespace(day=day))
    return SimpleNamespace(pk=pk, segment=segment)


def ids(model: Any, condition: Callable[..., Any], viewer: Viewer, item: Any = None) -> RawSQL:
    """The ids of the rows of `model` that meet `condition(viewer)`, or `condition(viewer, item)`, as a sub-query."""
    table = Table(item.segment.is_statutory, viewer.day > item.segment.meeting.day) if item else None
    sql, params = _compiled(model, condition, viewer.role, table)
    return RawSQL(sql, [_bound(param, viewer, item) for param in params])


@cache
def _compiled(
    model: Any, condition: Callable[..., Any], role: str, table: Table | None
) -> tuple[str, tuple[Any, ...]]:
    arguments = [Blank(role), *([table.blank()] if table else [])]
    query = model.objects.order_by().filter(condition(*arguments)).values("pk").query
    return query.sql_with_params()


def _bound(param: Any, viewer: Viewer, item: Any) -> Any:
    if isinstance(param, date):
        return _bound_day(param, viewer, item)
    if isinstance(param, int):
        return _keys(viewer, item).get(int(param), param)
    return param


def _keys(viewer: Viewer, item: Any) -> dict[int, int]:
    keys = {USER: viewer.user_id, AGENCY: viewer.agency_id}
    return {**keys, ITEM: item.pk, MEETING: item.segment.meeting_id} if item else keys


def _bound_day(day: date, viewer: Viewer, item: Any) -> date:
    if abs(day - TODAY) <= REACH:
        return viewer.day + (day - TODAY)
    for blank in (LATER, EARLIER):
        if abs(day - blank) <= REACH:
            return item.segment.meeting.day + (day - blank)
    return day
