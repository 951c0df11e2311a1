"""What there is to know: agencies, people, cases, rows, consents, meetings. Keys are numbers; days are dates."""

from dataclasses import dataclass, field
from datetime import date

from tests.oracle.places import Places

SIX = (1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Agency:
    id: int
    from_day: date
    until_day: date | None


@dataclass(frozen=True)
class AgencyList:
    id: int
    agencies: frozenset[int]


@dataclass(frozen=True)
class Membership:
    id: int
    user: int
    agency: int
    role: str
    from_day: date
    until_day: date | None


@dataclass(frozen=True)
class Person:
    id: int
    birth_date: date | None
    precision: str
    estimated: bool
    died_on: date | None


@dataclass(frozen=True)
class Authority:
    id: int
    person: int
    holder: int | None
    kind: str
    proof: str
    covers_sharing: bool
    suspected_of_harm: bool
    from_day: date
    until_day: date | None


@dataclass(frozen=True)
class Statement:
    """意思表示: consent, refusal or narrowing."""

    id: int
    person: int
    case: int
    kind: str
    for_programme: bool
    given_on: date
    given_by: str
    authority: int | None
    method: str
    oral_record: str
    recipients: frozenset[int]
    recipient_list: int | None
    all_agencies: bool
    excluded: frozenset[int]
    categories: frozenset[int]
    from_day: date | None
    until_day: date | None
    withdrawn_on: date | None
    recorded_by: int
    names_function: bool = False


@dataclass(frozen=True)
class PersonLink:
    """名寄せ: two records that are one person, while nobody has undone it; confirmed by a second person or not yet."""

    id: int
    first: int
    second: int
    confirmed_on: date | None
    undone_on: date | None


@dataclass(frozen=True)
class Succession:
    """承継: `new` takes over from `old`."""

    id: int
    old: int
    new: int
    from_day: date
    confirmed_on: date | None


@dataclass(frozen=True)
class Separation:
    id: int
    first: int
    second: int
    lifted: bool


@dataclass(frozen=True)
class Conflict:
    id: int
    person: int
    user: int | None
    agency: int | None


@dataclass(frozen=True)
class Case:
    id: int
    main: int
    opened_by: int
    origin: int | None
    released_on: date | None


@dataclass(frozen=True)
class Term:
    """A period of an agency in a case: taking part, or leading it."""

    id: int
    case: int
    agency: int
    from_day: date
    until_day: date | None


@dataclass(frozen=True)
class Row:
    id: int
    case: int
    kind: str
    text: str
    recorded_by: int
    item: int | None
    referral: int | None
    origin: int | None
    brought_by: int | None
    released_on: date | None
    matters: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Assignment:
    id: int
    row: int
    agency: int
    user: int | None
    ended_on: date | None


@dataclass(frozen=True)
class Consultation:
    id: int
    agency: int
    person: int | None
    case: int | None


@dataclass(frozen=True)
class Hint:
    id: int
    agency: int
    person: int | None
    case: int | None


@dataclass(frozen=True)
class Referral:
    id: int
    case: int
    consultation: int | None
    from_agency: int
    to_agency: int
    ground: str
    note: str
    status: str
    answered_on: date | None
    participation: int | None


@dataclass(frozen=True)
class Enclosure:
    id: int
    row: int
    referral: int | None
    item: int | None
    agency: int
    removed_on: date | None


@dataclass(frozen=True)
class Disclosure:
    """緊急提供."""

    id: int
    case: int
    from_agency: int
    to_agency: int | None
    with_header: bool
    rows: frozenset[int]
    from_day: date
    until_day: date
    approve_by: date
    approved_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class Meeting:
    id: int
    day: date
    convened_by: int


@dataclass(frozen=True)
class Segment:
    id: int
    meeting: int
    order: int
    basis: str
    chair: int | None
    deputy: int | None
    status: str
    confirmed_on: date | None
    cancelled_on: date | None
    closed_on: date | None
    open_days: int


@dataclass(frozen=True)
class Item:
    id: int
    segment: int
    case: int
    brought_by: int
    brought_on: date
    reason: str
    called_on: date | None
    withdrawn_on: date | None


@dataclass(frozen=True)
class Attendance:
    id: int
    item: int
    user: int
    agency: int
    checked_in: bool
    removed_on: date | None


@dataclass(frozen=True)
class RosterTerm:
    id: int
    user: int
    agency: int
    item: int | None
    from_day: date
    until_day: date
    acknowledged_on: date | None


@dataclass(frozen=True)
class Snapshot:
    """控え of a segment."""

    id: int
    segment: int


@dataclass(frozen=True)
class Viewer:
    """Somebody acting through a membership in force on `day`."""

    membership: int
    user: int
    agency: int
    role: str
    day: date


def remembered(rule):
    """Keep a rule's answer while one world is looked at: it depends on its arguments alone."""

    def answer(world, *asked):
        key = (rule, *(getattr(one, "id", one) for one in asked))
        if key not in world.answers:
            world.answers[key] = rule(world, *asked)
        return world.answers[key]

    return answer


def inside(day: date, term) -> bool:
    """Both ends of a period belong to it; an open end never comes."""
    return term.from_day <= day and (term.until_day is None or day <= term.until_day)


@dataclass
class World:
    """Everything there is. Call `index()` once it is filled."""

    oral_counts: bool = False
    users: list[int] = field(default_factory=list)
    agencies: dict[int, Agency] = field(default_factory=dict)
    lists: dict[int, AgencyList] = field(default_factory=dict)
    successions: dict[int, Succession] = field(default_factory=dict)
    memberships: dict[int, Membership] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    links: dict[int, PersonLink] = field(default_factory=dict)
    authorities: dict[int, Authority] = field(default_factory=dict)
    statements: dict[int, Statement] = field(default_factory=dict)
    separations: dict[int, Separation] = field(default_factory=dict)
    conflicts: dict[int, Conflict] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    participations: dict[int, Term] = field(default_factory=dict)
    leads: dict[int, Term] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    assignments: dict[int, Assignment] = field(default_factory=dict)
    consultations: dict[int, Consultation] = field(default_factory=dict)
    hints: dict[int, Hint] = field(default_factory=dict)
    referrals: dict[int, Referral] = field(default_factory=dict)
    disclosures: dict[int, Disclosure] = field(default_factory=dict)
    enclosures: dict[int, Enclosure] = field(default_factory=dict)
    meetings: dict[int, Meeting] = field(default_factory=dict)
    segments: dict[int, Segment] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    attendances: dict[int, Attendance] = field(default_factory=dict)
    terms: dict[int, RosterTerm] = field(default_factory=dict)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)

    def index(self) -> "World":
        """Look-ups by what a thing hangs from, so that the rules read like the contract."""
        self.at = Places(self)
        self.answers: dict = {}
        return self
