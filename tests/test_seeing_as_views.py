"""相手の画面で見る: what both see, nothing that either alone sees; for the lead and those who run an item."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry
from tests.factories import AgencyFactory, PersonFactory, a_case, a_consent, a_row, a_viewer, enclose
from tests.meeting_world import TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def partner():
    return a_viewer()


@pytest.fixture
def case(lead, partner):
    case = a_case(lead, person=PersonFactory(name="架空 花子", kana="カクウ ハナコ"))
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    a_consent(case, to=[partner.agency], categories=[1, 2])
    return case


@pytest.fixture
def rows(case, lead, partner):
    """One that both see, one of the lead alone, one of the partner alone."""
    a_row(case, lead, categories=[2], text="両方に見える記録")
    a_row(case, lead, categories=[4], text="主担当だけの記録")
    a_row(case, partner, categories=[4], text="相手だけの記録")


def get(client, viewer, name, *arguments, **asked):
    client.force_login(viewer.user)
    return client.get(reverse(name, args=arguments), asked)


def case_as(client, viewer, case, agency):
    return get(client, viewer, "cases:case_as", case.public_id, agency.public_id)


def test_a_case_shows_what_both_see_and_says_whose_screen_it_is(client, lead, partner, case, rows):
    text = case_as(client, lead, case, partner.agency).content.decode()
    assert f"{partner.agency.name}の見え方です" in text and "架空 花子" in text
    assert "両方に見える記録" in text and "主担当だけの記録" not in text and "相手だけの記録" not in text
    entry = AuditEntry.objects.get(act="見る:相手の画面:ケース")
    assert entry.user == lead.user and f"agency:{partner.agency.public_id}" in entry.things


def test_a_row_of_the_other_side_alone_leaves_no_trace(client, lead, partner, case):
    before = case_as(client, lead, case, partner.agency).content.decode().split("<main")[1]
    a_row(case, partner, categories=[4], text="相手だけの記録")
    assert case_as(client, lead, case, partner.agency).content.decode().split("<main")[1] == before


def test_a_partner_a_stranger_and_an_unknown_agency_are_answered_404(client, lead, partner, case):
    other = AgencyFactory()
    for viewer, agency in (
        (partner, lead.agency),
        (a_viewer(), partner.agency),
        (lead, other),
        (lead, lead.agency),
    ):
        assert case_as(client, viewer, case, agency).status_code == 404
        if viewer is not lead or agency is not lead.agency:
            assert get(client, viewer, "cases:cases_as", agency.public_id).status_code == 404
            assert get(client, viewer, "cases:search_as", agency.public_id).status_code == 404


def test_a_coordinator_sees_only_as_agencies_it_may_know(client, lead, partner, case):
    coordinator = a_viewer(Role.COORDINATOR)
    case.participations.create(agency=coordinator.agency, from_day=date(2026, 4, 15))
    assert case_as(client, coordinator, case, lead.agency).status_code == 200
    assert case_as(client, coordinator, case, partner.agency).status_code == 404
    a_consent(case, to=[coordinator.agency], categories=[5])
    assert case_as(client, coordinator, case, partner.agency).status_code == 200


def test_the_list_has_the_shared_cases_alone(client, lead, partner, case):
    alone, elsewhere = a_case(lead), a_case(partner)
    text = get(client, lead, "cases:cases_as", partner.agency.public_id).content.decode()
    assert case.number in text and "架空 花子" in text
    assert alone.number not in text and elsewhere.number not in text


def test_the_search_finds_what_both_find(client, lead, partner, case):
    a_case(lead, person=PersonFactory(name="架空 花子", kana="カクウ ハナコ"))
    client.force_login(lead.user)
    address = reverse("cases:search_as", args=[partner.agency.public_id])
    answer = client.post(address, {"q": "架空 花子"})
    assert "架空" not in answer["Location"]
    text = client.get(answer["Location"]).content.decode()
    assert text.count("<h3>") == 1 and case.number in text
    other = client.get(answer["Location"].replace("s=", "s=x"))
    assert other.status_code == 404


def table_as(client, viewer, world, other):
    seat = world.item.attendances.get(user=other.user)
    return get(client, viewer, "meetings:table_as", world.item.public_id, seat.pk)


def test_a_table_shows_the_office_what_an_attendee_will_have(client):
    world = a_consented_meeting()
    inside = table_as(client, world.office, world, world.inside).content.decode()
    outside = table_as(client, world.office, world, world.outside).content.decode()
    assert "同封した記録" in inside and world.case.main_subject.name in inside
    assert "同封した記録" not in outside and world.case.main_subject.name not in outside
    assert f"{world.outside.user.name}さんの見え方です" in outside
    entry = AuditEntry.objects.filter(act="見る:相手の画面:会議の資料").earliest("pk")
    assert f"user:{world.outside.user.pk}" in entry.things or f"user:{world.inside.user.pk}" in entry.things


def test_of_what_the_attendee_alone_sees_the_office_is_told_the_number(client):
    world = a_consented_meeting()
    a_consent(world.case, to=[world.inside.agency], categories=[2], person=(other := PersonFactory()))
    enclose(
        world.item,
        a_row(world.case, world.lead, subjects=[other], categories=[2], text="届いた資料"),
        world.lead,
    )
    text = table_as(client, world.office, world, world.inside).content.decode()
    told = text.split('id="elsewhere"')[1]
    assert (
        "届いた資料" not in text
        and "②健康" in told
        and "1件" in told
        and world.lead.agency.short_name in told
    )
    assert (
        "ありません"
        in table_as(client, world.office, world, world.outside).content.decode().split('id="elsewhere"')[1]
    )


def test_the_chair_is_told_no_numbers(client):
    world = a_statutory_meeting()
    told = table_as(client, world.chair, world, world.inside).content.decode().split('id="elsewhere"')[1]
    assert "あるときも、ここには出ません" in told


@pytest.mark.parametrize("meeting", [a_consented_meeting, a_statutory_meeting])
def test_who_does_not_run_the_item_is_answered_404(client, meeting):
    world = meeting()
    for viewer in (world.lead, world.inside, world.stranger):
        assert table_as(client, viewer, world, world.inside).status_code == 404


def test_as_many_queries_for_many_rows_as_for_few(client, lead, partner, case, rows):
    case_as(client, lead, case, partner.agency)
    with CaptureQueriesContext(connection) as few:
        case_as(client, lead, case, partner.agency)
    for _ in range(10):
        a_row(case, lead, categories=[2])
    with CaptureQueriesContext(connection) as many:
        case_as(client, lead, case, partner.agency)
    assert len(many) == len(few)
