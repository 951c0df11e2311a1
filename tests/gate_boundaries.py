"""The days at which an answer turns: each must be asked about on the day itself, the day before and the day after."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from tests.oracle.consent import FOR_MINORS
from tests.oracle.world import World

BEFORE, ON, AFTER = -1, 0, 1
NAMES = [
    "consent given", "consent from", "consent until", "authority from", "authority until", "agency until",
    "membership from", "membership until", "participation from", "participation until", "lead from", "lead until",
    "succession from", "disclosure from", "disclosure until", "disclosure approve by", "disclosure approved",
    "row released", "case released", "death", "30 days after a return", "meeting", "14 days before a meeting",
    "60 days after a meeting", "segment confirmed", "closed + n", "item brought", "item called", "term from",
    "term until", "term acknowledged", "15th birthday", "18th birthday", "link confirmed and consent given",
    "refusal and consent given", "authority until and consent given", "term until and meeting",
    "term acknowledged and meeting",
]  # fmt: skip
# A leap day's child, asked about on the last of February and the first of March.
LEAP = ["15 years on 29 February", "18 years on 29 February"]


def wanted() -> list[tuple[str, int]]:
    return [(name, side) for name in NAMES for side in (BEFORE, ON, AFTER)] + [(name, ON) for name in LEAP]


def hit(world: World, days: list[date]) -> Counter:
    """How often each boundary of the world lies on, or next to, a day that is asked about."""
    found: Counter = Counter()
    turns = list(_turns(world))
    for day in days:
        for name, turn in turns:
            if turn is not None and abs((day - turn).days) <= 1:
                found[name, (day - turn).days] += 1
    for name, one, other in _meetings_of_two(world):
        if one is not None and abs((one - other).days) <= 1:
            found[name, (one - other).days] += 1
    return found


def _turns(w: World) -> Iterator[tuple[str, date | None]]:
    yield from _of_consent(w)
    yield from _of_cases(w)
    yield from _of_meetings(w)


def _terms(name: str, things: dict) -> Iterator[tuple[str, date | None]]:
    for thing in things.values():
        yield f"{name} from", thing.from_day
        yield f"{name} until", thing.until_day


def _of_consent(w: World) -> Iterator[tuple[str, date | None]]:
    yield from _terms("authority", w.authorities)
    given = {s.id: s for s in w.statements.values() if s.kind == "given"}
    yield from _terms("consent", given)
    for said in given.values():
        yield "consent given", said.given_on
        authority = w.authorities.get(said.authority or 0)
        if authority and authority.kind in FOR_MINORS:
            yield from _birthdays(w.people[said.person].birth_date)
    for person in w.people.values():
        yield "death", person.died_on


def _birthdays(born: date | None) -> Iterator[tuple[str, date | None]]:
    for years in (15, 18):
        if born and (born.month, born.day) == (2, 29):
            turn = date(born.year + years, 3, 1)
            yield f"{years} years on 29 February", turn
            yield f"{years} years on 29 February", turn - timedelta(days=1)
        elif born:
            yield f"{years}th birthday", born.replace(year=born.year + years)


def _of_cases(w: World) -> Iterator[tuple[str, date | None]]:
    yield from _terms("agency", w.agencies)
    yield from _terms("membership", w.memberships)
    yield from _terms("participation", w.participations)
    yield from _terms("lead", w.leads)
    yield from _terms("disclosure", w.disclosures)
    yield from (("succession from", s.from_day) for s in w.successions.values() if s.confirmed_on)
    yield from (("row released", row.released_on) for row in w.rows.values())
    yield from (("case released", case.released_on) for case in w.cases.values())
    for given in w.disclosures.values():
        yield "disclosure approve by", given.approve_by if given.approved_on is None else None
        yield "disclosure approved", given.approved_on
    for referral in w.referrals.values():
        if referral.status == "returned" and referral.answered_on:
            yield "30 days after a return", referral.answered_on + timedelta(days=30)


def _of_meetings(w: World) -> Iterator[tuple[str, date | None]]:
    yield from _terms("term", w.terms)
    yield from (("term acknowledged", term.acknowledged_on) for term in w.terms.values())
    for segment in w.segments.values():
        day = w.meetings[segment.meeting].day
        yield "meeting", day
        yield "14 days before a meeting", day - timedelta(days=14)
        yield "segment confirmed", segment.confirmed_on
        if segment.closed_on:
            yield "closed + n", segment.closed_on + timedelta(days=segment.open_days)
        else:
            yield "60 days after a meeting", day + timedelta(days=60)
    for item in w.items.values():
        yield "item brought", item.brought_on
        yield "item called", item.called_on


def _meetings_of_two(w: World) -> Iterator[tuple[str, date | None, date]]:
    """Two days of the world itself that are compared with each other."""
    for said in w.statements.values():
        for _, link in w.at.links_of[said.person]:
            yield "link confirmed and consent given", link.confirmed_on, said.given_on
        if said.authority:
            yield "authority until and consent given", w.authorities[said.authority].until_day, said.given_on
        for other in w.at.statements_of[said.person]:
            if other.kind in ("refused", "narrowed"):
                yield "refusal and consent given", other.given_on, said.given_on
    for item in w.items.values():
        day = w.meetings[w.segments[item.segment].meeting].day
        for seat in w.at.attendances_at[item.id]:
            for term in w.at.terms_of[seat.user]:
                yield "term until and meeting", term.until_day, day
                yield "term acknowledged and meeting", term.acknowledged_on, day
