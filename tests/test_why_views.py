"""なぜ見える・見られる機関 on real requests: whole for the lead, one's own for a partner, nothing for a stranger."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, Category
from tests.factories import AgencyFactory, a_case, a_consent, a_referral, a_refusal, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def partner():
    return a_viewer()


@pytest.fixture
def bare():
    return a_viewer()


@pytest.fixture
def case(lead, partner, bare):
    case = a_case(lead)
    for viewer in (partner, bare):
        case.participations.create(agency=viewer.agency, from_day=date(2026, 4, 15))
    return case


@pytest.fixture
def row(case, lead, partner):
    a_consent(case, to=[partner.agency], categories=[1, 2], form_version="第3版")
    return a_row(case, lead, categories=[2])


def page(client, viewer, name, thing, **asked):
    client.force_login(viewer.user)
    return client.get(reverse(f"cases:{name}", args=[thing.public_id]), asked)


def body(*args, **asked):
    return page(*args, **asked).content.decode()


def test_the_lead_reads_why_each_agency_sees_it_or_not(client, lead, partner, bare, row):
    text = body(client, lead, "record_why", row)
    assert "記録した機関として" in text and "規則 S1" in text
    per_agency = text.split('id="agencies"')[1]
    of_partner, of_bare = (
        per_agency.split(viewer.agency.name)[1].split("</tr>")[0] for viewer in (partner, bare)
    )
    assert "見える" in of_partner and "本人の同意による共有" in of_partner
    assert "見えない" in of_bare and "足りない分類の同意を得る" in of_bare
    entry = AuditEntry.objects.get(act="見る:なぜ見えるか")
    assert entry.rows == [row.pk] and entry.case == row.case


def test_the_consent_behind_it_is_whole_for_the_lead_alone(client, lead, partner, row):
    asked = {"agency": partner.agency.public_id}
    chosen = body(client, lead, "record_why", row, **asked).split('id="chosen"')[1]
    consent = row.case.consents.get()
    assert "第3版" in chosen and consent.author.user.name in chosen and consent.public_id in chosen
    own = body(client, partner, "record_why", row)
    assert "第3版" in own and "R8.4.10" in own
    assert consent.author.user.name not in own.split('id="mine"')[1] and consent.public_id not in own
    assert 'id="agencies"' not in own


def test_another_agency_is_chosen_from_the_list_and_told_of_by_consent_alone(client, lead, row):
    elsewhere = a_viewer()
    row.case.participations.create(
        agency=elsewhere.agency, from_day=date(2026, 5, 1), until_day=date(2026, 5, 2)
    )
    chosen = body(client, lead, "record_why", row, agency=elsewhere.agency.public_id).split('id="chosen"')[1]
    assert "同意がないもの" in chosen and "関与しているかどうかは、ここには出ません" in chosen
    assert page(client, lead, "record_why", row, agency="nobody").status_code == 404


def test_what_a_partner_asks_of_another_agency_is_not_answered(client, partner, bare, row):
    plain, asked = (
        body(client, partner, "record_why", row, **asked) for asked in ({}, {"agency": bare.agency.public_id})
    )
    assert "chosen" not in asked and bare.agency.name not in plain


def test_a_coordinator_who_takes_part_is_told_only_of_agencies_it_may_know(client, lead, bare, row):
    coordinator = a_viewer(Role.COORDINATOR)
    row.case.participations.create(agency=coordinator.agency, from_day=date(2026, 5, 1))
    a_consent(row.case, to=[coordinator.agency], categories=[2])
    table = body(client, coordinator, "record_why", row).split('id="agencies"')[1].split("</table>")[0]
    assert lead.agency.name in table and bare.agency.name not in table
    asked = body(client, coordinator, "record_why", row, agency=bare.agency.public_id).split('id="chosen"')[1]
    assert "関与しているかどうかは、ここには出ません" in asked


def test_a_referral_between_two_others_is_not_told(client, lead, partner, bare, row):
    before = body(client, lead, "record_why", row, agency=bare.agency.public_id)
    a_referral(row.case, partner, bare.agency, rows=[row], ground="law", ground_note="試験の根拠")
    after = body(client, lead, "record_why", row, agency=bare.agency.public_id)
    assert before.split('id="mine"')[1] == after.split('id="mine"')[1]


def test_what_the_lead_sent_itself_is_told(client, lead, bare, row):
    a_referral(row.case, lead, bare.agency, rows=[row], ground="law", ground_note="試験の根拠")
    text = body(client, lead, "record_why", row).split('id="agencies"')[1]
    assert "つなぎへの同封" in text.split(bare.agency.name)[1].split("</tr>")[0]


@pytest.mark.parametrize("name", ["record_why", "case_seen_by"])
def test_a_stranger_and_who_does_not_see_the_row_are_answered_404(client, bare, row, name):
    thing = row if name == "record_why" else row.case
    assert page(client, a_viewer(), name, thing).status_code == 404
    if name == "record_why":
        assert page(client, bare, name, row).status_code == 404


def test_the_case_page_says_which_agencies_see_what(client, lead, partner, bare, case, row):
    text = body(client, lead, "case_seen_by", case)
    assert all(viewer.agency.name in text for viewer in (lead, partner, bare))
    of_partner = text.split(partner.agency.name)[1].split("</tr>")[0]
    assert of_partner.count("●") == 4 and of_partner.count("○") == 4


def test_a_partner_is_told_no_categories_of_others(client, lead, partner, bare, case, row):
    text = body(client, partner, "case_seen_by", case)
    assert lead.agency.name in text and bare.agency.name not in text
    assert Category.HEALTH.label not in text.split("</table>")[0]


def test_a_refusal_closes_and_is_named(client, lead, partner, case, row):
    a_refusal(case, on=DAY, to=[partner.agency])
    text = body(client, lead, "record_why", row).split('id="agencies"')[1]
    assert "見えない" in text.split(partner.agency.name)[1].split("</tr>")[0]


@pytest.mark.parametrize("name", ["record_why", "case_seen_by"])
def test_as_many_queries_for_ten_agencies_as_for_two(client, lead, case, row, name):
    thing = row if name == "record_why" else case
    asked = {"agency": case.participations.last().agency.public_id}
    page(client, lead, name, thing, **asked)
    with CaptureQueriesContext(connection) as few:
        page(client, lead, name, thing, **asked)
    for _ in range(8):
        agency = AgencyFactory()
        case.participations.create(agency=agency, from_day=date(2026, 4, 15))
        a_consent(case, to=[agency], categories=[2])
    with CaptureQueriesContext(connection) as many:
        page(client, lead, name, thing, **asked)
    assert len(many) == len(few)


def test_every_line_of_the_timeline_leads_there(client, lead, case, row):
    assert reverse("cases:record_why", args=[row.public_id]) in body(client, lead, "case", case)
