"""An answer with its reasons: ways that open a thing, each a list of named conditions that must all hold."""

from collections import Counter
from functools import reduce
from operator import and_, or_

Ways = dict[str, dict[str, int]]
# Of a condition that something exists: for each of its own conditions, the things where only that one fails.
Atoms = dict[str, dict[str, int]]


class Judgement:
    """Of the things `asked` (a set as a number): which are open, by which ways."""

    def __init__(self, asked: int, ways: Ways, atoms: Atoms | None = None):
        self.asked, self.ways, self.atoms = asked, ways, atoms or {}
        self.by_way = {way: reduce(and_, conditions.values(), asked) for way, conditions in ways.items()}
        self.open = reduce(or_, self.by_way.values(), 0)

    def alone(self) -> dict[str, int]:
        """For each way the things that it opens and no other way does."""
        once = twice = 0
        for held in self.by_way.values():
            twice |= once & held
            once |= held
        return {way: held & ~twice for way, held in self.by_way.items()}

    def missing(self) -> dict[tuple[str, str], int]:
        """For each condition of each way the closed things that this condition alone keeps closed in that way.

        Where the condition is that something exists (a referral, a disclosure …), one must exist that fails in one
        point only: "nobody referred it" is not nearly a referral.
        """
        found = {}
        for way, conditions in self.ways.items():
            for name, only in _only_one_fails(self.asked & ~self.open, conditions):
                if name not in self.atoms:
                    found[way, name] = only
                for atom, nearly in self.atoms.get(name, {}).items():
                    if only & nearly:
                        found[way, f"{name}: {atom}"] = only & nearly
        return found

    def signatures(self) -> set[tuple]:
        """The combinations of conditions held and not held that occur among the things."""
        groups = {(): self.asked}
        for way, conditions in self.ways.items():
            for name, held in conditions.items():
                split = {}
                for path, things in groups.items():
                    if yes := things & held:
                        split[(*path, (way, name))] = yes
                    if no := things & ~held:
                        split[path] = no
                groups = split
        return set(groups)


def _only_one_fails(things: int, conditions: dict[str, int]):
    """Each condition's things where it fails and all the others hold."""
    masks = list(conditions.values())
    before, all_before = [], things
    for mask in masks:
        before.append(all_before)
        all_before &= mask
    after = things
    for name, mask, earlier in zip(reversed(conditions), reversed(masks), reversed(before), strict=True):
        only = earlier & after & ~mask
        if only:
            yield name, only
        after &= mask
        if not after:
            return


class Count:
    """What was decided so far: how often, how often nearly, and by what."""

    def __init__(self) -> None:
        self.decisions = self.near = 0
        self.opens: Counter = Counter()
        self.closes: Counter = Counter()
        self.signatures: set = set()
        self.seen = 0

    def add(self, kind: str, judged: Judgement) -> None:
        self.decisions += judged.asked.bit_count()
        self.seen += 1
        for way, alone in judged.alone().items():
            if alone:
                for name in judged.ways[way]:
                    self.opens[kind, way, name] += alone.bit_count()
        near = 0
        for (way, name), only in judged.missing().items():
            self.closes[kind, way, name] += only.bit_count()
            near |= only
        self.near += near.bit_count()
        if self.seen % 7 == 0:
            self.signatures |= {(kind, found) for found in judged.signatures()}


def if_all(asked: int, holds: bool) -> int:
    """A condition that does not depend on the thing."""
    return asked if holds else 0
