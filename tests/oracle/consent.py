"""§2: consent in force. `consent(world, p, a, c, d)`, nine conditions, and nothing else opens anything by consent."""

from datetime import date

from tests.oracle.world import Authority, Person, Statement, World, inside

FOR_MINORS = ("parent", "minor_guardian")


def consent(world: World, p: int, a: int, c: int, d: date) -> bool:
    """Whether some statement of consent of `p` lets agency `a` see category `c` on day `d`."""
    asked = (p, a, c, d)
    if asked not in world.answers:
        world.answers[asked] = any(holds(world, said, a, c, d) for said in world.statements_of[p])
    return world.answers[asked]


def something(world: World, p: int, a: int, days: list[date]) -> bool:
    """Whether some category is consented on each of `days`."""
    return all(any(consent(world, p, a, c, d) for c in range(1, 7)) for d in days)


def holds(world: World, said: Statement, a: int, c: int, d: date) -> bool:
    """All nine conditions of §2 on one statement."""
    person = world.people[said.person]
    return (
        said.kind == "given"
        and said.for_programme
        and entitled(world, said, d)
        and recorded_how(world, said)
        and said.given_on <= d
        and said.from_day is not None
        and said.until_day is not None
        and said.from_day <= d <= said.until_day
        and said.withdrawn_on is None
        and names(world, said, a)
        and inside(d, world.agencies[a])
        and c in said.categories
        and (person.died_on is None or d < person.died_on)
        and not any(closes(world, other, said, a, c, d) for other in world.statements_of[said.person])
    )


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
    if authority.suspected_of_harm or world.separated(authority.holder, authority.person):
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


def names(world: World, said: Statement, a: int) -> bool:
    """6: by name, or in the named version of the list."""
    return a in said.recipients or (
        said.recipient_list is not None and a in world.lists[said.recipient_list].agencies
    )


def closes(world: World, other: Statement, said: Statement, a: int, c: int, d: date) -> bool:
    """9: whether `other` takes `a` and `c` out of the consent `said`."""
    if not covers(world, other, a, c):
        return False
    if other.given_by == "self":
        always = said.given_by == "representative" and not younger_than(15, world.people[said.person], d)
        return always or other.given_on >= said.given_on
    if other.given_by != "representative" or said.given_by != "representative":
        return False
    return other.given_on >= said.given_on and (
        other.authority == said.authority or has_authority(world, other)
    )


def covers(world: World, other: Statement, a: int, c: int) -> bool:
    """An exclusion covers every category; a refusal or narrowing what it names, and all where it names nothing."""
    if a in other.excluded:
        return True
    if other.kind not in ("refused", "narrowed"):
        return False
    unlimited = other.all_agencies or not (other.recipients or other.recipient_list)
    return (unlimited or names(world, other, a)) and (not other.categories or c in other.categories)


def has_authority(world: World, other: Statement) -> bool:
    """Another representative counts when the authority was in force as the refusal was said (§5)."""
    if other.authority is None:
        return False
    authority = world.authorities[other.authority]
    return authority.person == other.person and inside(other.given_on, authority)
