"""Random worlds full of near misses, as plain data. `tests/worlds_in_database.py` writes the same through the models."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from tests.oracle import world as w

# In turn, by the seed: some are when a child of a leap day turns 15 or 18.
TODAYS = [
    date(2026, 6, 10),
    date(2028, 2, 29),
    date(2027, 2, 28),
    date(2026, 3, 1),
    date(2027, 3, 1),
    date(2026, 2, 28),
]
ROLES = ["counter"] * 9 + ["coordinator"] * 4 + ["chair"] * 2 + ["external"]
# Roles with the purposes of another one, or with none of these: each costs a new set of queries, so one world in ten.
RARE_ROLES = ["chief", "outreach", "participation", "statistics", "audit", "roster"]
FIRST_KEY = 1_000_000


class Dice:
    """Chance from one seed, and a place for what it makes. Mostly sound data, each part spoilt now and then."""

    def __init__(self, seed: int, cases: int, staff: int, rows: int):
        self.dice = random.Random(seed)
        self.today = TODAYS[seed % len(TODAYS)]
        self.number = count(FIRST_KEY)
        self.world = w.World(oral_counts=self.dice.random() < 0.5)
        self.cases, self.staff, self.rows = cases, staff, rows

    def chance(self, part: float) -> bool:
        return self.dice.random() < part

    def pick(self, things: Sequence[Any] | dict) -> Any:
        return self.dice.choice(things if isinstance(things, list | tuple) else list(things))

    def some(self, things: Sequence[Any] | dict, most: int, least: int = 0) -> list:
        things = list(things)
        return self.dice.sample(things, min(len(things), self.dice.randint(least, most)))

    def near(self, day: date, *, others: Sequence[int] = ()) -> date:
        """The day, its neighbours, or a boundary of the contract counted from it."""
        return day + timedelta(days=self.dice.choice([-1, 0, 0, 1, *others]))

    def before(self, day: date, most: int = 60) -> date:
        return day - timedelta(days=self.dice.randint(0, most))

    def period(self, spoilt: float = 0.2) -> tuple[date, date | None]:
        """Mostly in force today; sometimes beginning or ending next to today."""
        start, end = self.before(self.today, 200), None
        if self.chance(spoilt):
            start = self.near(self.today)
        if self.chance(spoilt + 0.15):
            end = max(start, self.near(self.today, others=[30]))
        return start, end

    def maybe_near(self, part: float) -> date | None:
        return self.near(self.today) if self.chance(part) else None

    def add(self, place: dict, made_of: type, /, **fields: Any) -> Any:
        thing = made_of(id=next(self.number), **fields)
        place[thing.id] = thing
        return thing


class People(Dice):
    """Agencies and their staff; the people whom cases are about, joined, kept apart, in conflict."""

    def make_people(self) -> None:
        for step in (
            self._agencies,
            self._successions,
            self._staff,
            self._people,
            self._links,
            self._separations,
        ):
            step()

    def _agencies(self) -> None:
        world = self.world
        for _ in range(9):
            self.add(world.agencies, w.Agency, from_day=date(2020, 4, 1), until_day=self.maybe_near(0.2))
        for _ in range(3):
            self.add(world.lists, w.AgencyList, agencies=frozenset(self.some(world.agencies, 8, 4)))

    def _successions(self) -> None:
        """Three or four; one of them often only asked for, or from a day next to today."""
        pairs = {tuple(self.dice.sample(list(self.world.agencies), 2)) for _ in range(4)}
        for old, new in sorted(pairs):
            start = self.near(self.today) if self.chance(0.5) else self.before(self.today)
            confirmed = None if self.chance(0.2) else self.near(start)
            self.add(
                self.world.successions, w.Succession, old=old, new=new, from_day=start, confirmed_on=confirmed
            )

    def _staff(self) -> None:
        world = self.world
        world.users = [next(self.number) for _ in range(self.staff)]
        roles = ROLES + RARE_ROLES if self.chance(0.1) else ROLES
        peopled = list(world.agencies)[:-1]  # one agency stays without staff
        taken = set()
        for user in [*world.users, *self.some(world.users, self.staff // 2, self.staff // 3)]:
            agency, role = self.pick(peopled), self.pick(roles)
            if (user, agency, role) in taken:
                continue
            taken.add((user, agency, role))
            start, end = self.period(0.08)
            self.add(world.memberships, w.Membership, user=user, agency=agency, role=role,
                     from_day=start, until_day=end)  # fmt: skip

    def _people(self) -> None:
        for _ in range(max(18, self.cases * 7 // 8)):
            died = self.near(self.today, others=[10, -10]) if self.chance(0.05) else None
            precision = "day" if self.chance(0.85) else self.pick(["month", "year"])
            self.add(
                self.world.people, w.Person, birth_date=self._birth_date(), precision=precision,
                estimated=self.chance(0.1), died_on=died,
            )  # fmt: skip
        self.mains = list(self.world.people)[: len(self.world.people) * 3 // 4]

    def _birth_date(self) -> date | None:
        if self.chance(0.1):
            return None
        if self.chance(0.5):
            return self.pick([date(1970, 5, 5), date(2008, 2, 29), date(2012, 2, 29), date(2009, 1, 1)])
        year = self.today.year - self.pick([14, 15, 15, 16, 17, 18, 18, 19])
        day = self.near(self.today, others=[5])
        return date(year, day.month, min(day.day, 28))

    def _links(self) -> None:
        """Pairs and, now and then, three records of one person; some waiting, some undone."""
        free = self.dice.sample(list(self.world.people), len(self.world.people) // 5)
        while len(free) >= 3:
            joined = [free.pop() for _ in range(3 if self.chance(0.2) else 2)]
            undone = self.maybe_near(0.15)
            for place, one in enumerate(joined):
                for other in joined[place + 1 :]:
                    confirmed = None if self.chance(0.25) else self.before(self.today, 20)
                    self.add(self.world.links, w.PersonLink, first=one, second=other,
                             confirmed_on=confirmed, undone_on=undone)  # fmt: skip

    def _separations(self) -> None:
        for _ in range(4 + self.cases // 20):
            first, second = self.dice.sample(list(self.world.people), 2)
            self.add(
                self.world.separations, w.Separation, first=first, second=second, lifted=self.chance(0.3)
            )

    def make_conflicts(self) -> None:
        for _ in range(4 + self.cases // 15):
            user = self.pick(self.world.users) if self.chance(0.6) else None
            agency = None if user and self.chance(0.8) else self.pick(self.world.agencies)
            self.add(
                self.world.conflicts,
                w.Conflict,
                person=self.pick(self.world.people),
                user=user,
                agency=agency,
            )


def by(things: dict, *names: str) -> dict[Any, list]:
    found = defaultdict(list)
    for thing in things.values():
        key = tuple(getattr(thing, name) for name in names)
        found[key if len(names) > 1 else key[0]].append(thing)
    return found
