"""The vectors of the domain research about consent and representation, on real requests (domain §6.5).

Those about bringing and confirming are in test_vectors_meetings.py.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from agencies.models import Approval, CitySetting, Membership, Role
from cases.models import Authority, Case, Consent, Consultation, EmergencyDisclosure, PersonLink, Separation
from tests.factories import PersonFactory, a_case, a_consent, a_row, a_segment, a_viewer, enclose
from tests.meeting_world import DAY, TODAY, a_consented_meeting

pytestmark = pytest.mark.django_db

LATER: set[int] = set()


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def world():
    return a_consented_meeting()


@pytest.fixture
def go(client):
    def send(viewer, route, *keys, **posted):
        client.force_login(viewer.user)
        address = reverse(route, args=keys)
        return client.post(address, posted) if posted else client.get(address)

    return send


def bring(go, viewer, case, segment):
    texts = {"kind": "new_plan", "title": "試験の議題", "question": "試験の論点", "categories": "6"}
    return go(viewer, "meetings:item_bring_to", case.public_id, segment.public_id, **texts)


def consent_to(agency, person, on, **fields):
    """The form of a written consent of everything towards one agency, as it is posted."""
    return {
        "person": person.public_id,
        "given_by": "self",
        "method": "written",
        "given_on": on.isoformat(),
        "from_day": on.isoformat(),
        "until_day": (on + timedelta(days=364)).isoformat(),
        "recipients": [agency.public_id],
        "categories": ["1", "2", "3", "4", "5", "6"],
    } | fields


def page(response):
    return response.content.decode()


def test_vector_09_a_paper_made_again_leaves_out_what_is_no_longer_consented(world, go, on_day):
    Consent.objects.filter(case=world.case).update(until_day=DAY + timedelta(days=5))
    world.case.participations.create(agency=world.inside.agency, from_day=TODAY)
    enclose(world.item, a_row(world.case, world.inside, text="自機関の記録", categories=[6]), world.inside)
    world.confirm()
    world.check_in(world.inside)
    on_day(DAY + timedelta(days=5))
    assert "同封した記録" in page(go(world.inside, "meetings:table_print", world.item.public_id))
    on_day(DAY + timedelta(days=6))
    paper = page(go(world.inside, "meetings:table_print", world.item.public_id))
    assert "自機関の記録" in paper
    assert "同封した記録" not in paper
    assert world.case.main_subject.name not in paper


def test_vector_09_last_months_table_shows_nothing_any_more(world, go, on_day):
    world.confirm()
    world.check_in(world.inside)
    world.segment.close(DAY)
    on_day(DAY + timedelta(days=14))
    assert go(world.inside, "meetings:table", world.item.public_id).status_code == 200
    on_day(DAY + timedelta(days=15))
    assert go(world.inside, "meetings:table", world.item.public_id).status_code == 404
    assert go(world.inside, "meetings:table_print", world.item.public_id).status_code == 404


@pytest.mark.parametrize("today", ["2026-05-31", "2026-06-01", "2026-06-02"])
def test_vector_10_a_parents_consent_ends_on_the_eighteenth_birthday(world, go, on_day, today):
    on_day(today)
    minor = PersonFactory(birth_date=date(2008, 6, 1))
    case, segment = a_case(world.lead, person=minor), a_segment(world.office, day=date(2026, 6, 2))
    parent = Authority.objects.create(
        person=minor,
        holder_name="架空 親権者",
        kind=Authority.Kind.PARENT,
        from_day=minor.birth_date,
        recorded_by=world.lead.membership,
    )
    a_consent(case, to=[world.inside.agency], given_by="representative", authority=parent)
    assert "本人の同意がありません" in page(bring(go, world.lead, case, segment))
    on_day("2026-06-02")
    own = consent_to(world.inside.agency, minor, date(2026, 6, 2))
    assert go(world.lead, "cases:consent_new", case.public_id, **own).status_code == 302
    assert bring(go, world.lead, case, segment).status_code == 302


def test_vector_11_a_relative_without_authority_opens_nothing(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    case.participations.create(agency=world.inside.agency, from_day=TODAY)
    row = a_row(case, world.lead)
    said = consent_to(
        world.inside.agency, case.main_subject, TODAY, given_by="relative", giver_name="架空 兄"
    )
    saved = go(world.lead, "cases:consent_new", case.public_id, **said)
    assert "効力なし" in page(go(world.lead, "cases:consent", saved["Location"].rstrip("/").split("/")[-1]))
    assert go(world.inside, "cases:record", row.public_id).status_code == 404
    assert "本人の同意がありません" in page(bring(go, world.lead, case, segment))


def test_vector_12_an_adult_guardian_with_proof_consents(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    power = {
        "person": case.main_subject.public_id,
        "holder_name": "架空 後見人",
        "kind": "adult_guardian",
        "proof": "登記事項証明書",
        "covers_sharing": "on",
        "from_day": "2026-04-01",
    }
    assert go(world.lead, "cases:authority_new", case.public_id, **power).status_code == 302
    named = {"given_by": "representative", "authority": Authority.objects.get().public_id}
    said = consent_to(world.inside.agency, case.main_subject, TODAY, **named)
    assert go(world.lead, "cases:consent_new", case.public_id, **said).status_code == 302
    assert bring(go, world.lead, case, segment).status_code == 302


def test_vector_13_of_a_household_only_those_who_consented_are_shown(world, go):
    son = PersonFactory()
    enclose(
        world.item,
        a_row(world.case, world.lead, subjects=[son], text="長男の健康", categories=[2]),
        world.lead,
    )
    both = [world.case.main_subject, son]
    enclose(
        world.item,
        a_row(world.case, world.lead, subjects=both, text="二人の家計", categories=[4]),
        world.lead,
    )
    world.confirm()
    table = page(go(world.inside, "meetings:table", world.item.public_id))
    assert "同封した記録" in table
    assert "長男の健康" not in table
    assert "二人の家計" not in table


def test_vector_14_two_people_kept_apart_are_never_in_one_sitting(world, go):
    spouse, theirs = PersonFactory(), a_viewer()
    a_row(world.case, world.lead, subjects=[spouse])
    apart = {"other": spouse.public_id, "reason": "試験の理由"}
    assert go(world.lead, "cases:separation_new", world.case.public_id, **apart).status_code == 302
    assert Separation.objects.count() == 1
    case = a_case(theirs, person=spouse)
    a_consent(case, to=[world.inside.agency])
    second = a_segment(world.office, day=DAY, meeting=world.segment.meeting)
    elsewhere = a_segment(world.office, day=DAY + timedelta(days=7))
    for segment in (world.segment, second):
        refused = page(bring(go, theirs, case, segment))
        assert "別の日の会議に提出してください" in refused
        assert world.case.main_subject.name not in refused
    assert bring(go, theirs, case, elsewhere).status_code == 302


def test_vector_20_an_emergency_call_is_recorded_and_changes_no_consent(world, go):
    case, segment = a_case(world.lead), a_segment(world.office, day=DAY)
    chief = a_viewer(Role.CHIEF, agency=world.lead.agency)
    told = {
        "to_outside": "消防(救急)",
        "ground": "life",
        "facts": "自宅で倒れていた",
        "until_day": TODAY.isoformat(),
        "approver": chief.membership.pk,
        "approve_by": TODAY.isoformat(),
    }
    before = Consent.objects.count()
    saved = go(world.lead, "cases:disclosure_new", case.public_id, **told)
    assert saved.status_code == 302
    given = EmergencyDisclosure.objects.get()
    assert (given.ground, given.approver, given.rows.count()) == ("life", chief.membership, 0)
    go(chief, "cases:disclosure_approve", given.public_id, form_key="1")
    given.refresh_from_db()
    assert given.approved_on == TODAY
    assert Consent.objects.count() == before
    assert "本人の同意がありません" in page(bring(go, world.lead, case, segment))


def test_vector_21_an_anonymous_consultation_makes_no_case_and_is_counted(world, go):
    taken = {"taken_on": TODAY.isoformat(), "channel": "telephone", "summary": "匿名の相談", "version": "1"}
    taken |= {"urgency": "normal", "consent_said": "unknown"}
    saved = go(world.lead, "cases:consultation_new", **taken)
    assert saved.status_code == 302
    anonymous = Consultation.objects.get()
    before = Case.objects.count()
    refused = go(world.lead, "cases:consultation_open_case", anonymous.public_id, form_key="1")
    assert refused["Location"] == reverse("cases:consultation", args=[anonymous.public_id])
    assert Case.objects.count() == before
    CitySetting.objects.update_or_create(pk=1, defaults={"published_threshold": 1})
    counted = page(go(a_viewer(Role.STATISTICS), "cases:statistics"))
    numbers = re.search(rf">{world.lead.agency.name}</th>((?:\s*<td[^>]*>\d+</td>)+)", counted)
    assert re.findall(r">(\d+)<", numbers[1])[1] == "1"


def test_vector_26_an_administrator_who_adds_oneself_sees_nothing_before_another_approves(world, go):
    one, two = a_viewer(Role.ROSTER), a_viewer(Role.ROSTER)
    entry = {"user": one.user_id, "agency": world.lead.agency_id, "role": Role.COUNTER, "from_day": "R8.6.1"}
    assert go(one, "admin:agencies_membership_add", **entry).status_code == 302
    asked = Approval.objects.get()
    case, row = world.case.public_id, a_row(world.case, world.lead).public_id

    def sees():
        held = Membership.objects.filter(user=one.user, agency=world.lead.agency).first()
        go(one, "switch_membership", membership=held.pk if held else 0)
        return [
            go(one, route, key).status_code for route, key in (("cases:case", case), ("cases:record", row))
        ]

    assert sees() == [404, 404]
    refused = page(go(one, "agencies:approval_approve", asked.public_id, form_key="1"))
    assert "自分が申請した変更は、自分では承認・却下できません" in refused
    assert sees() == [404, 404]
    assert go(two, "agencies:approval_approve", asked.public_id, form_key="2").status_code == 302
    assert sees() == [200, 200]


def test_vector_22_of_two_records_of_one_person_consent_narrows_until_it_is_given_again(world, go, on_day):
    twin = PersonFactory(name=world.case.main_subject.name)
    second, office = a_viewer(Role.COORDINATOR), world.office
    case, other = a_case(world.lead, person=twin), world.case
    case.participations.create(agency=world.inside.agency, from_day=TODAY)
    rows = [a_row(case, world.lead, categories=[number], text=f"記録{number}") for number in (2, 4)]

    def shown():
        return [go(world.inside, "cases:record", row.public_id).status_code for row in rows]

    a_consent(case, to=[world.inside.agency], categories=[2, 4])
    other.main_subject.consents.update(categories=[4])
    assert shown() == [200, 200]
    ids = other.main_subject.public_id, twin.public_id
    go(office, "cases:identity_join", *ids, ground="住民票で確かめた")
    link = PersonLink.objects.get()
    assert shown() == [404, 200]
    go(second, "cases:identity_confirm", link.public_id, form_key="1")
    assert shown() == [404, 200]
    later = on_day(TODAY + timedelta(days=1))
    a_consent(case, to=[world.inside.agency], given=later)
    assert shown() == [200, 200]
    for viewer in (office, second):
        go(viewer, "cases:identity_undo", link.public_id, reason="別人だった")
    assert shown() == [200, 200]
    assert not PersonLink.objects.standing().exists()


def test_every_vector_that_has_screens_is_tested():
    files = [Path(__file__), Path(__file__).with_name("test_vectors_meetings.py")]
    tested = {int(n) for file in files for n in re.findall(r"def test_vector_(\d\d)_", file.read_text())}
    assert tested == set(range(1, 27)) - LATER
