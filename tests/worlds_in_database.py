"""The same world in PostgreSQL: every thing of a plain world through its real model, key for key."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

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
from tests.oracle.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


def write(world: World, analyse: bool = True) -> None:
    """Everything in one transaction; the database's own rules asked, and its statistics taken if wanted.

    New statistics throw every prepared plan away: worlds of one size do with those of the first.
    """
    CitySetting.objects.create(pk=1, oral_consent_counts=world.oral_counts)
    _write_who(world)
    _write_consents(world)
    _write_cases(world)
    _write_meetings(world)
    connection.check_constraints()
    if analyse:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


# Emptied together; what the migrations put there (the six categories) stays.
FILLED = (
    CitySetting, Succession, AgencyList, Agency, User, Membership, Person, PersonLink, Separation, ConflictOfInterest,
    Authority, Consent, Case, Participation, LeadTerm, Consultation, Hint, Referral, Row, Matter, Assignment,
    Enclosure, EmergencyDisclosure, Meeting, Segment, AgendaItem, Attendance, RosterTerm, Snapshot,
)  # fmt: skip


def empty() -> None:
    """Take every world out again, with the room that it took."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in FILLED)} CASCADE")


def keep_statistics() -> None:
    """For a database of one's own. Nobody but us looks at how full the tables are: plans made for a full world are
    kept for the next."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{name}" SET (autovacuum_enabled = off)')
            # The audit's tables refuse to be emptied along with what they refer to; here they hold nothing.
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')


def _all(model: Any, things: dict, **made: Any) -> None:
    """`made` maps a field to a value or to a function of the thing."""
    model.objects.bulk_create(
        model(pk=t.id, **{name: f(t) if callable(f) else f for name, f in made.items()})
        for t in things.values()
    )


def _same(name: str) -> Any:
    return lambda thing: getattr(thing, name)


def _fields(*names: str, **renamed: str) -> dict[str, Any]:
    """Fields that bear the same name in the plain world, and those that are named otherwise."""
    return {name: _same(name) for name in names} | {to: _same(name) for to, name in renamed.items()}


def _write_who(world: World) -> None:
    _all(Agency, world.agencies, name=lambda a: f"機関{a.id}", short_name=lambda a: f"機{a.id}", kind="centre",
         **_fields("from_day", "until_day"))  # fmt: skip
    _all(AgencyList, world.lists, version=_same("id"), from_day=NOON.date())
    through = AgencyList.agencies.through
    through.objects.bulk_create(
        through(agencylist_id=li.id, agency_id=a) for li in world.lists.values() for a in li.agencies
    )
    User.objects.bulk_create(
        User(pk=user, username=f"sekai{user}", name=f"職員{user}") for user in world.users
    )
    _all(Membership, world.memberships,
         **_fields("role", "from_day", "until_day", user_id="user", agency_id="agency"))  # fmt: skip
    _all(Person, world.people, name=lambda p: f"人物{p.id}", name_key=lambda p: f"人物{p.id}",
         birth_estimated=_same("estimated"), **_fields("birth_date", "died_on", birth_precision="precision"))  # fmt: skip
    by, other = list(world.memberships)[:2]
    _all(Succession, world.successions, ground="試験", asked_by_id=by, asked_on=NOON.date(),
         confirmed_by_id=lambda s: other if s.confirmed_on else None,
         **_fields("from_day", "confirmed_on", old_id="old", new_id="new"))  # fmt: skip
    _all(PersonLink, world.links, ground="試験", joined_by_id=by, joined_on=NOON.date(),
         confirmed_by_id=lambda link: other if link.confirmed_on else None,
         undone_by_id=lambda link: by if link.undone_on else None,
         undo_asked_by_id=lambda link: other if link.undone_on else None,
         **_fields("confirmed_on", "undone_on", first_id="first", second_id="second"))  # fmt: skip
    lifter = {
        "lift_asked_by_id": lambda s: by if s.lifted else None,
        "lifted_by_id": lambda s: by if s.lifted else None,
    }
    _all(Separation, world.separations, reason="試験", recorded_on=NOON.date(), recorded_by_id=by, **lifter,
         **_fields(first_id="first", second_id="second"))  # fmt: skip
    _all(ConflictOfInterest, world.conflicts, reason="試験", recorded_on=NOON.date(),
         **_fields(person_id="person", user_id="user", agency_id="agency"))  # fmt: skip


def _write_consents(world: World) -> None:
    by = next(iter(world.memberships))
    same = ("kind", "proof", "covers_sharing", "suspected_of_harm", "from_day", "until_day")
    _all(Authority, world.authorities, holder_name="代理 試験", recorded_by_id=by,
         **_fields(*same, person_id="person", holder_id="holder"))  # fmt: skip
    same = ("kind", "for_programme", "given_on", "given_by", "method", "oral_record", "all_agencies", "from_day",
            "until_day", "withdrawn_on", "names_function")  # fmt: skip
    _all(Consent, world.statements, author_id=by, categories=lambda s: sorted(s.categories),
         **_fields(*same, person_id="person", case_id="case", authority_id="authority",
                   recipient_list_id="recipient_list", recorded_by_id="recorded_by"))  # fmt: skip
    for model, name in ((Consent.recipients.through, "recipients"), (Consent.excluded.through, "excluded")):
        model.objects.bulk_create(
            model(consent_id=s.id, agency_id=a) for s in world.statements.values() for a in getattr(s, name)
        )


def _write_cases(world: World) -> None:
    by = next(iter(world.memberships))
    _all(Case, world.cases, fiscal_year=2026, serial=_same("id"), opened_on=NOON.date(),
         **_fields("released_on", main_subject_id="main", opened_by_id="opened_by", origin_id="origin"))  # fmt: skip
    for model, terms in ((Participation, world.participations), (LeadTerm, world.leads)):
        _all(model, terms, **_fields("from_day", "until_day", case_id="case", agency_id="agency"))
    _all(Consultation, world.consultations, taken_on=NOON.date(), channel="visit", summary="試験", author_id=by,
         **_fields(agency_id="agency", person_id="person", case_id="case"))  # fmt: skip
    _all(Hint, world.hints, noticed_on=NOON.date(), source="own", text="試験", author_id=by,
         **_fields(agency_id="agency", person_id="person", case_id="case"))  # fmt: skip
    _all(Referral, world.referrals, sender_id=by, ground_note=_same("note"),
         **_fields("ground", "status", "answered_on", case_id="case", consultation_id="consultation",
                   from_agency_id="from_agency", to_agency_id="to_agency", participation_id="participation"))  # fmt: skip
    _write_rows(world)


def _write_rows(world: World) -> None:
    one, other = list(world.memberships)[:2]
    _all(Row, world.rows, happened_on=NOON.date(), author_id=one,
         released_by_id=lambda r: one if r.released_on else None,
         release_confirmed_by_id=lambda r: other if r.released_on else None,
         **_fields("kind", "text", "released_on", case_id="case", recorded_by_id="recorded_by", item_id="item",
                   referral_id="referral", origin_id="origin", brought_by_id="brought_by"))  # fmt: skip
    Matter.objects.bulk_create(
        Matter(row_id=row.id, subject_id=p, category=c) for row in world.rows.values() for p, c in row.matters
    )
    _all(
        Assignment, world.assignments, **_fields("ended_on", row_id="row", agency_id="agency", user_id="user")
    )
    _all(Enclosure, world.enclosures, author_id=one, enclosed_on=NOON.date(),
         **_fields("removed_on", row_id="row", referral_id="referral", item_id="item", agency_id="agency"))  # fmt: skip
    _write_disclosures(world)


def _write_disclosures(world: World) -> None:
    one, other = list(world.memberships)[:2]
    same = ("with_header", "from_day", "until_day", "approve_by", "approved_on", "ended_on")
    _all(EmergencyDisclosure, world.disclosures, ground="life", facts="試験", disclosed_by_id=one,
         approver_id=other, to_outside=lambda g: "" if g.to_agency else "消防",
         **_fields(*same, case_id="case", from_agency_id="from_agency", to_agency_id="to_agency"))  # fmt: skip
    through = EmergencyDisclosure.rows.through
    through.objects.bulk_create(
        through(emergencydisclosure_id=g.id, row_id=row) for g in world.disclosures.values() for row in g.rows
    )


def _write_meetings(world: World) -> None:
    by = next(iter(world.memberships))
    _all(Meeting, world.meetings, **_fields("day", convened_by_id="convened_by"))
    same = ("order", "status", "confirmed_on", "cancelled_on", "closed_on", "open_days")
    _all(Segment, world.segments, display_name="試験の会議",
         **_fields(*same, meeting_id="meeting", legal_basis="basis", chair_id="chair", deputy_id="deputy"))  # fmt: skip
    _all(AgendaItem, world.items, kind="new_plan", author_id=by,
         **_fields("brought_on", "called_on", "withdrawn_on", segment_id="segment", case_id="case",
                   brought_by_id="brought_by", no_consent_reason="reason"))  # fmt: skip
    _all(Attendance, world.attendances, selected_by_id=by, planned_on=NOON.date() - timedelta(days=90),
         checked_in_at=lambda t: NOON if t.checked_in else None,
         **_fields("removed_on", item_id="item", user_id="user", agency_id="agency"))  # fmt: skip
    _all(RosterTerm, world.terms, member_kind="corporation",
         **_fields("from_day", "until_day", "acknowledged_on", user_id="user", agency_id="agency", item_id="item"))  # fmt: skip
    _all(Snapshot, world.snapshots, kind="confirmed", made_by_id=by, rule_version="試験", decision={}, digest="試験",
         segment_id=_same("segment"))  # fmt: skip
