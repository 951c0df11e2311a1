"""控え: the decision kept at confirming, printing and closing; read under 会議記録 alone (contract §5)."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AuditEntry, ConflictOfInterest
from meetings.models import Snapshot
from meetings.models.snapshot import digest_of
from nisshin_support.middleware import enter_request_role, leave_request_role
from tests.factories import a_case, a_consent, a_row, a_viewer, an_item, enclose, seat
from tests.meeting_world import DAY, MORNING, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db

SHUT = DAY + timedelta(days=15)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **data):
        client.force_login(viewer.user)
        address = reverse(f"meetings:{route}", args=keys)
        return client.post(address, data) if data else client.get(address)

    return send


def person(snapshot, viewer):
    [item] = snapshot.decision["items"]
    return next(one for one in item["people"] if one["membership"] == viewer.membership.pk)


def closed(world, on_day, client_go):
    """Held, closed on the day, and its table shut."""
    client_go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    on_day(DAY)
    world.check_in(world.inside, world.office)
    world.segment.refresh_from_db()
    world.segment.hold()
    client_go(world.office, "segment_close", world.segment.public_id, form_key="2")
    on_day(SHUT)


def test_a_confirmation_keeps_who_sees_which_rows_by_which_consent(go):
    world = a_consented_meeting()
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    snapshot = Snapshot.objects.get()
    inside, outside, lead = (person(snapshot, one) for one in (world.inside, world.outside, world.lead))
    assert (snapshot.kind, snapshot.made_by) == ("confirmed", world.office.membership)
    assert inside["header"] and world.row.public_id in inside["rows"]
    [consent] = inside["consents"]
    assert consent["public_id"] == world.case.consents.get().public_id
    assert not inside["consent_elsewhere"]
    assert (outside["header"], outside["rows"], outside["consents"]) == (False, [], [])
    assert world.row.public_id in lead["rows"] and not lead["consent_elsewhere"]
    assert snapshot.digest == digest_of(snapshot.decision) and len(snapshot.rule_version) == 64


def test_not_a_word_and_not_a_name_is_kept(go):
    world = a_consented_meeting()
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    kept = json.dumps(Snapshot.objects.get().decision, ensure_ascii=False)
    for word in (world.row.text, world.case.main_subject.name, world.inside.user.name, "試験"):
        assert word not in kept


def test_a_statement_kept_in_anothers_case_is_told_of_and_not_read(go):
    world = a_consented_meeting()
    anothers = a_case(world.stranger, person=world.case.main_subject)
    a_consent(anothers, to=[world.outside.agency])
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    outside = person(Snapshot.objects.get(), world.outside)
    assert outside["header"] and world.row.public_id in outside["rows"]
    assert outside["consents"] == [] and outside["consent_elsewhere"]


def test_of_a_statutory_meeting_the_reason_is_kept_and_no_consent(go):
    world = a_statutory_meeting()
    world.item.attendances.filter(user=world.outside.user).update(removed_on=TODAY)
    go(world.chair, "segment_confirm", world.segment.public_id, form_key="1")
    snapshot = Snapshot.objects.get()
    [item] = snapshot.decision["items"]
    assert snapshot.decision["basis"] == "statute" and item["no_consent_reason"]
    assert person(snapshot, world.inside)["rows"] and not person(snapshot, world.inside)["consents"]


def test_a_refused_confirmation_keeps_nothing(go):
    world = a_consented_meeting()
    world.item.attendances.all().delete()
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    assert not Snapshot.objects.exists()


def test_a_paper_made_twice_from_the_same_facts_is_the_same(go):
    world = a_consented_meeting()
    world.confirm()
    first = go(world.inside, "table_print", world.item.public_id).content.decode()
    go(world.inside, "table_print", world.item.public_id)
    one, other = Snapshot.objects.filter(kind="paper", reader=world.inside.membership)
    assert one.digest == other.digest and one.mark in first
    world.case.consents.update(withdrawn_on=TODAY)
    a_consent(world.case, to=[world.inside.agency], categories=[1])
    go(world.inside, "table_print", world.item.public_id)
    assert Snapshot.objects.first().digest != one.digest


def test_closing_keeps_who_was_there(go, on_day):
    world = a_consented_meeting()
    closed(world, on_day, go)
    snapshot = Snapshot.objects.get(kind="closed")
    assert person(snapshot, world.inside)["checked_in"] and person(snapshot, world.inside)["rows"]
    assert not person(snapshot, world.lead)["checked_in"] and not person(snapshot, world.lead)["rows"]


def test_the_web_role_adds_snapshots_and_changes_none(go):
    world = a_consented_meeting()
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    enter_request_role()
    try:
        for act in ("UPDATE meetings_snapshot SET digest = ''", "DELETE FROM meetings_snapshot"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(act)
    finally:
        leave_request_role()


def test_as_many_queries_for_many_rows_and_people_as_for_few():
    world = a_consented_meeting()
    world.confirm()
    maker = world.office.membership
    with CaptureQueriesContext(connection) as few:
        Snapshot.of_confirmation(world.segment, maker, TODAY)
    for _ in range(4):
        seat(world.item, a_viewer(), by=world.office)
        enclose(world.item, a_row(world.case, world.lead, categories=[6]), world.lead)
    with CaptureQueriesContext(connection) as many:
        Snapshot.of_confirmation(world.segment, maker, TODAY)
    assert len(many) == len(few)


# --- the screen ------------------------------------------------------------------------------------------------------


def test_after_the_table_has_shut_the_office_reads_it_on_a_typed_reason(go, on_day):
    world = a_consented_meeting()
    closed(world, on_day, go)
    assert "控え" in go(world.office, "records").content.decode()
    listed = go(world.office, "snapshots", world.segment.public_id).content.decode()
    assert "議題の確定" in listed and "議事録の閉鎖" in listed
    snapshot = Snapshot.objects.get(kind="closed")
    asked = go(world.office, "snapshot", snapshot.public_id).content.decode()
    assert world.inside.user.name not in asked
    shown = go(world.office, "snapshot", snapshot.public_id, reason="苦情への回答のため").content.decode()
    assert world.inside.user.name in shown and "⑥生活歴・課題その他" in shown and "同意" in shown
    assert "同封した記録" not in shown and world.case.main_subject.name not in shown
    entry = AuditEntry.objects.get(act="見る:会議の控え")
    assert entry.reason == "苦情への回答のため" and f"snapshot:{snapshot.public_id}" in entry.things


def test_nobody_reads_it_before_and_no_other_ever(go, on_day):
    world = a_consented_meeting()
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    snapshot = Snapshot.objects.get()

    def answers(viewer):
        listed = go(viewer, "snapshots", world.segment.public_id)
        return listed.status_code, go(viewer, "snapshot", snapshot.public_id, reason="見たいから").status_code

    assert answers(world.office) == (404, 404)
    world.segment.refresh_from_db()
    world.segment.cancel(TODAY)
    for viewer in (world.lead, world.inside, world.stranger, world.chair):
        assert answers(viewer) == (404, 404)
    assert answers(world.office) == (200, 200)


def test_a_conflict_with_somebody_of_the_agenda_closes_it_whole(go, on_day):
    world = a_consented_meeting()
    another = an_item(world.segment, a_case(world.lead), world.lead)
    a_consent(another.case, to=[world.inside.agency])
    seat(another, world.inside, by=world.office, checked_in=MORNING)
    closed(world, on_day, go)
    snapshot = Snapshot.objects.get(kind="closed")
    assert go(world.office, "snapshots", world.segment.public_id).status_code == 200
    ConflictOfInterest.objects.create(
        person=another.case.main_subject, user=world.office.user, reason="親族", recorded_on=TODAY
    )
    assert go(world.office, "record", world.item.public_id).status_code == 200
    assert go(world.office, "snapshots", world.segment.public_id).status_code == 404
    assert go(world.office, "snapshot", snapshot.public_id).status_code == 404
    assert "控え</a>" not in go(world.office, "records").content.decode()
