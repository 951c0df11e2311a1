"""Round after round on several writers' connections at once; what was seen, counted."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

from django.db import connections

from tests.races import situations
from tests.races.reading import Watch, readers
from tests.races.situations import Office

WRITERS, READERS = 3, 3
VIEWS_A_ROUND = 24
SERVER_ERROR = 500


@dataclass
class Tally:
    """Views begun after the act, and those of them that still showed the row."""

    views: int = 0
    before: int = 0
    leaks: list[str] = field(default_factory=list)
    by_situation: Counter = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, name: str, watch: Watch) -> None:
        """One round's views."""
        after = watch.begun_after()
        self.views += len(after)
        self.before += sum(1 for view in watch.views if view.shows and view.begun < watch.acknowledged)
        self.by_situation[name] += len(after)
        self.leaks += [name for view in after if view.shows]
        self.errors += [f"{name}: {view.status}" for view in watch.views if view.status >= SERVER_ERROR]


def run(office: Office, views: int, only: list = situations.ALL, seed: int = 0) -> Tally:
    """At least `views` views begun after an act, by writers that work at the same time."""
    tally, numbers, failures = Tally(), count(), []

    def write() -> None:
        try:
            while tally.views < views and not failures:
                number = next(numbers)
                play(office, only[number % len(only)], tally, Random(f"{seed} {number}"))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if failures:
        raise failures[0]
    return tally


def play(office: Office, situation, tally: Tally, random: Random) -> None:
    """One round: all readers have seen the row; then it is closed while they keep asking."""
    world = situation(office)
    watch, desks = Watch(world.canary), [office.desk_of(world.reader) for _ in range(READERS)]
    for number, path in enumerate(sorted(set(world.paths))):
        seen = watch.look(desks[number % READERS], path)
        assert seen.shows, f"{situation.__name__}: {path} does not show the row before ({seen.status})"
    with readers(watch, desks, world.paths, VIEWS_A_ROUND):
        time.sleep(random.uniform(0, 0.1))
        world.end()
        watch.acknowledged = time.monotonic()
    tally.add(situation.__name__, watch)


def minutes(number: float) -> timedelta:
    """How far one clock is from another."""
    return timedelta(minutes=number)
