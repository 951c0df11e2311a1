"""The second wall is coarse: whatever the gate opens, a plain SELECT under the wall finds too, on the real web role.

What the gate opens is the oracle's answer here (`test_gate_against_oracle` shows that the two are the same). Some
questions of the gate itself are asked behind the wall too: what it needs to know must not be hidden from it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from agencies.models import Membership
from cases.visibility import ROLE_PURPOSES, Purpose, Viewer
from nisshin_support import second_wall
from nisshin_support.middleware import enter_request_role
from tests import worlds_in_database
from tests.gate_comparison import SUPPORTED, TABLES, days_of, one_in, viewers
from tests.live_site import web_url
from tests.oracle import tables
from tests.oracle.world import Viewer as PlainViewer
from tests.oracle.world import World
from tests.test_gate_against_oracle import a_copy
from tests.worlds_of_meetings import WorldMaker

FIRST_SEED = int(os.environ.get("GATE_SEED", "20260610"))
CONTEXTS = int(os.environ.get("WALL_CONTEXTS", "200"))
BEHIND_THE_WALL_ONE_IN = 12

BEHIND = {
    "rows": "cases_row", "cases": "cases_case", "people": "cases_person", "consultations": "cases_consultation",
    "hints": "outreach_hint", "referrals": "cases_referral", "participations": "cases_participation",
    "statements": "cases_consent", "disclosures": "cases_emergencydisclosure", "items": "meetings_agendaitem",
    "snapshots": "meetings_snapshot",
}  # fmt: skip


@pytest.mark.django_db
def test_without_an_identity_nothing_is_there():
    worlds_in_database.write(WorldMaker(FIRST_SEED).make())
    enter_request_role()
    assert {kind: keys for kind in BEHIND if (keys := behind_the_wall(kind))} == {}


def test_the_wall_lets_through_whatever_the_gate_opens(django_db_setup: None, django_db_blocker: Any):
    contexts, opened, problems, seed = 0, 0, [], FIRST_SEED
    with django_db_blocker.unblock(), a_database_of_ones_own() as name:
        while contexts < CONTEXTS:
            world, members, days = a_written_world(seed)
            with as_web(name):
                for day in days:
                    for v, viewer in viewers(world, members, day):
                        found, missing = look(world, v, viewer)
                        contexts += len(ROLE_PURPOSES[v.role])
                        opened += found
                        problems += [f"GATE_SEED={seed} {v} {what}" for what in missing]
            worlds_in_database.empty()
            seed += 1
    line = f"wall: contexts={contexts} opened={opened} missing={len(problems)} seed={FIRST_SEED}"
    if target := os.environ.get("WALL_LINE"):
        Path(target).write_text(line + "\n")
    print(line)
    assert not problems, "\n".join([line, *problems[:12]])
    assert opened > contexts, "nothing was open"


def a_written_world(seed: int) -> tuple[World, dict[int, Membership], list[Any]]:
    maker = WorldMaker(seed, cases=30, staff=24)
    world = maker.make()
    with transaction.atomic():
        worlds_in_database.write(world)
    members = {m.pk: m for m in Membership.objects.select_related("user", "agency")}
    return world, members, days_of(maker, 2)


def look(world: World, v: PlainViewer, viewer: Viewer) -> tuple[int, list[str]]:
    """How much is open to the viewer, and what of it the wall hides."""
    wanted = open_to(world, v)
    with transaction.atomic():
        second_wall.enter(viewer)
        missing = [
            f"{kind}: {sorted(keys - behind_the_wall(kind))[:5]}"
            for kind, keys in wanted.items()
            if keys and keys - behind_the_wall(kind)
        ]
        if one_in(BEHIND_THE_WALL_ONE_IN, v.membership, v.day.toordinal()):
            missing += gate_differs(world, v, viewer)
    return sum(len(keys) for keys in wanted.values()), missing


def open_to(world: World, v: PlainViewer) -> dict[str, set[int]]:
    """Everything that some purpose opens, by kind."""
    found: dict[str, set[int]] = {kind: set() for kind in BEHIND}
    for _, kind, judge, _ in SUPPORTED:
        bits = getattr(world.at, kind)
        found[kind] |= set(bits.keys_in(judge(world, v).open))
    found["snapshots"] |= set(world.at.snapshots.keys_in(tables.snapshots(world, v).open))
    for header, row_rule in TABLES.values():
        for item in world.items.values():
            found["items"] |= {item.id} if header(world, v, item).open else set()
            judged = row_rule(world, v, item, tables.candidates(world, item))
            found["rows"] |= set(world.at.rows.keys_in(judged.open))
    return found


def behind_the_wall(kind: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {BEHIND[kind]}")
        return {key for (key,) in cursor.fetchall()}


def gate_differs(world: World, v: PlainViewer, viewer: Viewer) -> list[str]:
    """The gate itself behind the wall, in daily work."""
    differing = []
    for what, kind, judge, queryset in SUPPORTED:
        expected = set(getattr(world.at, kind).keys_in(judge(world, v).open))
        found = set(queryset(viewer, Purpose.SUPPORT).values_list("pk", flat=True))
        if found != expected:
            differing.append(f"gate behind the wall, {what}: {sorted(found ^ expected)[:5]}")
    return differing


@contextmanager
def a_database_of_ones_own() -> Iterator[str]:
    """A copy of the tests' database as Django's only one while the block lasts."""
    before = dict(connection.settings_dict)
    connection.close()
    with a_copy(before["NAME"], f"{before['NAME']}_wall") as name:
        connection.settings_dict["NAME"] = name
        try:
            worlds_in_database.keep_statistics()
            yield name
        finally:
            connection.close()
            connection.settings_dict.update(before)


@contextmanager
def as_web(name: str) -> Iterator[None]:
    """Log in again as the web role; nothing of the owner's is left on that connection."""
    web = psycopg.conninfo.conninfo_to_dict(web_url(name))
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(USER=web["user"], PASSWORD=web.get("password", ""))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
