"""会議準備, 会議 and 会議記録, rule by rule (docs/visibility.md §§3.2–3.4): one sentence, one test."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agencies.models import Role
from cases.models import ConflictOfInterest, Row, Separation
from cases.visibility import Purpose, Viewer
from meetings.models import AgendaItem, LegalBasis
from tests.factories import (
    AgencyFactory,
    PersonFactory,
    a_case,
    a_consent,
    a_row,
    a_segment,
    a_term,
    a_viewer,
    an_item,
    enclose,
    seat,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 20)
TODAY = date(2026, 6, 10)
AT_NOON = datetime(2026, 6, 20, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
MEETING, PREPARATION, RECORD = Purpose.MEETING, Purpose.PREPARATION, Purpose.MEETING_RECORD


def on(viewer, day):
    return Viewer(user=viewer.user, membership=viewer.membership, day=day)


def sees(viewer, row, item, purpose=MEETING):
    return Row.objects.visible_to(viewer, purpose, item).filter(pk=row.pk).exists()


def sees_header(viewer, item, purpose=MEETING):
    return AgendaItem.objects.visible_to(viewer, purpose).filter(pk=item.pk).exists()


class Table:
    """A confirmed segment with one item, a row enclosed by the bringer, and somebody planned for it."""

    def __init__(self, basis=LegalBasis.CONSENT, **segment):
        self.bringer, self.guest, self.office = a_viewer(), a_viewer(), a_viewer(Role.COORDINATOR)
        self.chair = a_viewer(Role.CHAIR)
        self.case = a_case(self.bringer)
        segment.setdefault("confirmed_on", date(2026, 6, 8))
        self.segment = a_segment(self.office, day=DAY, basis=basis, chair=self.chair.user, **segment)
        self.item = an_item(self.segment, self.case, self.bringer)
        self.row = a_row(self.case, self.bringer, categories=[2])
        enclose(self.item, self.row, self.bringer)
        self.seat = seat(self.item, self.guest, by=self.office)
        if basis == LegalBasis.STATUTE:
            self.terms = [a_term(viewer) for viewer in (self.guest, self.office, self.chair)]

    def consent(self, *to, **fields):
        return a_consent(self.case, to=[viewer.agency for viewer in to or (self.guest,)], **fields)

    def check_in(self):
        self.item.attendances.update(checked_in_at=AT_NOON)

    def set(self, **fields):
        type(self.segment).objects.filter(pk=self.segment.pk).update(**fields)

    def text(self, kind):
        return self.item.written_rows.get(kind=kind)


@pytest.fixture
def by_consent():
    table = Table()
    table.given = table.consent()
    return table


@pytest.fixture
def by_statute():
    return Table(LegalBasis.STATUTE)


# --- 重層的支援会議: M1–M6


def test_an_enclosed_row_lies_open_to_whoever_is_planned_and_consented(by_consent):
    assert sees(by_consent.guest, by_consent.row, by_consent.item)
    assert sees_header(by_consent.guest, by_consent.item)


def test_m1_somebody_who_is_not_planned_sees_nothing(by_consent):
    colleague = a_viewer(agency=by_consent.guest.agency)
    assert not sees(colleague, by_consent.row, by_consent.item)
    assert not sees_header(colleague, by_consent.item)


def test_m1_from_the_day_on_only_those_checked_in_see(by_consent):
    assert sees(on(by_consent.guest, DAY - timedelta(days=1)), by_consent.row, by_consent.item)
    assert not sees(on(by_consent.guest, DAY), by_consent.row, by_consent.item)
    by_consent.check_in()
    assert sees(on(by_consent.guest, DAY), by_consent.row, by_consent.item)


def test_m1_whoever_was_taken_off_the_list_sees_nothing(by_consent):
    by_consent.item.attendances.update(removed_on=TODAY)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


def test_m1_being_planned_for_another_agency_does_not_count(by_consent):
    elsewhere = a_viewer(user=by_consent.guest.user)
    by_consent.consent(elsewhere)
    assert not sees(elsewhere, by_consent.row, by_consent.item)


def test_m2_a_row_that_was_taken_off_the_table_is_closed(by_consent):
    by_consent.item.enclosures.update(removed_on=TODAY)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


def test_m2_a_row_of_the_case_that_is_not_on_the_table_is_closed(by_consent):
    assert not sees(by_consent.guest, a_row(by_consent.case, by_consent.bringer), by_consent.item)


def test_m2_an_item_taken_off_the_agenda_opens_nothing(by_consent):
    by_consent.item.take_off(TODAY)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)
    assert not sees_header(by_consent.guest, by_consent.item)


def test_an_item_falls_when_the_only_consent_is_towards_its_bringer(by_consent):
    seat(by_consent.item, by_consent.bringer, by=by_consent.office)
    assert sees(by_consent.bringer, by_consent.row, by_consent.item)
    by_consent.given.recipients.set([by_consent.bringer.agency])
    assert not sees(by_consent.bringer, by_consent.row, by_consent.item)


def test_an_item_falls_by_itself_when_the_consent_is_withdrawn_after_the_meeting(by_consent):
    by_consent.check_in()
    afterwards = on(by_consent.guest, DAY + timedelta(days=3))
    assert sees(afterwards, by_consent.row, by_consent.item)
    by_consent.given.withdraw(author=by_consent.bringer.membership, on=afterwards.day, at=AT_NOON)
    assert not sees(afterwards, by_consent.row, by_consent.item)


@pytest.mark.parametrize(("days_before", "open_"), [(15, False), (14, True), (1, True)])
def test_m3_a_table_opens_at_most_fourteen_days_before(by_consent, days_before, open_):
    by_consent.set(confirmed_on=date(2026, 5, 20))
    viewer = on(by_consent.guest, DAY - timedelta(days=days_before))
    assert sees(viewer, by_consent.row, by_consent.item) is open_


def test_m3_a_table_opens_with_its_confirmation(by_consent):
    assert not sees(on(by_consent.guest, date(2026, 6, 7)), by_consent.row, by_consent.item)
    assert sees(on(by_consent.guest, date(2026, 6, 8)), by_consent.row, by_consent.item)
    by_consent.set(confirmed_on=None)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


@pytest.mark.parametrize(("days_after", "open_"), [(14, True), (15, False)])
def test_m3_a_closed_table_stays_open_for_its_days(by_consent, days_after, open_):
    by_consent.check_in()
    by_consent.set(closed_on=DAY)
    assert (
        sees(on(by_consent.guest, DAY + timedelta(days=days_after)), by_consent.row, by_consent.item) is open_
    )


@pytest.mark.parametrize(("days_after", "open_"), [(60, True), (61, False)])
def test_m3_a_table_left_unclosed_shuts_after_sixty_days(by_consent, days_after, open_):
    by_consent.check_in()
    assert (
        sees(on(by_consent.guest, DAY + timedelta(days=days_after)), by_consent.row, by_consent.item) is open_
    )


def test_m3_a_cancelled_segment_opens_nothing(by_consent):
    by_consent.segment.cancel(TODAY)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


def test_m4_an_agency_without_any_consent_sees_not_even_its_own_row(by_consent):
    other = a_viewer()
    seat(by_consent.item, other, by=by_consent.office)
    own = a_row(by_consent.case, other)
    enclose(by_consent.item, own, other)
    assert not sees(other, own, by_consent.item)
    by_consent.consent(other, categories=[6])
    assert sees(other, own, by_consent.item)


def test_m5_every_pair_must_be_consented_or_the_row_ones_own(by_consent):
    child = PersonFactory()
    about_both = a_row(by_consent.case, by_consent.bringer, subjects=[by_consent.case.main_subject, child])
    enclose(by_consent.item, about_both, by_consent.bringer)
    assert not sees(by_consent.guest, about_both, by_consent.item)
    by_consent.consent(person=child)
    assert sees(by_consent.guest, about_both, by_consent.item)


def test_m5_without_the_first_category_the_header_is_closed_and_the_row_is_not(by_consent):
    by_consent.given.categories = [2]
    by_consent.given.save()
    assert not sees_header(by_consent.guest, by_consent.item)
    assert sees(by_consent.guest, by_consent.row, by_consent.item)


def test_until_the_day_consent_must_hold_today_and_on_that_day(by_consent):
    by_consent.given.until_day = DAY - timedelta(days=1)
    by_consent.given.save()
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


def test_m6_a_row_born_in_a_statutory_meeting_never_lies_on_a_consent_based_table(by_consent, by_statute):
    Row.objects.filter(pk=by_consent.row.pk).update(origin=by_statute.item)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item)


# --- 支援会議: P1–P5


def test_without_any_consent_a_member_sees_the_row_of_a_statutory_table(by_statute):
    assert sees(by_statute.guest, by_statute.row, by_statute.item)
    assert sees_header(by_statute.guest, by_statute.item)


def test_p1_nobody_sees_without_the_acknowledgement_of_that_term(by_statute):
    by_statute.guest.user.roster_terms.update(acknowledged_on=None)
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)


def test_p1_an_acknowledgement_after_today_does_not_count_yet(by_statute):
    by_statute.guest.user.roster_terms.update(acknowledged_on=TODAY + timedelta(days=1))
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)
    assert sees(on(by_statute.guest, TODAY + timedelta(days=1)), by_statute.row, by_statute.item)


def test_p1_a_term_is_needed_today_and_on_the_meetings_day(by_statute):
    by_statute.guest.user.roster_terms.update(until_day=DAY - timedelta(days=1))
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)
    a_term(by_statute.guest, start=DAY, acknowledged=DAY)
    assert sees(by_statute.guest, by_statute.row, by_statute.item)


def test_p1_somebody_designated_for_another_item_is_no_member_here(by_statute):
    other = an_item(by_statute.segment, a_case(by_statute.bringer), by_statute.bringer)
    by_statute.guest.user.roster_terms.update(item=other)
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)
    by_statute.guest.user.roster_terms.update(item=by_statute.item)
    assert sees(by_statute.guest, by_statute.row, by_statute.item)


def test_p2_a_member_who_is_not_selected_sees_nothing(by_statute):
    by_statute.seat.delete()
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)


def test_p3_a_row_that_is_not_on_the_table_is_closed(by_statute):
    assert not sees(by_statute.guest, a_row(by_statute.case, by_statute.bringer), by_statute.item)


@pytest.mark.parametrize("missing", ["reason", "necessity"])
def test_p4_without_reason_or_necessity_nothing_opens(by_statute, missing):
    if missing == "reason":
        AgendaItem.objects.filter(pk=by_statute.item.pk).update(no_consent_reason="")
    else:
        by_statute.item.written_rows.filter(kind=Row.Kind.ITEM_NECESSITY).update(text="")
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)


def test_p5_a_statutory_table_shuts_as_any_other(by_statute):
    by_statute.check_in()
    by_statute.set(closed_on=DAY)
    assert sees(on(by_statute.guest, DAY + timedelta(days=14)), by_statute.row, by_statute.item)
    assert not sees(on(by_statute.guest, DAY + timedelta(days=15)), by_statute.row, by_statute.item)


def test_what_is_written_at_a_statutory_table_stays_inside_until_released(by_statute):
    title = by_statute.text(Row.Kind.ITEM_TITLE)
    bringer = by_statute.bringer
    assert not Row.objects.visible_to(bringer, Purpose.SUPPORT).filter(pk=title.pk).exists()
    Row.objects.filter(pk=title.pk).update(
        released_on=TODAY, released_by=by_statute.chair.membership, release_confirmed_by=bringer.membership
    )
    assert Row.objects.visible_to(bringer, Purpose.SUPPORT).filter(pk=title.pk).exists()


# --- over both


def test_a_conflict_closes_the_whole_item_or_the_row_about_that_person(by_statute):
    relative = PersonFactory()
    about = a_row(by_statute.case, by_statute.bringer, subjects=[relative])
    enclose(by_statute.item, about, by_statute.bringer)
    user = by_statute.guest.user
    ConflictOfInterest.objects.create(person=relative, user=user, reason="親族", recorded_on=TODAY)
    assert not sees(by_statute.guest, about, by_statute.item)
    assert sees(by_statute.guest, by_statute.row, by_statute.item)
    main = by_statute.case.main_subject
    ConflictOfInterest.objects.create(
        person=main, agency=by_statute.guest.agency, reason="相手方", recorded_on=TODAY
    )
    assert not sees(by_statute.guest, by_statute.row, by_statute.item)
    assert not sees_header(by_statute.guest, by_statute.item)


def test_a_row_about_the_other_side_of_a_separation_lies_on_no_table(by_statute):
    other = PersonFactory()
    about = a_row(by_statute.case, by_statute.bringer, subjects=[other])
    enclose(by_statute.item, about, by_statute.bringer)
    assert sees(by_statute.guest, about, by_statute.item)
    Separation.objects.create(
        first=other, second=by_statute.case.main_subject, reason="DV", recorded_on=TODAY,
        recorded_by=by_statute.bringer.membership,
    )  # fmt: skip
    assert not sees(by_statute.guest, about, by_statute.item)
    assert sees(by_statute.guest, by_statute.row, by_statute.item)


# --- 会議準備


def test_the_office_prepares_a_consented_item_from_the_day_it_is_brought(by_consent):
    by_consent.set(confirmed_on=None)
    question = by_consent.text(Row.Kind.ITEM_QUESTION)
    assert not sees_header(by_consent.office, by_consent.item, PREPARATION)
    by_consent.consent(by_consent.office, categories=[1])
    assert sees_header(by_consent.office, by_consent.item, PREPARATION)
    assert sees(by_consent.office, question, by_consent.item, PREPARATION)
    assert not sees(by_consent.office, by_consent.row, by_consent.item, PREPARATION)


def test_office_and_chair_prepare_a_statutory_item_only_when_acknowledged(by_statute):
    necessity = by_statute.text(Row.Kind.ITEM_NECESSITY)
    for viewer in (by_statute.office, by_statute.chair):
        assert sees(viewer, necessity, by_statute.item, PREPARATION)
        assert not sees(viewer, by_statute.row, by_statute.item, PREPARATION)
        viewer.user.roster_terms.update(acknowledged_on=None)
        assert not sees(viewer, necessity, by_statute.item, PREPARATION)
        assert not sees_header(viewer, by_statute.item, PREPARATION)


def test_the_chair_of_another_segment_prepares_nothing(by_statute):
    stranger = a_viewer(Role.CHAIR)
    a_term(stranger)
    assert not sees_header(stranger, by_statute.item, PREPARATION)


def test_a_selected_participant_prepares_from_the_call_until_confirmation(by_consent):
    question = by_consent.text(Row.Kind.ITEM_QUESTION)
    by_consent.set(confirmed_on=None)
    assert not sees_header(by_consent.guest, by_consent.item, PREPARATION)
    by_consent.item.call(TODAY)
    assert sees_header(by_consent.guest, by_consent.item, PREPARATION)
    assert sees(by_consent.guest, question, by_consent.item, PREPARATION)
    assert not sees(by_consent.guest, by_consent.row, by_consent.item, PREPARATION)
    by_consent.set(confirmed_on=TODAY)
    assert not sees_header(by_consent.guest, by_consent.item, PREPARATION)


def test_the_question_is_closed_where_m5_does_not_hold(by_consent):
    by_consent.set(confirmed_on=None)
    by_consent.item.call(TODAY)
    by_consent.given.categories = [1, 2]
    by_consent.given.save()
    assert sees_header(by_consent.guest, by_consent.item, PREPARATION)
    question = by_consent.text(Row.Kind.ITEM_QUESTION)
    assert not sees(by_consent.guest, question, by_consent.item, PREPARATION)


def test_a_call_to_a_statutory_meeting_needs_membership_and_reasons(by_statute):
    by_statute.set(confirmed_on=None)
    by_statute.item.call(TODAY)
    assert sees_header(by_statute.guest, by_statute.item, PREPARATION)
    AgendaItem.objects.filter(pk=by_statute.item.pk).update(no_consent_reason="")
    assert not sees_header(by_statute.guest, by_statute.item, PREPARATION)
    AgendaItem.objects.filter(pk=by_statute.item.pk).update(no_consent_reason="refused")
    by_statute.guest.user.roster_terms.all().delete()
    assert not sees_header(by_statute.guest, by_statute.item, PREPARATION)


# --- 会議記録


def closed_long_ago(table):
    table.set(closed_on=DAY)
    return DAY + timedelta(days=15)


def test_after_the_table_has_shut_minutes_are_open_to_the_office_and_not_to_the_table(by_consent):
    minutes = by_consent.item.write(
        kind=Row.Kind.MINUTES, text="決めたこと", author=by_consent.office.membership,
        subjects=[by_consent.case.main_subject], categories=[6], day=DAY,
    )  # fmt: skip
    shut = closed_long_ago(by_consent)
    assert not sees(on(by_consent.office, shut - timedelta(days=1)), minutes, by_consent.item, RECORD)
    assert sees(on(by_consent.office, shut), minutes, by_consent.item, RECORD)
    assert not sees(on(by_consent.office, shut), by_consent.row, by_consent.item, RECORD)
    assert not sees(on(by_consent.guest, shut), minutes, by_consent.item, RECORD)


def test_what_was_born_in_a_statutory_meeting_is_open_to_its_acknowledged_chair_and_office(by_statute):
    reason, shut = by_statute.text(Row.Kind.ITEM_REASON), closed_long_ago(by_statute)
    for viewer in (by_statute.chair, by_statute.office):
        assert sees(on(viewer, shut), reason, by_statute.item, RECORD)
        viewer.user.roster_terms.update(acknowledged_on=None)
        assert not sees(on(viewer, shut), reason, by_statute.item, RECORD)


def test_a_conflict_closes_the_records_too(by_statute):
    reason, shut = by_statute.text(Row.Kind.ITEM_REASON), closed_long_ago(by_statute)
    person, user = by_statute.case.main_subject, by_statute.office.user
    ConflictOfInterest.objects.create(person=person, user=user, reason="親族", recorded_on=TODAY)
    assert not sees(on(by_statute.office, shut), reason, by_statute.item, RECORD)


def test_no_purpose_of_a_meeting_is_served_without_naming_the_item(by_consent):
    with pytest.raises(TypeError):
        Row.objects.visible_to(by_consent.guest, MEETING)


def test_a_segment_without_a_legal_basis_opens_nothing(by_consent):
    by_consent.set(legal_basis="")
    item = AgendaItem.objects.select_related("segment__meeting").get(pk=by_consent.item.pk)
    assert not sees(by_consent.guest, by_consent.row, item)
    assert not sees_header(by_consent.guest, item)


def test_a_stranger_sees_no_item_and_no_row_for_any_purpose(by_consent, by_statute):
    for role in (Role.COUNTER, Role.EXTERNAL, Role.ROSTER, Role.AUDIT, Role.STATISTICS):
        stranger = a_viewer(role, agency=AgencyFactory())
        for table in (by_consent, by_statute):
            for purpose in (MEETING, PREPARATION, RECORD):
                assert not sees_header(stranger, table.item, purpose)
                assert not sees(stranger, table.row, table.item, purpose)
