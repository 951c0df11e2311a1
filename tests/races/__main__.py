"""`make races`: the races of tests/test_races.py with the database's clock right, five minutes late and five early.

Each clock gets a PostgreSQL of its own in a new folder (`faketime` under the server, never under the tests), and a run
of pytest. RACES_VIEWS=… says how many views in all.
"""

import glob
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nisshin_support import database

VIEWS = int(os.environ.get("RACES_VIEWS", "10000"))
CLOCKS = (0, -5, 5)
LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"


@contextmanager
def database_with_clock(minutes: int, folder: Path) -> Iterator[None]:
    """A server of our own whose clock is so many minutes off; the environment leads there."""
    with environment_with(NISSHIN_DATA=str(folder / "data")):
        with environment_with(
            **(faked(minutes) if minutes else {})
        ):  # for the programs begun in here, not for us
            database.start("test")
        try:
            yield
        finally:
            database.stop("test")


def faked(minutes: int) -> dict[str, str]:
    """What makes a program believe in another time of day; waiting takes as long as it does."""
    library = glob.glob(LIBRARY)
    if not library:
        sys.exit("faketime が要ります: sudo apt-get install faketime")
    return {"LD_PRELOAD": library[0], "FAKETIME": f"{minutes:+d}m", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@contextmanager
def environment_with(**names: str) -> Iterator[None]:
    """These names in the environment for as long as the block lasts."""
    before = dict(os.environ)
    os.environ.update(names)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def raced(minutes: int) -> tuple[list[int], int]:
    """(views, leaks, naive leaks) with that clock, and pytest's status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as nobody when started by root
        line = folder / "line"
        words = {
            "RACES_CLOCK": str(minutes),
            "RACES_LINE": str(line),
            "RACES_VIEWS": str(-(-VIEWS // len(CLOCKS))),
        }
        with database_with_clock(minutes, folder), environment_with(**words):
            status = subprocess.run(
                [sys.executable, "-m", "pytest", "--quiet", "tests/test_races.py"]
            ).returncode
        figures = [int(word) for word in line.read_text().split()] if line.exists() else [0, 0, 0]
    print(f"時計 {minutes:+d}分: views={figures[0]} leaks={figures[1]} naive_leaks={figures[2]}", flush=True)
    return figures, status


def main() -> int:
    """Race with each clock; one line; whether the claim holds."""
    found = [raced(minutes) for minutes in CLOCKS]
    views, leaks, naive = (sum(column) for column in zip(*(figures for figures, _ in found), strict=True))
    print(f"races: views={views} leaks={leaks} naive_leaks={naive}")
    sound = views >= VIEWS and not leaks and naive and not any(status for _, status in found)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
