"""議事録, 決定事項, 担当 and 会議の記録."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Assignment, AuditEntry, Plan, PlanAction
from meetings.models import Decision, MinutesParagraph
from tests.factories import a_row
from tests.meeting_world import DAY, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(on_day):
    on_day(TODAY)
    return sitting(a_consented_meeting(), on_day)


@pytest.fixture
def inner(on_day):
    on_day(TODAY)
    return sitting(a_statutory_meeting(), on_day)


def sitting(world, on_day):
    world.confirm()
    world.check_in(world.lead, world.inside, world.office)
    on_day(DAY)
    return world


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **data):
        client.force_login(viewer.user)
        address = reverse(f"meetings:{route}", args=keys)
        return client.post(address, data) if data else client.get(address)

    return send


def about(world, prefix, **fields):
    fields |= {"subjects": world.case.main_subject.public_id, "categories": "6"}
    return {f"{prefix}-{name}": value for name, value in fields.items()} | {"what": prefix}


def a_paragraph(world):
    return about(world, "paragraph", nature="fact", text="訪問が続いている")


def a_decision(world, who):
    seat = world.item.attendances.get(user=who.user)
    return about(world, "decision", text="週に一度訪ねる", seat=seat.pk, due_on="R8.7.31")


def test_a_paragraph_is_written_once_and_seen_at_the_table(world, go):
    for _ in range(2):
        go(world.office, "minutes", world.item.public_id, form_key="1", **a_paragraph(world))
    assert MinutesParagraph.objects.get().recorded_by == world.office.agency
    assert "訪問が続いている" in go(world.inside, "table", world.item.public_id).content.decode()


@pytest.mark.parametrize("who", ["lead", "inside", "outside", "stranger"])
def test_attendees_do_not_write_minutes(world, go, who):
    response = go(getattr(world, who), "minutes", world.item.public_id, form_key="1", **a_paragraph(world))
    assert response.status_code == 404
    assert not MinutesParagraph.objects.exists()


def test_minutes_end_with_the_closing(world, go):
    world.segment.close(DAY)
    assert go(world.office, "minutes", world.item.public_id).status_code == 404


def test_what_was_typed_is_kept_when_something_is_missing(world, go):
    data = a_paragraph(world) | {"paragraph-categories": ""}
    page = go(world.office, "minutes", world.item.public_id, form_key="1", **data).content.decode()
    assert "訪問が続いている" in page
    assert not MinutesParagraph.objects.exists()


def test_a_decision_is_given_to_an_agency(world, go):
    go(world.office, "minutes", world.item.public_id, form_key="1", **a_decision(world, world.inside))
    assignment = Assignment.objects.get()
    assert (assignment.agency, assignment.user) == (world.inside.agency, None)
    assert "週に一度訪ねる" in go(world.inside, "assignments").content.decode()
    assert "週に一度訪ねる" not in go(world.outside, "assignments").content.decode()


def test_a_statutory_decision_reaches_the_named_person_alone(inner, go):
    go(inner.office, "minutes", inner.item.public_id, form_key="1", **a_decision(inner, inner.inside))
    assert Assignment.objects.get().user == inner.inside.user
    assert Decision.objects.get().origin == inner.item
    assert "週に一度訪ねる" in go(inner.inside, "assignments").content.decode()
    assert "週に一度訪ねる" not in go(inner.lead, "assignments").content.decode()


def test_ending_an_assignment_ends_its_sight(world, go):
    go(world.office, "minutes", world.item.public_id, form_key="1", **a_decision(world, world.inside))
    row = Decision.objects.get()
    assert go(world.outside, "assignment_end", row.public_id, form_key="2").status_code == 404
    go(world.inside, "assignment_end", row.public_id, outcome="済んだ", form_key="3")
    assert Assignment.objects.get().outcome == "済んだ"
    assert "週に一度訪ねる" not in go(world.inside, "assignments").content.decode()


def test_a_decision_becomes_an_action_of_the_plan_once(world, go):
    world.case.participations.create(agency=world.office.agency, from_day=TODAY)
    plan = a_row(world.case, world.office, model=Plan, type=Plan.Type.COORDINATION)
    go(world.office, "minutes", world.item.public_id, form_key="1", **a_decision(world, world.inside))
    decision = Decision.objects.get()
    assert "支援内容に加える" in go(world.office, "case_decisions", world.case.public_id).content.decode()
    assert go(world.stranger, "decision_to_action", decision.public_id, form_key="0").status_code == 404
    for _ in range(2):
        go(world.office, "decision_to_action", decision.public_id, form_key="2")
    action = PlanAction.objects.get()
    assert (action.plan, action.decision, action.text) == (plan, decision, "週に一度訪ねる")
    assert action.assignment.agency == world.inside.agency
    assert go(world.office, "decision_to_action", decision.public_id, form_key="3").status_code == 404


def test_a_statutory_decision_is_not_copied(inner, go):
    inner.case.participations.create(agency=inner.office.agency, from_day=TODAY)
    kept = {"learnt": {"learned": "by_oneself"}}
    a_row(inner.case, inner.office, model=Plan, type=Plan.Type.COORDINATION, **kept)
    go(inner.office, "minutes", inner.item.public_id, form_key="1", **a_decision(inner, inner.inside))
    key = Decision.objects.get().public_id
    assert go(inner.office, "decision_to_action", key, form_key="2").status_code == 404
    assert go(inner.inside, "decision_to_action", key, form_key="3").status_code == 404


def test_records_open_after_the_table_shut_and_on_a_reason(inner, go, on_day):
    go(inner.office, "minutes", inner.item.public_id, form_key="1", **a_paragraph(inner))
    inner.segment.refresh_from_db()
    inner.segment.close(DAY)
    assert go(inner.office, "record", inner.item.public_id).status_code == 404
    on_day(DAY + timedelta(days=15))
    page = go(inner.office, "record", inner.item.public_id).content.decode()
    assert "訪問が続いている" not in page
    assert inner.case.main_subject.name not in page
    page = go(inner.office, "record", inner.item.public_id, reason="次の会議の準備").content.decode()
    assert "訪問が続いている" in page
    assert AuditEntry.objects.filter(act="見る:会議の記録", reason="次の会議の準備").count() == 1
    assert "訪問が続いている" not in go(inner.office, "record", inner.item.public_id).content.decode()


def test_records_are_for_the_office_and_the_chair(inner, go, on_day):
    inner.segment.close(DAY)
    on_day(DAY + timedelta(days=15))
    assert inner.item.public_id in go(inner.chair, "records").content.decode()
    for viewer in (inner.inside, inner.lead, inner.stranger):
        assert go(viewer, "records").status_code == 404
        assert go(viewer, "record", inner.item.public_id, reason="見たいから").status_code == 404
