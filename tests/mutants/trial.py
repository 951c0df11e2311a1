"""One random world, what the oracle says of it, and the gate's answers under a change: the first difference kills.

A question is asked again only where the change altered its SQL, or a function of the database that it calls.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, transaction

from agencies.models import Membership
from cases.visibility import Purpose, decisions, prepared
from meetings.models import AgendaItem, LegalBasis
from tests import gate_remembering as remembering
from tests.gate_by_sql import Questions, is_over, marked_item, marked_viewer, marks, statement
from tests.gate_comparison import (
    SUPPORTED,
    TABLES,
    Comparison,
    One,
    compare_decisions,
    days_of,
    items_for,
    rows_for,
    snapshots_for,
    viewers,
)
from tests.mutants.operators import Mutant
from tests.mutants.patching import as_if
from tests.oracle import tables
from tests.worlds_in_database import write
from tests.worlds_of_meetings import WorldMaker

SIZE = {"cases": 30, "staff": 22, "rows": 2}
DAYS = 2
ROLES = ("counter", "coordinator", "chair", "external")
LOOKED_UP = ("consented", "separated")
STILLBORN = (
    TypeError,
    AttributeError,
    ValueError,
    NameError,
    FieldError,
    AssertionError,
    KeyError,
    DatabaseError,
)


@dataclass(frozen=True)
class Question:
    """What the gate is asked, for every viewer of a role: about 支援, items, or the rows on a kind of table."""

    what: str
    purpose: Purpose
    role: str
    shape: tuple[str, bool] | None = None

    def build(self) -> Any:
        """Its SQL for a marked viewer; None if it never finds anything."""
        queryset = QUERYSETS.get(self.what, rows_for)
        asked = [marked_viewer(self.role), self.purpose]
        return statement(queryset, *asked, *([marked_item(*self.shape)] if self.shape else []))


QUERYSETS: dict[str, Callable[..., Any]] = {what: queryset for what, _, _, queryset in SUPPORTED}
QUERYSETS |= {"items": items_for, "snapshots": snapshots_for, "table": rows_for}


def all_questions() -> list[Question]:
    """For each role and purpose, and for each kind of table."""
    found = [Question(what, Purpose.SUPPORT, role) for role in ROLES[:2] for what, *_ in SUPPORTED]
    found += [Question("items", purpose, role) for purpose in TABLES for role in ROLES]
    found += [Question("snapshots", Purpose.MEETING_RECORD, role) for role in ("coordinator", "chair")]
    shapes = list(product((LegalBasis.CONSENT, LegalBasis.STATUTE), (False, True)))
    return found + [Question("table", p, role, shape) for p in TABLES for role in ROLES for shape in shapes]


class Trial:
    """A world in the database (inside a transaction that is taken back), and both answers to every question."""

    def __init__(self, seed: int) -> None:
        self.seed, maker = seed, WorldMaker(seed, **SIZE)
        self.world = maker.make()
        write(self.world)
        self.days = days_of(maker, DAYS)
        self.seen = Comparison()
        self.questions: Questions = self.seen.questions
        compare_decisions(self.seen, self.world, self.days)
        assert not self.seen.differences, self.seen.differences[:3]
        members = {m.pk: m for m in Membership.objects.select_related("user", "agency")}
        self.viewers = [pair for day in self.days for pair in viewers(self.world, members, day)]
        self.items = {i.pk: i for i in AgendaItem.objects.select_related("segment__meeting", "case")}
        self.base: dict[Question, Any] = {}
        self.uses: dict[Any, set[str]] = {}
        for question in all_questions():
            prepared._compiled.cache_clear()
            with _noting(self.uses.setdefault(question, set())):
                self.base[question] = question.build()
        with _noting(self.uses.setdefault("decisions", set())):
            self.bodies = decisions._functions()
        self.opened: dict[Any, int] = {}
        self.decided = self._decided()

    def reaches(self, mutant: Mutant) -> bool:
        """Whether any question here has to do with the changed function: a change elsewhere is another test's."""
        return any(_place(mutant) in used for used in self.uses.values()) or mutant.is_constant

    # --- one mutant -------------------------------------------------------------------------------------------------

    def killer_of(self, mutant: Mutant, first: str = "") -> str | None:
        """What tells the mutant from the gate ("stillborn" when it cannot even be asked); None when nothing does."""
        with as_if(mutant.module, mutant.source):
            try:
                with transaction.atomic():
                    try:
                        return self._difference(mutant, first)
                    finally:
                        transaction.set_rollback(True)
            except STILLBORN as problem:
                return f"stillborn: {type(problem).__name__}"

    def _difference(self, mutant: Mutant, first: str) -> str | None:
        changed: set[str] = set()
        if mutant.is_constant or _place(mutant) in self.uses["decisions"]:
            bodies = decisions._functions()
            changed = {name for name in bodies if bodies[name] != self.bodies[name]}
        if changed:
            with connection.cursor() as cursor:
                decisions.install(cursor, connection.ops.quote_name(settings.DATABASE_WEB_ROLE))
            if self._decided() != self.decided:
                return "decisions"
        for question in sorted(self.base, key=lambda question: question.what != first):
            concerned = mutant.is_constant or changed or _place(mutant) in self.uses[question]
            if concerned and self._differs(question, changed - set(LOOKED_UP)):
                return question.what
        return None

    def _differs(self, question: Question, changed: set[str]) -> bool:
        built = question.build()
        if built == self.base[question] and not any(
            f"gate.{name}(" in (built or [""])[0] for name in changed
        ):
            return False
        return any(found != expected for found, expected in self.answers(question, built))

    def answers(self, question: Question, built: Any) -> Iterator[tuple[int, int]]:
        """(the gate's, the oracle's) for everybody whom the question fits."""
        for v, viewer in self.viewers:
            if v.role != question.role:
                continue
            for item in self._items_for(question, viewer):
                known = marks(viewer, item)
                found = self.questions._answer(built, known, viewer, item)
                yield from self._judged(question, v, item, found)

    def _items_for(self, question: Question, viewer: Any) -> list[Any]:
        if not question.shape:
            return [None]
        fits = [
            i for i in self.items.values() if (i.segment.legal_basis, is_over(i, viewer)) == question.shape
        ]
        return fits

    def _judged(self, question: Question, v: Any, item: Any, found: set[int]) -> Iterator[tuple[int, int]]:
        key = (question.what, question.purpose, v, item and item.pk)
        if question.what == "items":
            header, _ = TABLES[question.purpose]
            for one in self.world.items.values():
                yield (
                    One(one.id).of(found),
                    self._open((*key, one.id), lambda one=one: header(self.world, v, one)),
                )
            return
        bits, judge = self._judge(question, v, item)
        yield bits.of(found), self._open(key, judge)

    def _judge(self, question: Question, v: Any, item: Any) -> tuple[Any, Callable[[], Any]]:
        world = self.world
        if question.what == "snapshots":
            return world.at.snapshots, lambda: tables.snapshots(world, v)
        if question.what == "table":
            _, rule = TABLES[question.purpose]
            plain = world.items[item.pk]
            return world.at.rows, lambda: rule(world, v, plain, tables.candidates(world, plain))
        kind, judge = next((kind, judge) for what, kind, judge, _ in SUPPORTED if what == question.what)
        return getattr(world.at, kind), lambda: judge(world, v)

    def _open(self, key: Any, judge: Callable[[], Any]) -> int:
        if key not in self.opened:
            self.opened[key] = judge().open
        return self.opened[key]

    # --- the functions of the database ------------------------------------------------------------------------------

    def _decided(self) -> tuple[Any, ...]:
        """What the functions answer about this world: consents, separations, conflicts."""
        with transaction.atomic():
            found = (
                remembering.remember_separations(),
                self._consents(),
                self._conflicts(),
            )
            transaction.set_rollback(True)
        return found

    def _consents(self) -> set:
        remembering._condition.cache_clear()
        return remembering.remember_consents(sorted(self.world.people), self.days[:2])

    def _conflicts(self) -> list:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT m.id, ARRAY(SELECT unnest(gate.conflicted(m.user_id, m.agency_id, %s)) ORDER BY 1)"
                " FROM agencies_membership m ORDER BY 1",
                [self.days[0]],
            )
            return cursor.fetchall()


def _place(mutant: Mutant) -> str:
    return f"{mutant.module.__file__} {mutant.function}"


class _noting:
    """The functions of the gate that are executed meanwhile, by file and name."""

    def __init__(self, executed: set[str]):
        self.executed = executed

    def __enter__(self) -> None:
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and "visibility" in frame.f_code.co_filename:
            self.executed.add(f"{frame.f_code.co_filename} {frame.f_code.co_qualname.split('.')[0]}")

    def __exit__(self, *_: Any) -> None:
        sys.setprofile(None)
