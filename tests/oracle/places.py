"""Where each thing of a world hangs, and sets of things as whole numbers: one bit for each thing of a kind.

A condition of the contract is then one number (the things that meet it), and a rule is their conjunction: thousands of
things are decided at once, and what would have opened a thing that stays closed can be counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any


class Bits:
    """The things of one kind in their order; a set of them is a number."""

    def __init__(self, things: dict[int, Any]):
        self.things = list(things.values())
        self.keys = list(things)
        self.place = {key: place for place, key in enumerate(self.keys)}
        self.all = (1 << len(self.keys)) - 1

    def of(self, keys: Iterable[int]) -> int:
        found = 0
        for key in keys:
            found |= 1 << self.place[key]
        return found

    def where(self, test: Callable[[Any], Any]) -> int:
        return self.of(thing.id for thing in self.things if test(thing))

    def keys_in(self, found: int) -> list[int]:
        keys = []
        while found:
            lowest = found & -found
            keys.append(self.keys[lowest.bit_length() - 1])
            found ^= lowest
        return keys

    def has(self, found: int, key: int) -> bool:
        return bool(found >> self.place[key] & 1)


class Places:
    """Of one world: what hangs from what, who is whose record, who is kept apart from whom."""

    def __init__(self, world: Any):
        for kind in ("rows", "cases", "people", "items", "consultations", "hints", "referrals", "participations",
                     "statements", "disclosures", "snapshots"):  # fmt: skip
            setattr(self, kind, Bits(getattr(world, kind)))
        self._hang(world)
        self._rows(world)
        self._join(world)

    def _hang(self, world: Any) -> None:
        self.participations_in = by(world.participations, "case")
        self.leads_of = by(world.leads, "case")
        self.assignments_of = by(world.assignments, "row")
        self.referrals_to = by(world.referrals, "to_agency")
        self.referrals_with = by(world.referrals, "consultation")
        self.disclosures_to = by(world.disclosures, "to_agency")
        self.enclosed_in = by(world.enclosures, "referral")
        self.laid_on = by(world.enclosures, "item")
        self.attendances_at = by(world.attendances, "item")
        self.terms_of = by(world.terms, "user")
        self.taken_over_by = by(world.successions, "new")
        self.statements_of = by(world.statements, "person")
        self.items_of = by(world.items, "segment")

    def _rows(self, world: Any) -> None:
        """Sets of rows by what is fixed about them."""
        self.rows_of, self.rows_by, self.rows_in = Counted(), Counted(), Counted()
        self.rows_born, self.rows_told_by, self.rows_about, self.rows_kind = (
            Counted(),
            Counted(),
            Counted(),
            Counted(),
        )
        self.rows_of_referral, self.rows_with_pair = Counted(), Counted()
        for place, row in enumerate(world.rows.values()):
            bit = 1 << place
            for sets, key in ((self.rows_of, row.case), (self.rows_by, row.recorded_by), (self.rows_in, row.item),
                              (self.rows_born, row.origin), (self.rows_told_by, row.brought_by),
                              (self.rows_kind, row.kind), (self.rows_of_referral, row.referral)):  # fmt: skip
                sets[key] |= bit
            for person, category in row.matters:
                self.rows_about[person] |= bit
                self.rows_with_pair[person, category] |= bit
        self.rows_about_somebody = 0
        for rows in self.rows_about.values():
            self.rows_about_somebody |= rows
        self.rows_unborn = self.rows_born.get(None, 0)

    def _join(self, world: Any) -> None:
        """records(p): p and every record joined to it by a standing link, in one step."""
        self.links_of = defaultdict(list)
        self.records = {person: {person} for person in world.people}
        for link in world.links.values():
            if link.undone_on is None:
                for one, other in ((link.first, link.second), (link.second, link.first)):
                    self.records[one].add(other)
                    self.links_of[one].append((other, link))
        self.apart = defaultdict(set)
        for separation in world.separations.values():
            if not separation.lifted:
                self._keep_apart(separation.first, separation.second)

    def _keep_apart(self, first: int, second: int) -> None:
        """A separation counts between every record of the one and every record of the other."""
        for one in self.records[first]:
            for other in self.records[second]:
                self.apart[one].add(other)
                self.apart[other].add(one)

    def rows_in_cases(self, cases: int) -> int:
        found = 0
        for key in self.cases.keys_in(cases):
            found |= self.rows_of[key]
        return found

    def rows_of_people(self, people: Iterable[int]) -> int:
        found = 0
        for person in people:
            found |= self.rows_about[person]
        return found


class Counted(defaultdict):
    """Sets of things by a key; empty where nothing was ever put."""

    def __init__(self) -> None:
        super().__init__(int)


def by(things: dict, name: str) -> dict[Any, list]:
    found = defaultdict(list)
    for thing in things.values():
        found[getattr(thing, name)].append(thing)
    return found
