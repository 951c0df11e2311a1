"""The gate's own SQL, built once per role, purpose and kind of meeting, and then asked for many viewers and items.

Building a query of the gate takes Django longer than PostgreSQL takes to answer it. Here a query is built for a marked
viewer, day and item; the marks among its parameters are then replaced. The comparison asks some questions in the
ordinary way too, and both ways must give the same answer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection

from agencies.models import Agency, Membership, User
from cases.models import Case, Person
from cases.visibility import Viewer
from meetings.models import AgendaItem, Meeting, Segment
from tests.gate_remembering import put_in_place, with_look_ups

USER, AGENCY, ITEM, SEGMENT, MEETING, CASE, MAIN, BRINGER = range(910_000_001, 910_000_009)
# The gate asks otherwise about a meeting that is over: its marked day lies before the marked today.
TODAY, COMING, OVER = date(3000, 6, 10), date(4000, 6, 10), date(2500, 6, 10)


class Questions:
    """Queries of the gate by name, ready to be asked for anybody."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")
        put_in_place()
        self.built: dict[tuple, tuple[str, tuple] | None] = {}

    def ask(self, name: str, build: Callable[..., Any], viewer: Viewer, *rest: Any) -> set[int]:
        """The keys of `build(viewer, *rest)`; the last of `rest` may be an item."""
        item = rest[-1] if rest and isinstance(rest[-1], AgendaItem) else None
        shape = item and (item.segment.legal_basis, is_over(item, viewer))
        key = (name, viewer.role, shape, *(r for r in rest if r is not item))
        if key not in self.built:
            marked = [marked_item(*shape) if item and r is item else r for r in rest]
            self.built[key] = statement(build, marked_viewer(viewer.role), *marked)
        return self._answer(self.built[key], marks(viewer, item), viewer, item)

    def _answer(self, built: Any, known: dict[int, int], viewer: Viewer, item: Any) -> set[int]:
        if built is None:
            return set()
        sql, parameters = built
        asked = [replaced(p, known, viewer, item) for p in parameters]
        # Prepared, with one plan for all: planning these queries takes ten times as long as answering them.
        with psycopg.Cursor(connection.connection) as cursor:
            found = [row[0] for row in cursor.execute(sql, asked, prepare=True)]
        assert len(found) == len(set(found)), "a thing listed twice"
        return set(found)


def is_over(item: AgendaItem, viewer: Viewer) -> bool:
    return viewer.day > item.segment.meeting.day


def statement(build: Callable[..., Any], *asked: Any) -> tuple[str, tuple] | None:
    """The SQL of a query and its parameters; none if it can never find anything."""
    with no_queries():
        try:
            sql, parameters = build(*asked).order_by().values_list("pk", flat=True).query.sql_with_params()
            return with_look_ups(sql), parameters
        except EmptyResultSet:
            return None


@contextmanager
def no_queries() -> Iterator[None]:
    """An answer looked up while building would be kept for everybody: it must not happen."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("the gate asked the database while it built a query")

    with connection.execute_wrapper(refuse):
        yield


def marked_viewer(role: str) -> Viewer:
    user, agency = User(pk=USER), Agency(pk=AGENCY)
    return Viewer(user=user, membership=Membership(user=user, agency=agency, role=role), day=TODAY)


def marked_item(basis: str, over: bool) -> AgendaItem:
    meeting = Meeting(pk=MEETING, day=OVER if over else COMING)
    case = Case(pk=CASE, main_subject=Person(pk=MAIN))
    segment = Segment(pk=SEGMENT, meeting=meeting, legal_basis=basis)
    return AgendaItem(pk=ITEM, segment=segment, case=case, brought_by=Agency(pk=BRINGER))


def marks(viewer: Viewer, item: AgendaItem | None) -> dict[int, int]:
    """What stands behind each mark."""
    known = {USER: viewer.user_id, AGENCY: viewer.agency_id}
    if item:
        known |= {
            ITEM: item.pk,
            SEGMENT: item.segment_id,
            MEETING: item.segment.meeting_id,
            CASE: item.case_id,
        }
        known |= {MAIN: item.case.main_subject_id, BRINGER: item.brought_by_id}
    return known


def replaced(parameter: Any, known: dict[int, int], viewer: Viewer, item: AgendaItem | None) -> Any:
    """A mark by what it stands for; days keep their distance from the marked day."""
    if isinstance(parameter, list | tuple):
        return type(parameter)(replaced(p, known, viewer, item) for p in parameter)
    if isinstance(parameter, int):
        return known.get(parameter, parameter)
    if isinstance(parameter, date) and parameter.year >= 2400:
        if 2900 < parameter.year < 3500:
            return viewer.day + (parameter - TODAY)
        meeting = item.segment.meeting.day  # type: ignore[union-attr]
        return meeting + (parameter - (OVER if parameter.year < 2900 else COMING))
    return parameter
