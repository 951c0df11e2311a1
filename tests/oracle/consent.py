"""§2: consent in force. `consent(world, p, a, c, d)`: nine conditions, and nothing else opens anything by consent."""

from collections import defaultdict
from datetime import date

from tests.oracle.world import Authority, Person, Statement, World, inside, remembered

FOR_MINORS = ("parent", "minor_guardian")
SIX_BITS = 0b111111
CONDITIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, "links")


def consent(world: World, p: int, a: int, c: int, d: date) -> bool:
    """Whether some statement of consent of `p` lets agency `a` see category `c` on day `d`."""
    return bool(consented(world, a, d).holds[p] & category_bit(c))


def something(world: World, p: int, a: int, days: list[date]) -> bool:
    """Whether some category is consented on each of `days`."""
    return all(consented(world, a, d).holds[p] for d in days)


def category_bit(category: int) -> int:
    return 1 << category - 1


class Consented:
    """What consent lets one agency see on one day: for each person the categories, as six bits.

    `nearly[k]` has what would be consented besides if condition k were not asked; `once` what hangs on one statement.
    """

    def __init__(self, world: World, a: int, d: date):
        self.holds, self.once = defaultdict(int), defaultdict(int)
        self.nearly = {k: defaultdict(int) for k in CONDITIONS}
        by_itself = defaultdict(int)
        judged = [(said, *judge(world, said, a, d)) for said in world.statements.values()]
        for said, bits, _ in judged:
            by_itself[said.person] |= bits
        for said, bits, near in judged:
            joined = _every_record(world, said, by_itself)
            self.once[said.person] &= ~(bits & joined)
            self.once[said.person] |= bits & joined & ~self.holds[said.person]
            self.holds[said.person] |= bits & joined
            self.nearly["links"][said.person] |= bits & ~joined
            for k, missed in near.items():
                self.nearly[k][said.person] |= missed & joined

    def rows(self, world: World, besides: dict[int, int] | None = None) -> int:
        """Rows of which every (subject, category) pair is consented; a row about nobody never passes."""
        missing = 0
        for (person, category), rows in world.at.rows_with_pair.items():
            held = self.holds[person] | (besides[person] if besides else 0)
            if not held & category_bit(category):
                missing |= rows
        return world.at.rows_about_somebody & ~missing


@remembered
def consented(world: World, a: int, d: date) -> Consented:
    return Consented(world, a, d)


@remembered
def rows_consented(world: World, a: int, d: date) -> int:
    return consented(world, a, d).rows(world)


def _every_record(world: World, said: Statement, by_itself: dict[int, int]) -> int:
    """Of records joined every one must hold, unless this was said after a second person confirmed that they are one."""
    held = SIX_BITS
    for other, link in world.at.links_of[said.person]:
        if link.confirmed_on is None or link.confirmed_on >= said.given_on:
            held &= by_itself[other]
    return held


def judge(world: World, said: Statement, a: int, d: date) -> tuple[int, dict]:
    """The categories in which all nine conditions hold, and those in which all but one do."""
    failing = [*_fixed(world, said), *_of_the_day(world, said, d)]
    if not (inside(d, world.agencies[a]) and names(world, said, a, d)):
        failing.append(6)
    if len(failing) > 1:
        return 0, {}
    named = sum(category_bit(c) for c in said.categories)
    closed = _closed(world, said, a, d)
    if failing:
        return 0, {failing[0]: named & ~closed}
    return named & ~closed, {7: SIX_BITS & ~named & ~closed, 9: named & closed}


@remembered
def _fixed(world: World, said: Statement) -> list[int]:
    """1, 3 and 5: what no day and no agency changes."""
    holds = {
        1: said.kind == "given" and said.for_programme,
        3: recorded_how(world, said),
        5: said.withdrawn_on is None,
    }
    return [k for k, yes in holds.items() if not yes]


@remembered
def _of_the_day(world: World, said: Statement, d: date) -> list[int]:
    """2, 4 and 8."""
    in_time = (
        said.from_day is not None and said.until_day is not None and said.from_day <= d <= said.until_day
    )
    holds = {2: entitled(world, said, d), 4: said.given_on <= d and in_time, 8: alive(world, said.person, d)}
    return [k for k, yes in holds.items() if not yes]


def alive(world: World, person: int, d: date) -> bool:
    """8: not from the date of death on, whichever of the person's records has it."""
    deaths = [world.people[record].died_on for record in world.at.records[person]]
    return all(died is None or d < died for died in deaths)


def entitled(world: World, said: Statement, d: date) -> bool:
    """2: the person, or somebody with authority when it was given and on the day; never a relative without."""
    if said.given_by == "self":
        return True
    if said.given_by != "representative" or said.authority is None:
        return False
    authority = world.authorities[said.authority]
    return (
        authority.person == said.person
        and inside(said.given_on, authority)
        and inside(d, authority)
        and speaks_rightly(world, authority, d)
    )


def speaks_rightly(world: World, authority: Authority, d: date) -> bool:
    """2: for a minor only while under 18; for others with proof and scope; never one who harms or is kept apart."""
    if authority.suspected_of_harm or authority.holder in world.at.apart[authority.person]:
        return False
    if authority.kind in FOR_MINORS:
        return younger_than(18, world.people[authority.person], d)
    return bool(authority.proof) and authority.covers_sharing


def younger_than(years: int, person: Person, d: date) -> bool:
    """An unknown birth date (also an estimated or partial one, §5) counts as adult."""
    born = person.birth_date
    if born is None or person.estimated or person.precision != "day":
        return False
    lived = d.year - born.year - ((d.month, d.day) < (born.month, born.day))
    return lived < years


def recorded_how(world: World, said: Statement) -> bool:
    """3: in writing, electronically, or orally with its record while the city's setting allows."""
    if said.method == "oral":
        return bool(said.oral_record) and world.oral_counts
    return said.method in ("written", "electronic")


@remembered
def predecessors(world: World, a: int, d: date) -> frozenset[int]:
    """Agencies that `a` had taken over by `d`, confirmed by a second person; one step back."""
    taken = world.at.taken_over_by[a]
    return frozenset(s.old for s in taken if s.confirmed_on is not None and s.from_day <= d)


def names(world: World, said: Statement, a: int, d: date) -> bool:
    """6: by name, in the named version of the list, or by the function that `a` has taken over from one named."""
    if a in said.recipients or a in listed(world, said):
        return True
    return said.names_function and not said.recipients.isdisjoint(predecessors(world, a, d))


def listed(world: World, said: Statement) -> frozenset[int]:
    return frozenset() if said.recipient_list is None else world.lists[said.recipient_list].agencies


def _closed(world: World, said: Statement, a: int, d: date) -> int:
    """9: the categories that some statement takes out of `said` for `a`."""
    closed = 0
    for other in _closing(world, said, younger_than(15, world.people[said.person], d)):
        closed |= covers(world, other, a, d)
    return closed


@remembered
def _closing(world: World, said: Statement, is_child: bool) -> list[Statement]:
    """Statements about any record of the person that may close `said`, by who spoke and when."""
    about = [other for record in world.at.records[said.person] for other in world.at.statements_of[record]]
    takes_out = [other for other in about if other.excluded or other.kind in ("refused", "narrowed")]
    return [other for other in takes_out if closes(world, other, said, is_child)]


def closes(world: World, other: Statement, said: Statement, is_child: bool) -> bool:
    """Of whom and when: the person's own word, or the word of the representative or a later one with authority."""
    later = other.given_on >= said.given_on
    if other.given_by == "self":
        return later or (said.given_by == "representative" and not is_child)
    if other.given_by != "representative" or said.given_by != "representative":
        return False
    return later and (other.authority == said.authority or has_authority(world, other))


@remembered
def covers(world: World, other: Statement, a: int, d: date) -> int:
    """An exclusion covers every category; a refusal or narrowing what it names, and all where it names nothing.

    What is said of an agency also covers the one that took over from it.
    """
    meant = {a, *predecessors(world, a, d)}
    if not meant.isdisjoint(other.excluded):
        return SIX_BITS
    if other.kind not in ("refused", "narrowed"):
        return 0
    unlimited = other.all_agencies or not (other.recipients or other.recipient_list)
    if unlimited or not meant.isdisjoint(other.recipients | listed(world, other)):
        return sum(category_bit(c) for c in other.categories) or SIX_BITS
    return 0


def has_authority(world: World, other: Statement) -> bool:
    """Another representative counts when the authority was in force as the refusal was said (§5)."""
    if other.authority is None:
        return False
    authority = world.authorities[other.authority]
    return authority.person == other.person and inside(other.given_on, authority)
