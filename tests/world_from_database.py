"""The other way round: whatever lies in PostgreSQL as a plain world, for the oracle to judge over. Columns only."""

from dataclasses import fields
from typing import Any

from agencies.models import Agency, AgencyList, CitySetting, Membership, Succession, User
from cases.models import (
    Assignment,
    Authority,
    Case,
    ConflictOfInterest,
    Consent,
    Consultation,
    EmergencyDisclosure,
    Enclosure,
    LeadTerm,
    Matter,
    Participation,
    Person,
    PersonLink,
    Referral,
    Row,
    Separation,
)
from meetings.models import AgendaItem, Attendance, Meeting, RosterTerm, Segment, Snapshot
from outreach.models import Hint
from tests.oracle import world as plain

# Plain name → column, where the two differ.
NAMES = {
    plain.Person: {"precision": "birth_precision", "estimated": "birth_estimated"},
    plain.Case: {"main": "main_subject"},
    plain.Segment: {"basis": "legal_basis"},
    plain.Item: {"reason": "no_consent_reason"},
    plain.Referral: {"note": "ground_note"},
}


def read() -> plain.World:
    """Everything the oracle asks about, key for key; read as the owner, with no gate in between."""
    world = plain.World(oral_counts=CitySetting.current().oral_consent_counts)
    world.users = list(User.objects.values_list("pk", flat=True))
    _read_who(world)
    _read_cases(world)
    _read_meetings(world)
    return world.index()


def _plainly(kind: Any, model: Any, **made: Any) -> dict[int, Any]:
    """All of a model as plain things; `made` gives what is no column of it, by its key."""
    names = {f.name: NAMES.get(kind, {}).get(f.name, f.name) for f in fields(kind) if f.name not in made}
    columns = [model._meta.pk.name if column == "id" else column for column in names.values()]
    found = {}
    for values in model._base_manager.order_by("pk").values_list(*columns):
        given = dict(zip(names, values, strict=True))
        given |= {name: of(given["id"]) for name, of in made.items()}
        found[given["id"]] = kind(**given)
    return found


def _sets(model: Any, one: str, *others: str) -> Any:
    """What of the other side belongs to one: a function from its key to a frozen set."""
    found: dict[int, set[Any]] = {}
    for key, *values in model._base_manager.order_by().values_list(one, *others):
        found.setdefault(key, set()).add(tuple(values) if len(values) > 1 else values[0])
    return lambda key: frozenset(found.get(key, ()))


def _keys(model: Any, **condition: Any) -> Any:
    """Whether a key is among those that meet a condition."""
    found = set(model._base_manager.filter(**condition).values_list("pk", flat=True))
    return lambda key: key in found


def _read_who(world: plain.World) -> None:
    world.agencies = _plainly(plain.Agency, Agency)
    world.lists = _plainly(
        plain.AgencyList, AgencyList, agencies=_sets(AgencyList.agencies.through, "agencylist", "agency")
    )
    world.successions = _plainly(plain.Succession, Succession)
    world.memberships = _plainly(plain.Membership, Membership)
    world.people = _plainly(plain.Person, Person)
    world.links = _plainly(plain.PersonLink, PersonLink)
    lifted = _keys(Separation, lifted_by__isnull=False)
    world.separations = _plainly(plain.Separation, Separation, lifted=lifted)
    world.conflicts = _plainly(plain.Conflict, ConflictOfInterest)
    world.authorities = _plainly(plain.Authority, Authority)
    categories = {key: frozenset(them) for key, them in Consent.objects.values_list("pk", "categories")}
    world.statements = _plainly(
        plain.Statement,
        Consent,
        recipients=_sets(Consent.recipients.through, "consent", "agency"),
        excluded=_sets(Consent.excluded.through, "consent", "agency"),
        categories=categories.__getitem__,
    )


def _read_cases(world: plain.World) -> None:
    world.cases = _plainly(plain.Case, Case)
    world.participations = _plainly(plain.Term, Participation)
    world.leads = _plainly(plain.Term, LeadTerm)
    world.rows = _plainly(plain.Row, Row, matters=_sets(Matter, "row", "subject", "category"))
    world.assignments = _plainly(plain.Assignment, Assignment)
    world.consultations = _plainly(plain.Consultation, Consultation)
    world.hints = _plainly(plain.Hint, Hint)
    world.referrals = _plainly(plain.Referral, Referral)
    world.disclosures = _plainly(
        plain.Disclosure,
        EmergencyDisclosure,
        rows=_sets(EmergencyDisclosure.rows.through, "emergencydisclosure", "row"),
    )
    world.enclosures = _plainly(plain.Enclosure, Enclosure)


def _read_meetings(world: plain.World) -> None:
    world.meetings = _plainly(plain.Meeting, Meeting)
    world.segments = _plainly(plain.Segment, Segment)
    world.items = _plainly(plain.Item, AgendaItem)
    here = _keys(Attendance, checked_in_at__isnull=False)
    world.attendances = _plainly(plain.Attendance, Attendance, checked_in=here)
    world.terms = _plainly(plain.RosterTerm, RosterTerm)
    world.snapshots = _plainly(plain.Snapshot, Snapshot)
