"""The gate and the oracle over random worlds: they must give the same answer for every row, viewer, purpose and day.

`make gate` asks ten times as much. GATE_SEED=… begins at another world; a difference names the settings that show it
again at once (GATE_SEED, GATE_WORLDS=1, GATE_ONLY).
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests import gate_boundaries, gate_remembering
from tests.conftest import maintenance
from tests.gate_comparison import WHAT_MUST_OPEN
from tests.worlds_in_database import write
from tests.worlds_of_meetings import WorldMaker

FIRST_SEED = int(os.environ.get("GATE_SEED", "20260610"))
WORLDS = int(os.environ.get("GATE_WORLDS", "8"))
SHOWN = int(os.environ.get("GATE_SHOWN", "12"))
LEAST_DECISIVE = int(os.environ.get("GATE_DECISIVE", "1"))
WORKERS = 2
DECISIONS_OF_A_WORLD = 1_250_000
NEAR_SHARE = 0.3
# Fewer are for looking at something again.
ENOUGH_WORLDS = 8


@pytest.mark.django_db
def test_the_function_of_consent_says_what_its_condition_says():
    """The comparison asks the condition for everybody at once; pages call the function."""
    maker = WorldMaker(FIRST_SEED)
    world = maker.make()
    write(world)
    gate_remembering.put_in_place()
    held = gate_remembering.remember_consents(list(world.people), [maker.today])
    everything = itertools.product(world.people, world.agencies, range(1, 7), [maker.today])
    asked = [one for number, one in enumerate(sorted(everything)) if number % 5 == 0 or one in held]
    assert held
    assert gate_remembering.asked_of_the_function(asked) == held


def test_the_gate_and_the_oracle_agree_everywhere(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
):
    start = time.monotonic()
    with django_db_blocker.unblock():
        told = ask_everywhere(tmp_path)
    line = summary(told, time.monotonic() - start)
    if target := os.environ.get("GATE_LINE"):
        Path(target).write_text(line + "\n")
    print(line)
    assert not told["differences"], "\n".join([line, *told["differences"][:SHOWN]])
    if WORLDS >= ENOUGH_WORLDS:
        assert_asked_enough(told)


def assert_asked_enough(told: dict[str, Any]) -> None:
    """That nothing differs says little unless everything was asked: how much, how nearly, each rule, each day."""
    assert told["decisions"] >= DECISIONS_OF_A_WORLD * WORLDS
    assert told["near"] >= NEAR_SHARE * told["decisions"]
    assert [what for what in WHAT_MUST_OPEN if not told["open"].get(what)] == []
    missed = [f"{name} / {side}" for name, side in gate_boundaries.wanted()]
    assert [boundary for boundary in missed if not told["boundaries"].get(boundary)] == []
    assert [(rule, n) for rule, n in decisive(told).items() if n < LEAST_DECISIVE] == []


def decisive(told: dict[str, Any]) -> dict[str, int]:
    """For every rule the smaller of: opened a thing that nothing else opens, kept closed one that all else opens."""
    opens, closes = by_rule(told["opens"]), by_rule(told["closes"])
    return {rule: min(opens[rule], closes[rule]) for rule in {*opens, *closes}}


def by_rule(counted: dict[str, int]) -> Counter:
    found: Counter = Counter()
    for conditions, number in counted.items():
        for rule in rules_of(*conditions.split(" / ")):
            found[rule] += number
    return found


def rules_of(kind: str, way: str, condition: str) -> set[str]:
    """The contract's names for a condition: the rule it belongs to, and what it is itself."""
    condition = condition.removeprefix("table ").split(":")[0]
    if kind == "consent":
        return {f"consent {condition}"}
    found = {COMMON[condition]} if condition in COMMON else set()
    if kind == "people":  # known through what is decided elsewhere
        return found
    if kind == "rows":
        return found | {way.split()[0]}
    if kind in ("items meeting", "rows meeting"):
        return found | ({OF_A_TABLE[condition]} if condition in OF_A_TABLE else set())
    return (
        found | {f"{kind}: {way.split()[0]}"} if "preparation" in kind or "record" in kind else found | {kind}
    )


COMMON = dict.fromkeys(["conflict", "row conflict", "conflict of the case", "conflict before"], "conflict")
COMMON |= dict.fromkeys(["separation", "row separation", "never separated", "not both sides"], "separation")
COMMON |= {"role": "role", "row free": "free", "case free": "free", "case free or own": "free"}
OF_A_TABLE = {"M1": "M1, P2", "M2 stands": "M2", "on the table": "M2, P3", "M3": "M3, P5", "M4": "M4", "M5": "M5",
              "M6": "M6", "P1": "P1", "P4": "P4", "origin": "origin"}  # fmt: skip


def ask_everywhere(folder: Path) -> dict[str, Any]:
    """Start the workers, each on a copy of the tests' database; add up what they tell."""
    seeds = [FIRST_SEED + number for number in range(WORLDS)]
    shares = [share for share in (seeds[n::WORKERS] for n in range(WORKERS)) if share]
    name = connection.settings_dict["NAME"]
    connection.close()
    with ExitStack() as copies:
        workers = []
        for n, share in enumerate(shares):
            copy = copies.enter_context(a_copy(name, f"{name}_gate_{n}"))
            workers.append(start_worker(copy, share, folder / f"{n}.json"))
        codes = [worker.wait() for worker in workers]
    assert codes == [0] * len(shares), "a worker failed"
    return added_up([json.loads((folder / f"{n}.json").read_text()) for n in range(len(shares))])


class a_copy:
    """A database of one's own, copied from the migrated one."""

    def __init__(self, template: str, name: str):
        self.template, self.name = sql.Identifier(template), sql.Identifier(name)
        self.plain_name = name

    def __enter__(self) -> str:
        with psycopg.connect(**maintenance(), autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(self.name))
            owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(self.name, self.template))
        return self.plain_name

    def __exit__(self, *_: Any) -> None:
        with psycopg.connect(**maintenance(), autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(self.name))


def start_worker(database: str, seeds: list[int], result: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.gate_worker", database, json.dumps(seeds), str(result)]
    return subprocess.Popen(command, cwd=settings.BASE_DIR)


def added_up(parts: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {"differences": [], "signatures": set()}
    for part in parts:
        for key, value in part.items():
            if key == "signatures":
                total[key] |= set(value)
            elif isinstance(value, dict):
                total[key] = total.get(key, Counter()) + Counter(value)
            else:
                total[key] = total[key] + value if key in total else value
    return total


def summary(told: dict[str, Any], seconds: float) -> str:
    rules = decisive(told)
    least = min(rules, key=lambda rule: rules[rule]) if rules else ""
    return (
        f"gate: worlds={told['worlds']} decisions={told['decisions']} differences={len(told['differences'])} "
        f"signatures={len(told['signatures'])} seed={FIRST_SEED} seconds={seconds:.0f} "
        f"near={told['near'] / told['decisions']:.2f} rules={len(rules)} least_decisive={rules.get(least, 0)}"
        f" ({least})"
    )
