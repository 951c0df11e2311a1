"""Some of the worlds, in a process and a database of its own: `python -m tests.gate_worker DATABASE SEEDS RESULT`.

Two of these use both cores of a small machine; `tests/test_gate_against_oracle.py` starts them and adds up.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import django
from django.conf import settings

# How large a world is: about half a million decisions, a quarter of a minute.
SIZE = {"cases": 150, "staff": 60, "rows": 2}
DAYS = 5
# What was rolled back stays in the tables and is passed over; emptying them costs new plans.
ROLLED_BACK_BEFORE_EMPTYING = 4


@dataclass(frozen=True)
class Only:
    """One viewer's day and question, to look at a difference again."""

    membership: int
    day: str
    what: str

    @classmethod
    def read(cls, text: str) -> "Only | None":
        parts = text.split("/")
        return cls(int(parts[0]), parts[1], parts[2]) if text else None


def main(database: str, seeds: str, result: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from tests import worlds_in_database
    from tests.gate_comparison import Comparison, compare_world
    from tests.worlds_of_meetings import WorldMaker

    only = Only.read(os.environ.get("GATE_ONLY", ""))
    if only is None:
        worlds_in_database.keep_statistics()
        with transaction.atomic():
            worlds_in_database.write(WorldMaker(0, **SIZE).make())
        worlds_in_database.empty()
    seen = Comparison(only)
    for number, seed in enumerate(json.loads(seeds), 1):
        seen.seed = seed
        with transaction.atomic():
            compare_world(seen, WorldMaker(seed, **SIZE), DAYS)
            transaction.set_rollback(True)
        if number % ROLLED_BACK_BEFORE_EMPTYING == 0:
            worlds_in_database.empty()
    Path(result).write_text(json.dumps(_told(seen)))


def _told(seen: Any) -> dict[str, Any]:
    """Everything counted, in a form that can be added up."""
    count = seen.count
    return {
        "worlds": seen.worlds,
        "decisions": count.decisions,
        "near": count.near,
        "differences": seen.differences,
        "open": dict(seen.open),
        "opens": {" / ".join(key): number for key, number in count.opens.items()},
        "closes": {" / ".join(key): number for key, number in count.closes.items()},
        "signatures": [crc32(repr(signature).encode()) for signature in count.signatures],
        "boundaries": {f"{name} / {side}": number for (name, side), number in seen.boundaries.items()},
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(*sys.argv[1:])
