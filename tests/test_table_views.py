"""会議の場: what each attendee sees, on the screen, on paper and on the shared screen (M1–M6, P1–P5)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, ConflictOfInterest, Consent
from meetings.models import RosterTerm
from tests.factories import a_consent, a_refusal, a_row, a_viewer, enclose, seat
from tests.meeting_world import DAY, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(on_day):
    on_day(TODAY)
    world = a_consented_meeting()
    world.confirm()
    return world


@pytest.fixture
def inner(on_day):
    on_day(TODAY)
    world = a_statutory_meeting()
    world.confirm()
    return world


@pytest.fixture
def open_table(client):
    def ask(viewer, item, route="meetings:table"):
        client.force_login(viewer.user)
        return client.get(reverse(route, args=[item.public_id]))

    return ask


def shows(response, text="同封した記録"):
    return response.status_code == 200 and text in response.content.decode()


def test_attendees_inside_the_consent_see_header_and_rows(world, open_table):
    response = open_table(world.inside, world.item)
    assert shows(response)
    assert shows(response, world.case.main_subject.name)
    assert shows(open_table(world.lead, world.item))


@pytest.mark.parametrize("who", ["outside", "stranger"])
def test_m4_and_m1_close_the_table_to_others(world, open_table, who):
    for route in ("meetings:table", "meetings:table_print", "meetings:screen", "meetings:minutes"):
        assert open_table(getattr(world, who), world.item, route).status_code == 404


def test_m1_from_the_day_on_only_who_is_checked_in(world, open_table, on_day):
    on_day(DAY)
    assert open_table(world.inside, world.item).status_code == 404
    world.check_in(world.inside)
    assert shows(open_table(world.inside, world.item))


def test_m2_what_was_taken_off_the_table_is_gone(world, open_table):
    world.item.enclosures.update(removed_on=TODAY)
    response = open_table(world.inside, world.item)
    assert response.status_code == 200
    assert not shows(response)
    world.item.take_off(TODAY)
    assert open_table(world.inside, world.item).status_code == 404


def test_m3_not_before_confirmation_nor_after_cancelling(world, open_table):
    world.segment.confirmed_on = None
    world.segment.save()
    assert open_table(world.inside, world.item).status_code == 404
    world.confirm()
    world.segment.cancel(TODAY)
    assert open_table(world.inside, world.item).status_code == 404


def test_m3_closes_some_days_after_closing(world, open_table, on_day):
    world.check_in(world.inside)
    world.segment.close(DAY)
    on_day(DAY + timedelta(days=14))
    assert shows(open_table(world.inside, world.item))
    on_day(DAY + timedelta(days=15))
    assert open_table(world.inside, world.item).status_code == 404


def test_m5_every_pair_is_consented(world, open_table):
    health = a_row(world.case, world.lead, text="健康の記録", categories=[2, 6])
    enclose(world.item, health, world.lead)
    assert shows(open_table(world.inside, world.item), "健康の記録")
    a_refusal(world.case, on=TODAY, categories=[2], to=[world.inside.agency])
    response = open_table(world.inside, world.item)
    assert shows(response)
    assert not shows(response, "健康の記録")


def test_m5_without_the_first_category_the_name_is_not_told(world, open_table):
    a_refusal(world.case, on=TODAY, categories=[1], to=[world.inside.agency])
    response = open_table(world.inside, world.item)
    assert shows(response)
    assert not shows(response, world.case.main_subject.name)
    assert shows(response, "氏名は共有されていません")


def test_m6_what_was_born_in_a_statutory_meeting_stays_there(world, open_table):
    inner = a_statutory_meeting()
    born = a_row(world.case, world.lead, text="会議で知ったこと", categories=[6], origin=inner.item)
    enclose(world.item, born, world.lead)
    assert not shows(open_table(world.inside, world.item), "会議で知ったこと")


def test_withdrawal_closes_at_once(world, open_table):
    Consent.objects.filter(case=world.case).update(withdrawn_on=TODAY)
    for viewer in (world.inside, world.lead, world.office):
        assert open_table(viewer, world.item).status_code == 404


def test_members_of_a_statutory_meeting_see_without_consent(inner, open_table):
    response = open_table(inner.inside, inner.item)
    assert shows(response)
    assert shows(response, "守秘義務があります")
    assert b"frame-statute" in response.content


def test_p1_no_member_sees_nothing(inner, open_table):
    assert open_table(inner.outside, inner.item).status_code == 404


@pytest.mark.parametrize("field", ["until_day", "acknowledged_on"])
def test_p1_the_term_and_its_acknowledgement_hold_on_the_day(inner, open_table, field):
    value = DAY - timedelta(days=1) if field == "until_day" else None
    RosterTerm.objects.filter(user=inner.inside.user).update(**{field: value})
    assert open_table(inner.inside, inner.item).status_code == 404


def test_p2_a_member_who_was_not_selected_sees_nothing(inner, open_table):
    inner.item.attendances.filter(user=inner.inside.user).update(removed_on=TODAY)
    assert open_table(inner.inside, inner.item).status_code == 404


def test_p4_without_the_reason_nothing_opens(inner, open_table):
    inner.item.no_consent_reason = ""
    inner.item.save()
    assert open_table(inner.inside, inner.item).status_code == 404


def test_p5_cancelled_is_closed(inner, open_table):
    inner.segment.cancel(TODAY)
    assert open_table(inner.inside, inner.item).status_code == 404


def test_a_conflict_closes_the_table(world, open_table):
    person = world.case.main_subject
    ConflictOfInterest.objects.create(
        person=person,
        user=world.inside.user,
        reason="親族",
        recorded_on=TODAY,
        recorded_by=world.lead.membership,
    )
    assert open_table(world.inside, world.item).status_code == 404


def test_the_paper_shows_what_the_screen_shows(world, open_table):
    health = a_row(world.case, world.lead, text="健康の記録", categories=[2])
    enclose(world.item, health, world.lead)
    a_refusal(world.case, on=TODAY, categories=[2], to=[world.inside.agency])
    for text in ("同封した記録", "試験の議題", "試験の論点", world.case.main_subject.name):
        assert shows(open_table(world.inside, world.item), text)
        assert shows(open_table(world.inside, world.item, "meetings:table_print"), text)
    assert not shows(open_table(world.inside, world.item, "meetings:table_print"), "健康の記録")


def test_paper_names_its_holder_and_is_to_be_given_back(inner, open_table):
    response = open_table(inner.inside, inner.item, "meetings:table_print")
    for text in ("取扱注意", inner.inside.user.name, "返却してください", "写し"):
        assert shows(response, text)


def test_external_members_make_no_paper(inner, open_table):
    member = a_viewer(Role.EXTERNAL)
    from tests.factories import a_term

    a_term(member)
    seat(inner.item, member, by=inner.chair)
    assert shows(open_table(member, inner.item))
    assert open_table(member, inner.item, "meetings:table_print").status_code == 404
    client_page = open_table(member, inner.item)
    assert not shows(client_page, "印刷する紙")


def test_the_shared_screen_shows_what_everyone_may_see(world, open_table, on_day):
    health = a_row(world.case, world.lead, text="健康の記録", categories=[2])
    enclose(world.item, health, world.lead)
    a_refusal(world.case, on=TODAY, categories=[2], to=[world.inside.agency])
    on_day(DAY)
    world.check_in(world.office, world.lead)
    assert shows(open_table(world.office, world.item, "meetings:screen"), "健康の記録")
    world.check_in(world.inside)
    response = open_table(world.office, world.item, "meetings:screen")
    assert shows(response)
    assert not shows(response, "健康の記録")


def test_opening_is_remembered_with_its_rows(world, open_table):
    open_table(world.inside, world.item)
    entry = AuditEntry.objects.filter(act="見る:会議の資料").get()
    assert world.row.pk in entry.rows
    assert entry.purpose == "meeting"


def test_thirty_rows_cost_what_three_cost(world, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(world.inside.user)
    numbers = []
    for more in (2, 27):
        for number in range(more):
            enclose(
                world.item, a_row(world.case, world.lead, text=f"記録{number}", categories=[6]), world.lead
            )
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("meetings:table", args=[world.item.public_id]))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_the_list_of_open_tables_holds_only_mine(world, client):
    for viewer, expected in ((world.inside, True), (world.outside, False), (world.stranger, False)):
        client.force_login(viewer.user)
        page = client.get(reverse("meetings:tables")).content.decode()
        assert (world.item.public_id in page) is expected


def test_a_later_consent_does_not_open_a_past_day(world, open_table, on_day):
    world.check_in(world.outside)
    on_day(date(2026, 6, 22))
    a_consent(world.case, to=[world.outside.agency], given=date(2026, 6, 22))
    assert open_table(world.outside, world.item).status_code == 404
