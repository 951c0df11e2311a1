"""The vectors of the domain research about bringing and confirming, each on real requests (domain §6.5)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from agencies.models import CitySetting
from cases.models import Consent
from cases.visibility import Purpose, acts
from meetings.models import Meeting, RosterTerm, Snapshot
from tests.factories import a_case, a_consent, a_refusal, a_row, a_segment, a_viewer, an_item, enclose, seat
from tests.meeting_world import DAY, TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def world():
    return a_consented_meeting()


@pytest.fixture
def inner():
    return a_statutory_meeting()


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **data):
        client.force_login(viewer.user)
        address = reverse(f"meetings:{route}", args=keys)
        return client.post(address, data) if data else client.get(address)

    return send


def bring(go, lead, case, segment):
    texts = {"kind": "new_plan", "title": "試験の議題", "question": "試験の論点", "categories": "6"}
    p4 = {"no_consent_reason": "no_contact", "reason_text": "会えない", "necessity": "命に関わる"}
    return go(lead, "item_bring_to", case.public_id, segment.public_id, form_key="1", **texts, **p4)


def page(response):
    return response.content.decode()


def test_vector_01_without_consent_the_item_is_refused_with_what_would_mend_it(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    refused = page(bring(go, world.lead, case, segment))
    assert "本人の同意がありません" in refused
    assert "支援会議" in refused
    assert not segment.items.exists()


def test_vector_02_not_asked_yet_is_no_consent(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    a_consent(case, to=[world.inside.agency], kind=Consent.Kind.NOT_ASKED, method="")
    assert "本人の同意がありません" in page(bring(go, world.lead, case, segment))


def test_vector_03_a_signed_consent_is_accepted(world, go):
    segment = a_segment(world.office, day=DAY)
    assert bring(go, world.lead, world.case, segment).status_code == 302
    assert segment.items.count() == 1


def test_vector_03_what_the_gate_decided_is_stored_when_the_agenda_is_confirmed(world, go):
    go(world.office, "segment_confirm", world.segment.public_id, form_key="1")
    [item] = Snapshot.objects.get(kind="confirmed").decision["items"]
    of = {one["membership"]: one for one in item["people"]}
    inside, outside = of[world.inside.membership.pk], of[world.outside.membership.pk]
    assert world.row.public_id in inside["rows"]
    assert [one["public_id"] for one in inside["consents"]] == [world.case.consents.get().public_id]
    assert outside["rows"] == [] and outside["consents"] == []


@pytest.mark.parametrize("counts", [True, False])
def test_vector_04_oral_consent_counts_as_the_city_sets_it(world, go, counts):
    CitySetting.objects.update_or_create(pk=1, defaults={"oral_consent_counts": counts})
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    a_consent(case, to=[world.inside.agency], method=Consent.Method.ORAL, oral_record="窓口で説明し、承諾")
    bring(go, world.lead, case, segment)
    assert segment.items.exists() is counts


def test_vector_05_an_agency_outside_the_consent_is_shown_nothing_and_the_office_is_warned(world, go):
    world.confirm()
    assert world.item.public_id not in page(go(world.outside, "tables"))
    assert go(world.outside, "table", world.item.public_id).status_code == 404
    assert "この人には議題が見えません" in page(go(world.office, "item_people", world.item.public_id))


def test_vector_06_a_category_outside_the_consent_is_not_on_the_paper(world, go):
    enclose(world.item, a_row(world.case, world.lead, text="通院の記録", categories=[2]), world.lead)
    a_refusal(world.case, on=TODAY, categories=[2], to=[world.inside.agency])
    world.confirm()
    paper = page(go(world.inside, "table_print", world.item.public_id))
    assert "同封した記録" in paper
    assert "通院の記録" not in paper


def test_vector_07_a_later_consent_does_not_finish_the_minutes_of_an_earlier_day(world, go, on_day):
    world.confirm()
    world.check_in(world.office)
    world.case.main_subject.consents.update(withdrawn_on=DAY - timedelta(days=2))
    later = on_day(DAY + timedelta(days=5))
    a_consent(world.case, to=[world.inside.agency, world.office.agency], given=later)
    world.segment.hold()
    assert go(world.office, "minutes", world.item.public_id).status_code == 404
    assert "会議の日に有効な同意がありません" in page(
        go(world.office, "segment_close", world.segment.public_id, form_key="1")
    )
    world.segment.refresh_from_db()
    assert world.segment.closed_on is None


def test_vector_08_a_withdrawal_takes_the_item_away(world, go, on_day):
    world.confirm()
    world.check_in(world.inside)
    world.case.main_subject.consents.update(withdrawn_on=DAY - timedelta(days=1))
    on_day(DAY)
    assert go(world.inside, "table", world.item.public_id).status_code == 404
    assert "成立していない議題があります" in page(go(world.office, "segment", world.segment.public_id))


def test_vector_09_the_paper_keeps_what_it_carried_and_the_screen_shows_nothing(world, go, on_day):
    world.confirm()
    go(world.inside, "table_print", world.item.public_id)
    world.case.main_subject.consents.update(withdrawn_on=DAY - timedelta(days=1))
    on_day(DAY)
    world.check_in(world.inside)
    assert go(world.inside, "table_print", world.item.public_id).status_code == 404
    [item] = Snapshot.objects.get(kind="paper", reader=world.inside.membership).decision["items"]
    assert world.row.public_id in item["people"][0]["rows"]


def test_vector_15_what_is_not_released_is_not_offered_for_a_consented_meeting(world, inner, go):
    born = a_row(world.case, world.lead, text="支援会議で知ったこと", origin=inner.item)
    offered = page(go(world.lead, "item_enclose", world.item.public_id))
    assert "支援会議で知ったこと" not in offered
    refused = go(world.lead, "item_enclose", world.item.public_id, rows=born.public_id, form_key="1")
    assert refused.status_code == 404


def test_vector_16_a_statutory_meeting_takes_the_item_with_its_reason(inner, go):
    segment = a_segment(inner.office, day=DAY, basis="statute", chair=inner.chair.user)
    assert bring(go, inner.lead, a_case(inner.lead), segment).status_code == 302
    assert segment.items.get().no_consent_reason == "no_contact"


def test_vector_17_who_is_no_member_is_kept_out_and_may_be_designated(inner, go):
    inner.confirm()
    assert go(inner.inside, "table", inner.item.public_id).status_code == 200
    assert go(inner.outside, "table", inner.item.public_id).status_code == 404
    seating = inner.item.attendances.get(user=inner.outside.user)
    assert "指名する" in page(go(inner.chair, "item_people", inner.item.public_id))
    said = {"member_kind": "individual", "acknowledged_on": "R8.6.10", "form_key": "1"}
    go(inner.chair, "seat_designate", inner.item.public_id, seating.pk, **said)
    assert go(inner.outside, "table", inner.item.public_id).status_code == 200


def test_vector_18_a_term_that_ended_before_the_day_refuses_the_confirmation(inner, go):
    inner.item.attendances.filter(user=inner.outside.user).update(removed_on=TODAY)
    RosterTerm.objects.filter(user=inner.inside.user).update(until_day=DAY - timedelta(days=1))
    refused = page(go(inner.chair, "segment_confirm", inner.segment.public_id, form_key="1"))
    assert inner.inside.user.name in refused
    assert "開催日に構成員でない" in refused


@pytest.mark.parametrize("missing", ["reason", "necessity"])
def test_vector_19_without_reason_or_necessity_nothing_is_confirmed(inner, go, missing):
    inner.item.attendances.filter(user=inner.outside.user).update(removed_on=TODAY)
    if missing == "reason":
        inner.item.no_consent_reason = ""
        inner.item.save()
    else:
        inner.item.written_rows.filter(kind="item_necessity").update(text="")
    refused = page(go(inner.chair, "segment_confirm", inner.segment.public_id, form_key="1"))
    assert "共有の必要性が書かれていません" in refused


def test_vector_23_the_consent_of_the_dead_has_ended(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    a_consent(case, to=[world.inside.agency])
    case.main_subject.died_on = date(2026, 6, 1)
    case.main_subject.save()
    assert "本人の同意がありません" in page(bring(go, world.lead, case, segment))


def test_vector_24_a_renamed_meeting_without_a_basis_is_not_confirmed(world, go):
    segment = a_segment(world.office, day=DAY, basis="")
    segment.display_name = "まるごと会議"
    segment.save()
    refused = page(go(world.office, "segment_confirm", segment.public_id, form_key="1"))
    assert "根拠を選んでください" in refused
    assert "根拠が選ばれていません" in page(bring(go, world.lead, world.case, segment))


def test_vector_25_one_evening_two_segments_each_with_its_own_people(world, inner, go):
    both = {"first-legal_basis": "consent", "second-held": "on", "second-legal_basis": "statute"}
    chair = {"second-chair": inner.chair.user.pk, "day": "R8.6.24", "form_key": "1"}
    assert go(world.office, "meeting_new", **both, **chair).status_code == 302
    meeting = Meeting.objects.get(day=date(2026, 6, 24))
    first, second = meeting.segments.order_by("order")
    assert (first.legal_basis, second.legal_basis) == ("consent", "statute")
    item = an_item(first, world.case, world.lead)
    guest = a_viewer()
    seat(item, guest, by=world.office)
    assert not second.items.exists()
    assert not acts.runs(world.office, second)
    assert not type(second).objects.visible_to(guest, Purpose.MEETING).exists()
