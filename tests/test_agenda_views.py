"""案件 while it is prepared: bringing, calling, people, enclosures, answers, confirmation."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import AuditEntry, Enclosure, Row
from meetings.models import AgendaItem, Attendance, RosterTerm
from tests.factories import a_row, a_segment, a_viewer
from tests.meeting_world import DAY, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(on_day):
    on_day(TODAY)
    return a_consented_meeting()


@pytest.fixture
def inner(on_day):
    on_day(TODAY)
    return a_statutory_meeting()


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **data):
        client.force_login(viewer.user)
        address = reverse(f"meetings:{route}", args=keys)
        return client.post(address, data) if data else client.get(address)

    return send


def bring(go, viewer, case, segment, **changed):
    data = {"kind": "new_plan", "title": "住まいの相談", "question": "だれが動くか", "categories": ["6"]}
    return go(viewer, "item_bring_to", case.public_id, segment.public_id, **(data | changed))


def test_a_case_is_brought_with_its_texts(world, go):
    segment = a_segment(world.office, day=date(2026, 6, 24))
    response = bring(go, world.lead, world.case, segment)
    item = segment.items.get()
    assert response.url == reverse("meetings:item_enclose", args=[item.public_id])
    texts = dict(item.written_rows.values_list("kind", "text"))
    assert texts == {Row.Kind.ITEM_TITLE: "住まいの相談", Row.Kind.ITEM_QUESTION: "だれが動くか"}


def test_bringing_twice_makes_one_item(world, go):
    segment = a_segment(world.office, day=date(2026, 6, 24))
    for _ in range(2):
        bring(go, world.lead, world.case, segment, form_key="same")
    bring(go, world.lead, world.case, segment, form_key="another")
    assert segment.items.count() == 1


def test_who_takes_no_part_brings_nothing(world, go):
    segment = a_segment(world.office, day=date(2026, 6, 24))
    assert bring(go, world.stranger, world.case, segment).status_code == 404
    assert go(world.stranger, "item_bring", world.case.public_id).status_code == 404
    assert not segment.items.exists()


def test_an_empty_form_keeps_what_was_typed(world, go):
    segment = a_segment(world.office, day=date(2026, 6, 24))
    response = bring(go, world.lead, world.case, segment, title="")
    assert response.status_code == 200
    assert "だれが動くか" in response.content.decode()
    assert not segment.items.exists()


def test_texts_of_a_statutory_item_stay_inside(inner, go):
    segment = a_segment(inner.office, day=date(2026, 6, 24), basis="statute", chair=inner.chair.user)
    p4 = {"no_consent_reason": "no_contact", "reason_text": "会えない", "necessity": "命に関わる"}
    bring(go, inner.lead, inner.case, segment, **p4)
    item = segment.items.get()
    assert item.kind == AgendaItem.Kind.STATUTORY
    assert set(item.written_rows.values_list("origin", flat=True)) == {item.pk}


def test_the_office_sees_numbers_of_enclosures_and_not_contents(world, go):
    page = go(world.office, "item_prepare", world.item.public_id).content.decode()
    assert "1件" in page
    world.item.attendances.filter(user=world.office.user).update(removed_on=TODAY)
    page = go(world.office, "item_prepare", world.item.public_id).content.decode()
    assert "1件" in page
    assert "同封した記録" not in page


def test_the_called_see_the_question_only_after_the_call(world, go):
    assert go(world.inside, "item_prepare", world.item.public_id).status_code == 404
    assert go(world.office, "item_call", world.item.public_id, form_key="1").status_code == 302
    response = go(world.inside, "item_prepare", world.item.public_id)
    assert "試験の論点" in response.content.decode()
    assert go(world.outside, "item_prepare", world.item.public_id).status_code == 404


def test_a_statutory_call_needs_members(inner, go):
    response = go(inner.chair, "item_call", inner.item.public_id, form_key="1")
    assert "構成員でない" in response.content.decode()
    inner.item.refresh_from_db()
    assert inner.item.called_on is None
    assert AuditEntry.objects.filter(act="拒まれた:照会する").exists()


@pytest.mark.parametrize("route", ["item_people", "item_call", "item_check_in"])
def test_only_who_runs_it_plans(world, inner, go, route):
    for viewer in (world.lead, world.inside, world.stranger, world.chair):
        assert go(viewer, route, world.item.public_id).status_code == 404
    assert go(inner.office, route, inner.item.public_id).status_code == 404


def test_people_are_selected_once(world, go):
    guest = a_viewer()
    for _ in range(2):
        go(world.office, "item_people", world.item.public_id, people=guest.membership.pk, form_key="k")
    assert Attendance.objects.filter(item=world.item, user=guest.user).count() == 1
    assert go(world.office, "item_people", world.item.public_id, people="0", form_key="z").status_code == 404


def test_who_selects_is_told_who_will_see_nothing(world, go):
    page = go(world.office, "item_people", world.item.public_id).content.decode()
    assert page.count("この人には議題が見えません") == 1


def test_the_chair_designates_a_member_for_the_item(inner, go):
    seat = inner.item.attendances.get(user=inner.outside.user)
    data = {"member_kind": "corporation", "acknowledged_on": "R8.6.10"}
    for _ in range(2):
        go(inner.chair, "seat_designate", inner.item.public_id, seat.pk, form_key="k", **data)
    term = RosterTerm.objects.get(user=inner.outside.user)
    assert term.item == inner.item
    assert (
        go(inner.office, "seat_designate", inner.item.public_id, seat.pk, form_key="o", **data).status_code
        == 404
    )


def test_the_called_enclose_their_own_rows(world, go):
    world.item.call(TODAY)
    world.case.participations.create(agency=world.inside.agency, from_day=TODAY)
    own = a_row(world.case, world.inside, text="自分の記録")
    page = go(world.inside, "item_enclose", world.item.public_id).content.decode()
    assert "自分の記録" in page
    go(world.inside, "item_enclose", world.item.public_id, rows=own.public_id, form_key="1")
    enclosure = Enclosure.objects.get(row_id=own.pk)
    go(world.inside, "enclosure_remove", world.item.public_id, enclosure.public_id, form_key="2")
    enclosure.refresh_from_db()
    assert enclosure.removed_on == TODAY


def test_rows_of_others_are_not_enclosed(world, go):
    foreign = a_row(world.case, world.lead, text="よその記録", categories=[2])
    world.item.call(TODAY)
    response = go(world.inside, "item_enclose", world.item.public_id, rows=foreign.public_id, form_key="1")
    assert response.status_code == 404
    assert not Enclosure.objects.filter(row_id=foreign.pk).exists()
    assert go(world.stranger, "item_enclose", world.item.public_id).status_code == 404


def test_answers_are_kept_apart_until_the_meeting(world, go):
    world.item.call(TODAY)
    data = {"household": "母と二人", "household_categories": ["1", "6"]}
    for _ in range(2):
        go(world.inside, "item_answer", world.item.public_id, form_key="1", **data)
    answer = Row.objects.get(kind=Row.Kind.ANSWER)
    assert "母と二人" in answer.text
    assert "母と二人" in go(world.inside, "item_prepare", world.item.public_id).content.decode()
    assert "母と二人" not in go(world.lead, "item_prepare", world.item.public_id).content.decode()
    assert go(world.outside, "item_answer", world.item.public_id).status_code == 404


def test_an_empty_answer_is_not_saved(world, go):
    world.item.call(TODAY)
    response = go(world.inside, "item_answer", world.item.public_id, form_key="1")
    assert "回答が空です" in response.content.decode()


def test_check_in_and_a_substitute_on_the_day(world, go, on_day):
    world.confirm()
    assert go(world.office, "item_check_in", world.item.public_id).status_code == 302
    on_day(DAY)
    seat = world.item.attendances.get(user=world.inside.user)
    go(world.office, "item_check_in", world.item.public_id, seat=seat.pk, form_key="1")
    seat.refresh_from_db()
    assert seat.checked_in_at
    guest = a_viewer(agency=world.inside.agency)
    go(world.office, "item_check_in", world.item.public_id, people=guest.membership.pk, form_key="2")
    assert world.item.attendances.get(user=guest.user).substitute
    assert go(guest, "table", world.item.public_id).status_code == 200


def test_an_item_without_consent_is_said_to_the_office(world, go):
    world.case.consents.update(withdrawn_on=TODAY)
    page = go(world.office, "segment", world.segment.public_id).content.decode()
    assert "成立していません" in page
    assert world.case.main_subject.name not in page


def test_taking_an_item_off(world, go):
    go(world.office, "item_take_off", world.item.public_id, form_key="1")
    world.item.refresh_from_db()
    assert world.item.withdrawn_on == TODAY
    assert go(world.lead, "item_take_off", world.item.public_id, form_key="2").status_code == 404


def test_the_time_of_an_item(world, go):
    go(world.office, "item_minutes", world.item.public_id, minutes="３５", form_key="1")
    world.item.refresh_from_db()
    assert world.item.minutes == 35


def test_the_section_of_a_case_tells_nothing_of_a_statutory_meeting(inner, rf):
    from cases.visibility import Purpose
    from meetings.views.case_section import section

    request = rf.get("/")
    request.viewer, request.purpose = inner.lead, Purpose.SUPPORT
    assert section(request, inner.case)["items_brought"] == []


def test_the_section_of_a_case_lists_what_was_brought_on_consent(world, rf):
    from cases.visibility import Purpose
    from meetings.views.case_section import section

    request = rf.get("/")
    request.viewer, request.purpose = world.lead, Purpose.SUPPORT
    assert [item for _, item, _ in section(request, world.case)["items_brought"]] == [world.item]
    request.viewer = world.inside
    assert section(request, world.case)["items_brought"] == []
