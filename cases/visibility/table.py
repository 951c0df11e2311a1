"""The table of a meeting: 重層的支援会議 (M1–M6), 支援会議 (P1–P5), 会議準備 and 会議記録 (contract §§3.2–3.4).

Conditions on an item take the item's own columns, so that one query answers for a whole list of items.
"""

from datetime import timedelta

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q

from agencies.models.agency import in_force
from agencies.models.staff import Role
from cases.models.people import Person
from cases.models.row import Category, Matter, Row
from cases.visibility import rules
from cases.visibility.consent import consents_to_something
from cases.visibility.decisions import conflicted, consented, separated, sits_apart
from cases.visibility.identity import kept_apart
from cases.visibility.purposes import Viewer
from cases.visibility.rules import Rule
from cases.visibility.support import (
    acknowledged_today,
    row_is_free,
)
from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.meeting import LegalBasis, Segment
from meetings.models.roster import RosterTerm

DAYS_BEFORE = timedelta(days=14)
DAYS_UNCLOSED = timedelta(days=60)

CONSENT_BASED = Q(segment__legal_basis=LegalBasis.CONSENT)
STATUTORY = Q(segment__legal_basis=LegalBasis.STATUTE)
MEETING_DAY = "segment__meeting__day"
# Conditions that hold for every or for no row; an empty Q() would vanish from an "or".
EVERYTHING, NOTHING = Q(pk__isnull=False), Q(pk__isnull=True)


# --- the periods of a segment ----------------------------------------------------------------------------------------


def kept_open(today):
    """When a closed segment's table shuts: `open_days` after closing."""
    days = ExpressionWrapper(F("segment__open_days") * timedelta(days=1), output_field=DurationField())
    return Q(segment__closed_on__gte=today - days)


def is_open(viewer: Viewer):
    """M3, P5: confirmed, at most 14 days before; until closed + n days; unclosed at most 60 days, but for the
    事務局 writing the minutes; never once cancelled."""
    today = viewer.day
    unclosed = Q(segment__closed_on__isnull=True) & (
        Q(segment__meeting__day__gte=today - DAYS_UNCLOSED) | _minutes_being_written_by(viewer)
    )
    closed = Q(segment__closed_on__isnull=False) & kept_open(today)
    return Q(
        segment__confirmed_on__lte=today,
        segment__meeting__day__lte=today + DAYS_BEFORE,
        segment__cancelled_on__isnull=True,
    ) & (unclosed | closed)


def _minutes_being_written_by(viewer: Viewer):
    if viewer.role != Role.COORDINATOR:
        return NOTHING
    return Q(segment__status=Segment.Status.MINUTES)


def has_ended(today):
    """M3, P5 have ended for good: cancelled, closed for more than n days, or left unclosed for 60."""
    closed = Q(segment__closed_on__isnull=False) & ~kept_open(today)
    left = Q(segment__closed_on__isnull=True, segment__meeting__day__lt=today - DAYS_UNCLOSED)
    return Q(segment__cancelled_on__isnull=False) | closed | left


# --- who has a part in an item ---------------------------------------------------------------------------------------


def m1_expected(viewer: Viewer):
    """M1: planned for the item before the day, checked in from the day on."""
    mine = Attendance.objects.order_by().filter(
        item=OuterRef("pk"), user=viewer.user_id, agency=viewer.agency_id, removed_on__isnull=True
    )
    return Q(segment__meeting__day__gt=viewer.day) & Q(Exists(mine)) | Q(
        Exists(mine.filter(checked_in_at__isnull=False))
    )


def is_planned(viewer: Viewer):
    """The viewer is planned for the item, whatever the day (for preparing it)."""
    mine = Attendance.objects.order_by().filter(
        item=OuterRef("pk"), user=viewer.user_id, agency=viewer.agency_id, removed_on__isnull=True
    )
    return Q(Exists(mine))


def p1_member(viewer: Viewer):
    """P1: 構成員 on each of today and the meeting's day, in a term with its secrecy acknowledged by that day."""
    today = _terms_for_item(viewer).filter(in_force(viewer.day), acknowledged_on__lte=viewer.day)
    day = OuterRef(MEETING_DAY)
    that_day = _terms_for_item(viewer).filter(in_force(day), acknowledged_on__lte=day)
    return Q(Exists(today)) & Q(Exists(that_day))


def _terms_for_item(viewer: Viewer):
    terms = RosterTerm.objects.order_by().filter(user=viewer.user_id, agency=viewer.agency_id)
    return terms.filter(Q(item__isnull=True) | Q(item=OuterRef("pk")))


def p4_reasoned():
    """P4: the item says why there is no consent (or names it), and why sharing is necessary."""
    necessity = (
        Row.objects.order_by().filter(item=OuterRef("pk"), kind=Row.Kind.ITEM_NECESSITY).exclude(text="")
    )
    return ~Q(no_consent_reason="") & Q(Exists(necessity))


def runs_segment(viewer: Viewer):
    """The 事務局 (coordinators) and, of a 支援会議, its chair or deputy; for a 支援会議 both acknowledged."""
    chairs = Q(segment__chair=viewer.user_id) | Q(segment__deputy=viewer.user_id)
    office = EVERYTHING if viewer.role == Role.COORDINATOR else NOTHING
    chair = chairs if viewer.role == Role.CHAIR else NOTHING
    acknowledged = Q(Exists(acknowledged_today(viewer)))
    return CONSENT_BASED & office | STATUTORY & (office | chair) & acknowledged


# --- consent on the days that matter ---------------------------------------------------------------------------------


def on_deciding_days(today, holds_on, that_day):
    """Until and on the meeting's day: today and that day; afterwards that day (§3.3, d)."""
    return holds_on(that_day) & (Q(segment__meeting__day__lt=today) | holds_on(today))


def main_consents_to(agency, today):
    """Condition on an item: the main subject consents to something for `agency` on the deciding days."""
    person = OuterRef("case__main_subject")
    return on_deciding_days(
        today, lambda day: consents_to_something(person, agency, day), OuterRef(MEETING_DAY)
    )


def identity_consented(agency, today):
    """Condition on an item: ① of the main subject is consented to `agency` on the deciding days."""

    def holds_on(day):
        return consented(F("case__main_subject"), agency, Category.IDENTITY, day)

    return on_deciding_days(today, holds_on, F(MEETING_DAY))


def stands(today):
    """An item stands while the main subject consents towards some attending agency other than its bringer.

    Attending is, as in M1, who is planned before the day and who is checked in from the day on.
    """
    attending = Attendance.objects.order_by().filter(item=OuterRef("pk"), removed_on__isnull=True)
    attending = attending.filter(Q(item__segment__meeting__day__gt=today) | Q(checked_in_at__isnull=False))
    others = attending.exclude(agency=OuterRef("brought_by")).filter(_attending_agency_consented(today))
    return Q(withdrawn_on__isnull=True) & Q(Exists(others))


def _attending_agency_consented(today):
    """The same days, seen from an attendance."""
    day = OuterRef("item__segment__meeting__day")
    person, agency = OuterRef("item__case__main_subject"), OuterRef("agency")
    past = Q(item__segment__meeting__day__lt=today)
    return consents_to_something(person, agency, day) & (past | consents_to_something(person, agency, today))


# --- headers of items ------------------------------------------------------------------------------------------------


def not_closed_to(viewer: Viewer):
    """No conflict with the main subject; on the agenda; no case of a separated person in the same sitting."""
    return (
        ~conflicted("case__main_subject", viewer)
        & Q(withdrawn_on__isnull=True)
        & ~sits_apart("case__main_subject", F("segment__meeting"))
    )


def items_of_other_side(meeting, person):
    """Items of the sitting whose main subject is separated from `person` (§3)."""
    return AgendaItem.objects.order_by().filter(
        separated(F("case__main_subject"), person),
        segment__meeting=meeting,
        segment__cancelled_on__isnull=True,
        withdrawn_on__isnull=True,
    )


def apart_from_sitting(meeting):
    """People separated from the main subject of some item of the sitting."""
    people = Person.objects.order_by().filter(pk__in=kept_apart())
    return people.filter(Exists(items_of_other_side(meeting, OuterRef("pk")))).values("pk")


def things_of_other_side(meeting, case, person):
    """In the sitting: other cases whose main subject is separated from `person`, and rows about such people."""
    items = AgendaItem.objects.order_by().filter(segment__meeting=meeting, withdrawn_on__isnull=True)
    others = items.exclude(case=case).values("pk")
    lying_there = Q(item__in=others) | Q(enclosures__item__in=others, enclosures__removed_on__isnull=True)
    about = Matter.objects.order_by().filter(separated(F("subject"), person), row=OuterRef("pk"))
    rows = Row.objects.order_by().filter(lying_there).filter(Exists(about))
    return items_of_other_side(meeting, person).exclude(case=case), rows


def is_about_other_side(meeting):
    """Condition on a row: it is about somebody separated from a main subject of the sitting (§3)."""
    about = Matter.objects.order_by().filter(sits_apart("subject", meeting))
    return Q(pk__among=about.values("row"))


def m_parts(viewer: Viewer) -> dict[str, Q]:
    """M1 and M4 on an item that stands (M2), M3 aside."""
    agreed = Q(brought_by=viewer.agency_id) | main_consents_to(viewer.agency_id, viewer.day)
    return {
        rules.BASIS: CONSENT_BASED,
        rules.EXPECTED: m1_expected(viewer),
        rules.SITS: not_closed_to(viewer),
        rules.STANDS: stands(viewer.day),
        rules.MAIN: agreed,
    }


def p_parts(viewer: Viewer) -> dict[str, Q]:
    """P1, P2 and P4 on an item, P5 aside."""
    return {
        rules.BASIS: STATUTORY,
        rules.EXPECTED: m1_expected(viewer),
        rules.SITS: not_closed_to(viewer),
        rules.MEMBER: p1_member(viewer),
        rules.REASONED: p4_reasoned(),
    }


def m_rules(viewer: Viewer):
    """The item's side of M, as one condition."""
    return Rule("M", m_parts(viewer)).condition


def p_rules(viewer: Viewer):
    """The item's side of P, as one condition."""
    return Rule("P", p_parts(viewer)).condition


def meeting_items(viewer: Viewer):
    """Condition on an item for 会議: its header lies open on the table."""
    return is_open(viewer) & meeting_headers(viewer)


def meeting_headers(viewer: Viewer):
    """The same, M3 and P5 aside."""
    identity = Q(brought_by=viewer.agency_id) | identity_consented(viewer.agency_id, viewer.day)
    free_case = row_is_free(viewer.day, "case__")
    return m_rules(viewer) & identity & free_case | p_rules(viewer)


def meeting_tables(viewer: Viewer):
    """Condition on an item for 会議: rows may be open on its table, whether or not its header is."""
    return is_open(viewer) & (m_rules(viewer) | p_rules(viewer))


def preparing_office(viewer: Viewer):
    """Condition on an item: the viewer prepares it as 事務局 or chair (§3.2), until the segment is done."""
    identity = identity_consented(viewer.agency_id, viewer.day)
    still_open = ~has_ended(viewer.day) | _minutes_being_written_by(viewer)
    living = Q(segment__cancelled_on__isnull=True, segment__closed_on__isnull=True) & still_open
    free_case = row_is_free(viewer.day, "case__")
    brought = living & Q(brought_on__lte=viewer.day)
    return (
        brought
        & runs_segment(viewer)
        & not_closed_to(viewer)
        & (STATUTORY | CONSENT_BASED & identity & free_case)
    )


def preparing_called(viewer: Viewer):
    """Condition on an item: called, not yet confirmed, and the viewer is selected for it (§3.2)."""
    called = Q(
        called_on__lte=viewer.day, segment__confirmed_on__isnull=True, segment__cancelled_on__isnull=True
    )
    statutory = STATUTORY & p1_member(viewer) & p4_reasoned()
    identity = Q(brought_by=viewer.agency_id) | identity_consented(viewer.agency_id, viewer.day)
    free_case = row_is_free(viewer.day, "case__")
    return (
        called
        & not_closed_to(viewer)
        & is_planned(viewer)
        & (statutory | CONSENT_BASED & identity & free_case)
    )


def brought_and_waiting(viewer: Viewer):
    """Condition on an item in preparation: the viewer's agency brought it; at a 支援会議 only who brought it."""
    waiting = Q(segment__confirmed_on__isnull=True, segment__cancelled_on__isnull=True)
    mine = Q(brought_by=viewer.agency_id) & (CONSENT_BASED | STATUTORY & Q(author__user=viewer.user_id))
    return waiting & not_closed_to(viewer) & mine


def record_items(viewer: Viewer):
    """Condition on an item for 会議記録: the table has shut, and the viewer is chair or 事務局 in force today."""
    return shut_items(viewer) & runs_segment(viewer)


def record_snapshots(viewer: Viewer):
    """Condition on a snapshot: of a segment whose record the viewer keeps; none of its items closed by a conflict."""
    kept = AgendaItem.objects.order_by().filter(record_items(viewer))
    closed = AgendaItem.objects.order_by().filter(
        conflicted("case__main_subject", viewer), segment=OuterRef("segment")
    )
    return Q(segment__among=kept.values("segment")) & ~Q(Exists(closed))


def shut_items(viewer: Viewer):
    """Condition on an item: its table has shut for good, and no conflict closes it to the viewer.

    While the 事務局 keeps the table for the minutes (M3), it has not shut for it.
    """
    kept = Q(segment__closed_on__isnull=True, segment__cancelled_on__isnull=True) & _minutes_being_written_by(
        viewer
    )
    return has_ended(viewer.day) & ~kept & ~conflicted("case__main_subject", viewer)


def shut_items_of_acknowledged(viewer: Viewer):
    """The same, for staff whose acknowledgement of secrecy is valid today."""
    return shut_items(viewer) & Q(Exists(acknowledged_today(viewer)))


def preparing_items(viewer: Viewer):
    """Condition on an item for 会議準備: its header is open to the office, or to whom it was sent."""
    return preparing_office(viewer) | preparing_called(viewer)


def enclosing_items(viewer: Viewer):
    """Condition on an item: the viewer may lay rows on its table."""
    return preparing_called(viewer) | brought_and_waiting(viewer)


def segments_with_a_part(viewer: Viewer):
    """Condition on a segment: the viewer runs it, or is planned for one of its items that is open to the viewer."""
    if viewer.role == Role.COORDINATOR:
        return EVERYTHING
    chairs = Q(chair=viewer.user_id) | Q(deputy=viewer.user_id)
    runs = chairs if viewer.role == Role.CHAIR else NOTHING
    visible = AgendaItem.objects.order_by().filter(meeting_tables(viewer) | preparing_called(viewer))
    return runs | Q(pk__among=visible.values("segment"))
