"""The generated city: how big, and which places in it are known by name. Everything and everybody is invented."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from tests.bench.casework import Casework
from tests.bench.inhabitants import Inhabitants
from tests.bench.loading import Loader
from tests.bench.sittings import Sittings

DAY = date(2026, 6, 10)
SEED = 106


@dataclass(frozen=True)
class Size:
    """How many of each; `busy_cases` belong to one section, `long_case` entries to one case."""

    people: int
    cases: int
    rows: int
    agencies: int
    staff: int
    meetings: int
    busy_cases: int
    long_case: int
    sitting: tuple[int, int, int] = (12, 8, 20)


CITY = Size(100_000, 20_000, 1_000_000, 50, 300, 2_000, 3_000, 500)
TINY = Size(400, 120, 3_000, 14, 42, 12, 40, 70, (4, 3, 4))


def fill(connection: psycopg.Connection[Any], size: Size, seed: int = SEED) -> None:
    """Write the city; the same seed writes the same city."""
    loader = Loader(connection, seed)
    inhabitants = Inhabitants(loader, size, DAY)
    inhabitants.write()
    casework = Casework(loader, size, inhabitants, DAY)
    sittings = Sittings(loader, size, casework, DAY)
    sittings.plan()
    casework.write(size.rows - sittings.rows_needed())
    sittings.write()
    loader.finish()
