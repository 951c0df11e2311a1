"""Every changed copy of the policy is noticed: the oracle's answers over a random world tell it from the gate.

Inside `make test` a fixed number of them; MUTANTS=all takes all of them (`make mutants`). What changes nothing that
anybody could see stands in tests/mutants/equivalent.py with its reason.
"""

import importlib
import json
import os
from pathlib import Path

import pytest
from django.db import transaction

from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.operators import Mutant, mutants
from tests.mutants.trial import Trial

pytestmark = [pytest.mark.django_db, pytest.mark.pages]

ALL = os.environ.get("MUTANTS") == "all"
MODULES = ("consent", "identity", "succession", "support", "table", "rows_on_table")
# What told each mutant from the gate, and in which world: asked first the next time.
REMEMBERED = Path(__file__).parent / "mutants" / "killers.json"
SEEDS = (7, 8, 9, 10)
SLICE, LEAST = 28, 150


def all_mutants() -> dict[str, Mutant]:
    """By name; the first of each kind in each function."""
    found: dict[str, Mutant] = {}
    for name in MODULES:
        module = importlib.import_module(f"cases.visibility.{name}")
        kinds = set()
        for mutant in mutants(module, Path(str(module.__file__)).read_text()):
            kind = mutant.name.rsplit(" ", 1)[0]
            if kind not in kinds:
                kinds.add(kind)
                found[mutant.name] = mutant
    return found


def hunt(wanted: dict[str, Mutant], remembered: dict[str, list], seeds: tuple[int, ...]) -> dict[str, list]:
    """Who was killed, in which world, by which question; stillborn ones too. World after world for the others."""
    found: dict[str, list] = {}
    for seed in seeds:
        left = [one for name, one in wanted.items() if name not in found]
        if not left:
            break
        with transaction.atomic():
            trial = Trial(seed)
            for mutant in left:
                first = remembered.get(mutant.name, [0, ""])[1]
                if not trial.reaches(mutant):
                    found[mutant.name] = [seed, "not asked about"]
                elif killer := trial.killer_of(mutant, first):
                    found[mutant.name] = [seed, killer]
            transaction.set_rollback(True)
    return found


def test_every_change_of_the_policy_is_noticed():
    remembered = json.loads(REMEMBERED.read_text())
    every = all_mutants()
    wanted = {name: one for name, one in every.items() if name not in EQUIVALENT}
    if not ALL:
        known = [name for name, (seed, _) in remembered.items() if name in wanted and seed == SEEDS[0]]
        wanted = {name: wanted[name] for name in known[:: max(len(known) // SLICE, 1)][:SLICE]}
    found = hunt(wanted, remembered, SEEDS if ALL else SEEDS[:1])
    counted = {name: how for name, how in found.items() if not how[1].startswith(("stillborn", "not asked"))}
    survivors = [name for name in wanted if name not in found]
    total = len(counted) + len(survivors)
    if ALL:
        REMEMBERED.write_text(json.dumps(counted, ensure_ascii=False, indent=0) + "\n")
        line = f"mutants: killed={len(counted)} total={total} equivalent={len(EQUIVALENT)}\n"
        Path(os.environ.get("MUTANTS_LINE", os.devnull)).write_text(line)
    told = [f"{name} (line {every[name].line})" for name in survivors]
    assert not survivors, "\n".join(told)
    assert total >= (LEAST if ALL else SLICE)
    assert set(EQUIVALENT) <= set(every), "an equivalent one that is no more"
