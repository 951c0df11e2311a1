# ruff: noqa: F811 (fixtures of test_case_page_views are used by name)
"""関与: one's own part, and the lead that passes only to a participant who accepts."""

import pytest

from cases.models import LeadOffer
from tests.factories import a_viewer
from tests.test_case_page_views import case, get, lead, partner, post, today  # noqa: F401

pytestmark = pytest.mark.django_db


def test_ones_own_role_and_next_day(client, case, partner):
    assert get(client, partner, "participation_note", case).status_code == 200
    post(client, partner, "participation_note", case, {"role_note": "家計の相談", "next_on": "R8.6.20"})
    assert case.participations.get(agency=partner.agency).role_note == "家計の相談"
    assert get(client, a_viewer(), "participation_note", case).status_code == 404


def test_the_lead_passes_when_the_other_accepts(client, case, lead, partner):
    assert partner.agency.name in get(client, lead, "lead_hand_over", case).content.decode()
    post(client, lead, "lead_hand_over", case, {"agency": partner.agency.public_id})
    offer = LeadOffer.objects.get()
    assert case.leads.last().agency == lead.agency
    assert "引き受ける" in get(client, partner, "case", case).content.decode()
    assert post(client, a_viewer(), "lead_answer", offer, {"answer": "accept"}).status_code == 404
    assert post(client, lead, "lead_answer", offer, {"answer": "accept"}).status_code == 404
    assert post(client, partner, "lead_answer", offer, {"answer": "accept"}).status_code == 302
    assert case.leads.get(until_day__isnull=True).agency == partner.agency
    assert get(client, lead, "case_close", case).status_code == 404


def test_a_declined_offer_changes_nothing(client, case, lead, partner):
    post(client, lead, "lead_hand_over", case, {"agency": partner.agency.public_id})
    post(client, partner, "lead_answer", LeadOffer.objects.get(), {"answer": "decline"})
    assert case.leads.get().agency == lead.agency


def test_nobody_outside_the_case_is_offered_the_lead(client, case, lead):
    post(client, lead, "lead_hand_over", case, {"agency": a_viewer().agency.public_id})
    assert not LeadOffer.objects.exists()
