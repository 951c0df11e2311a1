"""The gate and the oracle over random worlds: they must give the same answer for every row, viewer, purpose and day.

GATE_SEED=… repeats one world, GATE_WORLDS=… asks for more of them (`make gate`).
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from agencies.models import Membership
from cases.models import Case, Consent, Consultation, Participation, Person, Referral, Row
from cases.visibility import Purpose, Viewer, visible_participations
from meetings.models import AgendaItem
from outreach.models import Hint
from tests.gate_by_sql import Questions
from tests.oracle import support, tables
from tests.oracle.world import Viewer as PlainViewer
from tests.oracle.world import World, inside
from tests.worlds import WorldMaker
from tests.worlds_in_database import write

pytestmark = pytest.mark.django_db

FIRST_SEED = int(os.environ.get("GATE_SEED", "20260610"))
WORLDS = int(os.environ.get("GATE_WORLDS", "1"))
SHOWN = int(os.environ.get("GATE_SHOWN", "12"))

ORDINARY_EVERY = 97

Decide = Callable[[World, PlainViewer, Any], bool]
TABLES: dict[Purpose, tuple[Any, Any]] = {
    Purpose.PREPARATION: (tables.header_in_preparation, tables.row_in_preparation),
    Purpose.MEETING: (tables.header_at_meeting, tables.row_at_meeting),
    Purpose.MEETING_RECORD: (tables.keeps_record, tables.row_in_record),
}


@dataclass
class Comparison:
    """What was compared so far, and where the two disagreed."""

    seed: int = 0
    decisions: int = 0
    open: Counter = field(default_factory=Counter)
    signatures: Counter = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    questions: Questions = field(default_factory=Questions)
    asked: int = 0

    def ask(self, name: str, build: Callable[..., Any], viewer: Viewer, *rest: Any) -> set[int]:
        """The gate's answer; now and then in the ordinary way too."""
        found, self.asked = self.questions.ask(name, build, viewer, *rest), self.asked + 1
        if self.asked % ORDINARY_EVERY == 0:
            assert found == set(build(viewer, *rest).values_list("pk", flat=True)), (name, viewer, rest)
        return found

    def of(
        self, what: str, v: PlainViewer, things: Iterable[int], expected: set[int], found: Iterable[int]
    ) -> None:
        """One query against the oracle's set."""
        found = set(found)
        self.decisions += len(list(things))
        self.open[what] += len(expected)
        for kind, wrong in (
            ("gate opens, oracle closes", found - expected),
            ("gate closes", expected - found),
        ):
            self.differences += [f"GATE_SEED={self.seed} {what} {key}: {kind}; {v}" for key in sorted(wrong)]

    def line(self, worlds: int, seconds: float) -> str:
        return (
            f"gate: worlds={worlds} decisions={self.decisions} differences={len(self.differences)} "
            f"signatures={len(self.signatures)} seed={FIRST_SEED} seconds={seconds:.0f}"
        )


def test_the_gate_and_the_oracle_agree_everywhere():
    seen, start = Comparison(), time.monotonic()
    for number in range(WORLDS):
        seen.seed = FIRST_SEED + number
        with transaction.atomic():
            compare_world(seen, WorldMaker(seen.seed))
            transaction.set_rollback(True)
    line = seen.line(WORLDS, time.monotonic() - start)
    if target := os.environ.get("GATE_LINE"):
        Path(target).write_text(line + "\n")
    print(line, dict(seen.open))
    assert not seen.differences, "\n".join([line, *seen.differences[:SHOWN]])
    assert all(seen.open[what] for what in WHAT_MUST_OPEN), seen.open


def compare_world(seen: Comparison, maker: WorldMaker) -> None:
    world = maker.make()
    write(world)
    members = {m.pk: m for m in Membership.objects.select_related("user", "agency")}
    items = {item.pk: item for item in AgendaItem.objects.select_related("segment__meeting", "case")}
    for day in (maker.today, maker.today + timedelta(days=maker.pick([-1, 1, 14, 30]))):
        for v, viewer in viewers(world, members, day):
            compare_support(seen, world, v, viewer)
            compare_meetings(seen, world, v, viewer, items)


def viewers(world: World, members: dict[int, Membership], day: date) -> Iterable[tuple[PlainViewer, Viewer]]:
    """Everybody through every membership in force on the day, in an agency that exists on it."""
    for m in world.memberships.values():
        if inside(day, m) and inside(day, world.agencies[m.agency]):
            plain = PlainViewer(membership=m.id, user=m.user, agency=m.agency, role=m.role, day=day)
            yield plain, Viewer(user=members[m.id].user, membership=members[m.id], day=day)


def compare_support(seen: Comparison, world: World, v: PlainViewer, viewer: Viewer) -> None:
    rules = {row.id: support.row_rules(world, v, row) for row in world.rows.values()}
    opened = {key for key, names in rules.items() if names}
    seen.of("rows", v, world.rows, opened, seen.ask("rows", rows_for, viewer, Purpose.SUPPORT))
    for key, names in rules.items():
        seen.signatures[("support", *support.signature(world, v, world.rows[key], names))] += 1
    for what, things, decide, queryset in SUPPORTED:
        those = things(world)
        expected = {key for key, thing in those.items() if decide(world, v, thing)}
        seen.of(what, v, those, expected, seen.ask(what, queryset, viewer, Purpose.SUPPORT))
    people = support.people_visible(world, v) if support.may_support(v) else set()
    seen.of("people", v, world.people, people, seen.ask("people", people_for, viewer, Purpose.SUPPORT))


def rows_for(*asked: Any) -> Any:
    return Row.objects.visible_to(*asked)


def people_for(*asked: Any) -> Any:
    return Person.objects.visible_to(*asked)


def items_for(*asked: Any) -> Any:
    return AgendaItem.objects.visible_to(*asked)


SUPPORTED: list[tuple[str, Callable[[World], dict], Decide, Callable]] = [
    ("cases", lambda w: w.cases, support.case_visible, lambda *a: Case.objects.visible_to(*a)),
    ("headers", lambda w: w.cases, support.header_visible, lambda *a: Case.objects.with_header_for(*a)),
    ("consultations", lambda w: w.consultations, support.consultation_visible,
     lambda *a: Consultation.objects.visible_to(*a)),
    ("hints", lambda w: w.hints, support.hint_visible, lambda *a: Hint.objects.visible_to(*a)),
    ("referrals", lambda w: w.referrals, support.referral_visible, lambda *a: Referral.objects.visible_to(*a)),
    ("participations", lambda w: w.participations, support.participation_visible,
     lambda *a: visible_participations(Participation.objects.all(), *a)),
    ("consents whole", lambda w: w.statements, support.statement_whole, lambda *a: Consent.objects.visible_to(*a)),
    ("consents concerning", lambda w: w.statements, support.statement_concerning,
     lambda *a: Consent.objects.concerning(*a)),
]  # fmt: skip


def compare_meetings(
    seen: Comparison, world: World, v: PlainViewer, viewer: Viewer, items: dict[int, Any]
) -> None:
    for purpose, (header, row_rule) in TABLES.items():
        expected = {key for key, item in world.items.items() if header(world, v, item)}
        found = seen.ask("items", items_for, viewer, purpose)
        seen.of(f"items {purpose}", v, world.items, expected, found)
        for item in concerned(world, v):
            near = candidates(world, item)
            rows = {row.id for row in near if row_rule(world, v, item, row)}
            for row in near:
                seen.signatures[(purpose, *tables.signature(world, v, item, row), row.id in rows)] += 1
            shown = seen.ask("rows", rows_for, viewer, purpose, items[item.id])
            seen.of(f"rows {purpose} item {item.id}", v, near, rows, shown)
            seen.open[f"rows {purpose}"] += len(rows)


def concerned(world: World, v: PlainViewer) -> list[Any]:
    """Items the viewer was ever planned for; of the others some, more of them for those who run meetings."""
    one_in = 3 if v.role in ("coordinator", "chair") else 12
    return [
        item
        for item in world.items.values()
        if v.user in {t.user for t in world.attendances_at[item.id]} or (item.id + v.user) % one_in == 0
    ]


def candidates(world: World, item: Any) -> list[Any]:
    """Rows that ever lay on the table, were written or born there, and all others of the case."""
    laid = {e.row for e in world.enclosures_on[item.id]}
    return [
        row
        for row in world.rows.values()
        if row.id in laid or item.id in (row.item, row.origin) or row.case == item.case
    ]


WHAT_MUST_OPEN = ["rows", "people", *(what for what, *_ in SUPPORTED)]
WHAT_MUST_OPEN += [f"{part} {purpose}" for part in ("items", "rows") for purpose in TABLES]
