"""One world, asked twice: the oracle's sets against what the gate finds, for every viewer, purpose and day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from agencies.models import Membership
from cases.models import (
    Case,
    Consent,
    Consultation,
    EmergencyDisclosure,
    Participation,
    Person,
    Referral,
    Row,
)
from cases.visibility import Purpose, Viewer, visible_participations
from meetings.models import AgendaItem, Snapshot
from outreach.models import Hint
from tests import gate_boundaries
from tests import gate_remembering as remembering
from tests.gate_by_sql import Questions
from tests.oracle import support, table_rules, tables
from tests.oracle.consent import Consented, category_bit, consented
from tests.oracle.judging import Count, Judgement
from tests.oracle.world import SIX, World, inside
from tests.oracle.world import Viewer as PlainViewer
from tests.worlds_in_database import write
from tests.worlds_of_meetings import WorldMaker

# One question in so many is asked in the ordinary way too.
ORDINARY_EVERY = 499
# Of the tables at which two things or more stand in the way, one in so many is asked about all the same.
HOPELESS_ONE_IN = 200
# How seldom a question is asked of a viewer (and an item): what costs PostgreSQL most for the fewest decisions.
SELDOM = dict.fromkeys(["cases", "headers", "consultations", "hints", "referrals", "participations", "consents whole",
                        "consents concerning", "disclosures"], 8)  # fmt: skip
SELDOM |= {"rows": 1, "people": 5, "items preparation": 20, "items meeting": 8, "items meeting_record": 4,
           "rows preparation": 90, "rows meeting": 2, "rows meeting_record": 20}  # fmt: skip


def rows_for(*asked: Any) -> Any:
    return Row.objects.visible_to(*asked)


def items_for(*asked: Any) -> Any:
    return AgendaItem.objects.visible_to(*asked)


def snapshots_for(*asked: Any) -> Any:
    return Snapshot.objects.visible_to(*asked)


# What there is for 支援: its name, the kind of thing, the oracle's answer, the gate's query.
SUPPORTED: list[tuple[str, str, Callable[..., Judgement], Callable[..., Any]]] = [
    ("rows", "rows", support.rows, rows_for),
    ("cases", "cases", support.cases, lambda *a: Case.objects.visible_to(*a)),
    ("headers", "cases", support.headers, lambda *a: Case.objects.with_header_for(*a)),
    ("people", "people", support.people, lambda *a: Person.objects.visible_to(*a)),
    ("consultations", "consultations", support.consultations, lambda *a: Consultation.objects.visible_to(*a)),
    ("hints", "hints", support.hints, lambda *a: Hint.objects.visible_to(*a)),
    ("referrals", "referrals", support.referrals, lambda *a: Referral.objects.visible_to(*a)),
    ("participations", "participations", support.participations,
     lambda *a: visible_participations(Participation.objects.all(), *a)),
    ("consents whole", "statements", support.statements_whole, lambda *a: Consent.objects.visible_to(*a)),
    ("consents concerning", "statements", support.statements_concerning,
     lambda *a: Consent.objects.concerning(*a)),
    ("disclosures", "disclosures", support.disclosures, lambda *a: EmergencyDisclosure.objects.visible_to(*a)),
]  # fmt: skip

Table = tuple[Callable[..., Judgement], Callable[..., Judgement]]
TABLES: dict[Purpose, Table] = {
    Purpose.PREPARATION: (tables.header_in_preparation_judged, tables.rows_in_preparation),
    Purpose.MEETING: (tables.header_at_meeting_judged, tables.rows_at_meeting),
    Purpose.MEETING_RECORD: (tables.keeps_record_judged, tables.rows_in_record),
}
WHAT_MUST_OPEN = [what for what, *_ in SUPPORTED] + ["snapshots"]
WHAT_MUST_OPEN += [f"{part} {purpose}" for part in ("items", "rows") for purpose in TABLES]


class Comparison:
    """What was compared so far, and where the two disagreed."""

    def __init__(self, only: Any = None) -> None:
        self.seed = self.worlds = self.asked = 0
        self.only = only
        self.count = Count()
        self.open: Counter = Counter()
        self.boundaries: Counter = Counter()
        self.differences: list[str] = []
        self.questions = Questions()

    def wants(self, what: str, v: PlainViewer) -> bool:
        """Whether this is to be asked: everything, or the one question that is looked at again."""
        only = self.only
        return only is None or (only.membership, only.day, only.what) == (v.membership, str(v.day), what)

    def ask(self, name: str, build: Callable[..., Any], viewer: Viewer, *rest: Any) -> set[int]:
        """The gate's answer; now and then in the ordinary way too."""
        found, self.asked = self.questions.ask(name, build, viewer, *rest), self.asked + 1
        if self.asked % ORDINARY_EVERY == 0:
            assert found == set(build(viewer, *rest).values_list("pk", flat=True)), (name, viewer, rest)
        return found

    def of(
        self, what: str, v: PlainViewer, judged: Judgement, bits: Any, found: Iterable[int], of: str = ""
    ) -> None:
        """One answer of the gate against the oracle's, thing by thing."""
        self.count.add(what, judged)
        self.open[what] += judged.open.bit_count()
        found = bits.of(found)
        if found == judged.open:
            return
        for kind, wrong in (
            ("gate opens, oracle closes", found & ~judged.open),
            ("gate closes", judged.open & ~found),
        ):
            self.differences += [
                f"GATE_SEED={self.seed} GATE_WORLDS=1 GATE_ONLY='{v.membership}/{v.day}/{what}' {key}{of}: {kind}"
                f"{_reasons(judged, bits.place[key])}; {v.role}"
                for key in bits.keys_in(wrong)
            ]

    def consents(self, by_consent: Consented, people: set[int]) -> None:
        """Count what was decided about each person's six categories."""
        self.count.decisions += 6 * len(people)
        for person in people:
            holds = by_consent.holds[person]
            near = 0
            for k, missed in by_consent.nearly.items():
                only = missed[person] & ~holds
                near |= only
                self.count.closes["consent", "§2", str(k)] += only.bit_count()
                self.count.opens["consent", "§2", str(k)] += by_consent.once[person].bit_count()
            self.count.near += near.bit_count()
            self.open["consent"] += holds.bit_count()


def _reasons(judged: Judgement, place: int) -> str:
    """For one thing: the ways that open it, or of the way that comes nearest what fails."""
    failing = {
        way: [name for name, held in conditions.items() if not held >> place & 1]
        for way, conditions in judged.ways.items()
    }
    opened = [way for way, names in failing.items() if not names]
    nearest = min(failing, key=lambda way: len(failing[way]))
    return f" ({', '.join(opened)})" if opened else f" ({nearest} lacks {', '.join(failing[nearest])})"


def compare_world(seen: Comparison, maker: WorldMaker, most_days: int) -> None:
    """Write the world, and ask about it on several days."""
    world = maker.make()
    write(world, analyse=seen.only is not None)
    seen.worlds += 1
    days = days_of(maker, most_days)
    seen.boundaries += gate_boundaries.hit(world, days)
    if seen.only:
        days = [date.fromisoformat(seen.only.day)]
    compare_decisions(seen, world, days)
    members = {m.pk: m for m in Membership.objects.select_related("user", "agency")}
    items = {item.pk: item for item in AgendaItem.objects.select_related("segment__meeting", "case")}
    for day in days:
        for v, viewer in viewers(world, members, day):
            compare_support(seen, world, v, viewer)
            compare_items(seen, world, v, viewer)
            compare_tables(seen, world, v, viewer, items)


def days_of(maker: WorldMaker, most: int) -> list[date]:
    """Today, a day next to it, and days to which the contract counts."""
    others = [maker.pick([-1, 1]), 14, maker.pick([30, 60]), maker.pick([-14, -7, 7])]
    return [maker.today, *(maker.today + timedelta(days=n) for n in others[: most - 1])]


def compare_decisions(seen: Comparison, world: World, days: list[date]) -> None:
    """Separation of every two people; consent of everybody on these days, and of whom a table is about on its day."""
    apart = {(one, other) for one, others in world.at.apart.items() for other in others}
    found = remembering.remember_separations()
    seen.count.decisions += len(world.people) ** 2
    seen.differences += [f"GATE_SEED={seen.seed} separation {pair}" for pair in apart ^ found]
    compare_consents(seen, world, set(world.people), days)
    if seen.only and not seen.only.what.startswith("rows "):
        return
    about: dict[date, set[int]] = defaultdict(set)
    for item in world.items.values():
        lying = table_rules.on_table(world, item)
        subjects = {p for p, rows in world.at.rows_about.items() if rows & lying}
        about[table_rules.meeting_day(world, item)] |= {table_rules.main_of(world, item)} | subjects
    for day, people in about.items():
        if day not in days:
            compare_consents(seen, world, people, [day])


def compare_consents(seen: Comparison, world: World, people: set[int], days: list[date]) -> None:
    """consent(p, a, c, d) itself (§2), with the conditions of it that fail alone."""
    found = remembering.remember_consents(sorted(people), days)
    expected = set()
    for day in days:
        for agency in world.agencies:
            by_consent = consented(world, agency, day)
            seen.consents(by_consent, people)
            expected |= {
                (p, agency, c, day) for p in people for c in SIX if by_consent.holds[p] & category_bit(c)
            }
    seen.differences += [f"GATE_SEED={seen.seed} consent {asked}" for asked in sorted(found ^ expected)]


def viewers(world: World, members: dict[int, Membership], day: date) -> Iterable[tuple[PlainViewer, Viewer]]:
    """Everybody through every membership in force on the day, in an agency that exists on it."""
    for m in world.memberships.values():
        if inside(day, m) and inside(day, world.agencies[m.agency]):
            plain = PlainViewer(membership=m.id, user=m.user, agency=m.agency, role=m.role, day=day)
            yield plain, Viewer(user=members[m.id].user, membership=members[m.id], day=day)


def one_in(many: int, *of: int) -> bool:
    """A part of the questions, the same each time, spread over all."""
    return crc32(repr(of).encode()) % many == 0


def compare_support(seen: Comparison, world: World, v: PlainViewer, viewer: Viewer) -> None:
    for place, (what, kind, judge, queryset) in enumerate(SUPPORTED):
        chosen = one_in(SELDOM[what], place, v.membership, v.day.toordinal()) or seen.only
        if chosen and seen.wants(what, v):
            found = seen.ask(what, queryset, viewer, Purpose.SUPPORT)
            seen.of(what, v, judge(world, v), getattr(world.at, kind), found)


def compare_items(seen: Comparison, world: World, v: PlainViewer, viewer: Viewer) -> None:
    if seen.wants("snapshots", v):
        found = seen.ask("snapshots", snapshots_for, viewer, Purpose.MEETING_RECORD)
        seen.of("snapshots", v, tables.snapshots(world, v), world.at.snapshots, found)
    for place, (purpose, (header, _)) in enumerate(TABLES.items()):
        what = f"items {purpose}"
        chosen = one_in(SELDOM[what], place, v.membership, v.day.toordinal()) or seen.only
        if chosen and seen.wants(what, v):
            found = seen.ask("items", items_for, viewer, purpose)
            for item in world.items.values():
                seen.of(what, v, header(world, v, item), One(item.id), found & {item.id})


def compare_tables(
    seen: Comparison, world: World, v: PlainViewer, viewer: Viewer, items: dict[int, Any]
) -> None:
    """Rows on the tables of some items; seldom where nothing is nearly open."""
    for purpose, (_, row_rule) in TABLES.items():
        what = f"rows {purpose}"
        if not seen.wants(what, v):
            continue
        for item in world.items.values():
            if not (one_in(SELDOM[what], v.membership, item.id, v.day.toordinal()) or seen.only):
                continue
            judged = row_rule(world, v, item, tables.candidates(world, item))
            if hopeless(judged) and not one_in(HOPELESS_ONE_IN, v.membership, item.id) and not seen.only:
                continue
            shown = seen.ask("rows", rows_for, viewer, purpose, items[item.id])
            seen.of(what, v, judged, world.at.rows, shown, of=f" at item {item.id}")


class One:
    """A single thing as a set."""

    def __init__(self, key: int):
        self.key, self.place = key, {key: 0}

    def of(self, keys: Iterable[int]) -> int:
        return int(self.key in set(keys))

    def keys_in(self, found: int) -> list[int]:
        return [self.key] if found else []


def hopeless(judged: Judgement) -> bool:
    """Whether in every way at least two conditions fail whatever the row: nothing there is nearly open."""
    return all(sum(not held & judged.asked for held in way.values()) > 1 for way in judged.ways.values())
