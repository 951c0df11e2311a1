"""Situations that random worlds seldom hold, found by changing the policy on purpose (tests/mutants)."""

from datetime import date

import pytest

from cases.models import Consent, Row
from cases.visibility import Purpose
from tests.factories import a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db

Kind = Consent.Kind


@pytest.mark.parametrize("kind", [Kind.NOT_ASKED, Kind.REFUSED, Kind.NARROWED])
def test_only_a_consent_opens_whatever_else_names_agencies_and_a_period(kind):
    """§2, 1 and 3: what is written beside a statement that is no consent opens nothing."""
    lead, partner = a_viewer(), a_viewer()
    case = a_case(lead)
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    a_row(case, lead)
    a_consent(case, to=[partner.agency], kind=kind)
    assert not Row.objects.visible_to(partner, Purpose.SUPPORT).exists()
