"""会議の日, its segments, and the acts that lead a segment from 準備 to 閉鎖."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Meeting
from tests.factories import a_case, a_segment, an_item
from tests.meeting_world import DAY, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(on_day):
    on_day(TODAY)
    return a_consented_meeting()


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **data):
        client.force_login(viewer.user)
        address = reverse(f"meetings:{route}", args=keys)
        return client.post(address, data) if data else client.get(address)

    return send


SITTING = {"day": "Ｒ８.６.２４", "start": "１４：００", "first-legal_basis": "consent"}


def test_the_coordinator_sets_a_day(world, go):
    for _ in range(2):
        go(world.office, "meeting_new", form_key="1", **SITTING)
    meeting = Meeting.objects.get(day="2026-06-24")
    segment = meeting.segments.get()
    assert (segment.display_name, meeting.start.hour) == ("重層的支援会議", 14)


@pytest.mark.parametrize("who", ["lead", "chair", "stranger"])
def test_nobody_else_sets_a_day(world, go, who):
    assert go(getattr(world, who), "meeting_new").status_code == 404
    assert go(getattr(world, who), "meeting_edit", world.segment.meeting.public_id).status_code == 404


def test_a_past_day_and_a_statutory_part_without_chair_are_refused(world, go):
    second = {"second-held": "on", "second-legal_basis": "statute"}
    response = go(world.office, "meeting_new", form_key="1", **(SITTING | {"day": "R8.6.1"} | second))
    page = response.content.decode()
    assert "今日より前の日です" in page
    assert "会長を選んでください" in page
    assert Meeting.objects.count() == 1


def test_an_edit_of_something_changed_meanwhile_shows_both(world, go):
    meeting = world.segment.meeting
    address = (world.office, "meeting_edit", meeting.public_id)
    data = SITTING | {"version": meeting.version, "first-display_name": "定例"}
    go(*address, form_key="1", **(data | {"place": "市役所"}))
    page = go(*address, form_key="2", **(data | {"place": "公民館"})).content.decode()
    assert "市役所" in page
    assert "公民館" in page


def test_the_list_tells_numbers_only_to_who_runs(world, go):
    assert "1件" in go(world.office, "meetings").content.decode()
    for viewer in (world.lead, world.stranger):
        page = go(viewer, "meetings").content.decode()
        assert "試験の会議" in page
        assert "1件" not in page


def test_thirty_meetings_cost_what_three_cost(world, client):
    client.force_login(world.office.user)
    numbers = []
    for more in (2, 20):
        for _ in range(more):
            an_item(a_segment(world.office, day=DAY), a_case(world.lead), world.lead)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("meetings:meetings"))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_thirty_items_cost_what_three_cost(world, client):
    client.force_login(world.office.user)
    numbers = []
    for more in (2, 20):
        for _ in range(more):
            an_item(world.segment, a_case(world.lead), world.lead)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("meetings:segment", args=[world.segment.public_id]))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_segment_is_no_business_of_a_stranger(world, go):
    for route in ("segment", "segment_confirm", "segment_close"):
        assert go(world.stranger, route, world.segment.public_id).status_code == 404
    for route in ("segment_confirm", "segment_cancel", "segment_hold", "segment_close"):
        assert go(world.lead, route, world.segment.public_id, form_key="1").status_code == 404


def test_from_confirmation_to_closing(world, go, on_day):
    key = world.segment.public_id
    go(world.office, "segment_confirm", key, form_key="1")
    on_day(DAY)
    go(world.office, "segment_hold", key, form_key="2")
    world.check_in(world.inside)
    world.segment.refresh_from_db()
    assert world.segment.status == "held"
    go(world.office, "segment_close", key, form_key="3")
    world.segment.refresh_from_db()
    assert (world.segment.status, world.segment.closed_on) == ("closed", DAY)


def test_confirming_names_what_would_mend_it(world, go):
    world.item.attendances.update(removed_on=TODAY)
    page = go(world.office, "segment_confirm", world.segment.public_id, form_key="1").content.decode()
    assert "議題1" in page
    assert "出席する人を選んでください" in page
    world.segment.refresh_from_db()
    assert world.segment.confirmed_on is None


def test_a_cancelled_segment_stays_cancelled(world, go):
    go(world.office, "segment_cancel", world.segment.public_id, form_key="1")
    go(world.office, "segment_confirm", world.segment.public_id, form_key="2")
    world.segment.refresh_from_db()
    assert world.segment.status == "cancelled"


def test_only_the_chair_confirms_a_statutory_segment(on_day, go):
    on_day(TODAY)
    inner = a_statutory_meeting()
    inner.item.attendances.filter(user=inner.outside.user).update(removed_on=TODAY)
    assert go(inner.office, "segment_confirm", inner.segment.public_id, form_key="1").status_code == 404
    assert go(inner.chair, "segment_confirm", inner.segment.public_id, form_key="2").status_code == 302
    inner.segment.refresh_from_db()
    assert inner.segment.confirmed_on == TODAY
