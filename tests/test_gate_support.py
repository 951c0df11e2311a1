"""支援: what an agency sees in its daily work (docs/visibility.md §3.1)."""

from datetime import date, timedelta

import pytest

from cases.models import Case, Consent, Row
from cases.visibility import Purpose, Viewer
from tests.factories import (
    AgencyFactory,
    a_case,
    a_consent,
    a_referral,
    a_refusal,
    a_row,
    a_viewer,
)

pytestmark = pytest.mark.django_db

SUPPORT = Purpose.SUPPORT
DAY = date(2026, 6, 10)


def seen(viewer, purpose=SUPPORT):
    return set(Row.objects.visible_to(viewer, purpose).values_list("pk", flat=True))


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def partner():
    return a_viewer()


@pytest.fixture
def case(lead, partner):
    case = a_case(lead)
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    return case


def test_a_stranger_sees_nothing(case, lead):
    a_row(case, lead)
    stranger = a_viewer()
    assert not Case.objects.visible_to(stranger, SUPPORT)
    assert not seen(stranger)


def test_the_author_sees_its_row_and_a_participant_without_consent_does_not(case, lead, partner):
    row = a_row(case, lead)
    assert row.pk in seen(lead)
    assert row.pk not in seen(partner)
    assert case in Case.objects.visible_to(partner, SUPPORT)


def test_consent_opens_category_by_category(case, lead, partner):
    health, money = a_row(case, lead, categories=[2]), a_row(case, lead, categories=[4])
    both = a_row(case, lead, categories=[2, 4])
    a_consent(case, to=[partner.agency], categories=[2])
    assert seen(partner) == {health.pk}
    a_consent(case, to=[partner.agency], categories=[4])
    assert seen(partner) == {health.pk, money.pk, both.pk}


@pytest.mark.parametrize(("shift", "visible"), [(-1, False), (0, True), (365, True), (366, False)])
def test_both_ends_of_a_consent_are_inside(case, lead, partner, shift, visible):
    row = a_row(case, lead)
    given = date(2026, 4, 20)
    a_consent(case, to=[partner.agency], given=given, days=365)
    viewer = Viewer(user=partner.user, membership=partner.membership, day=given + timedelta(days=shift))
    assert (row.pk in seen(viewer)) is visible


def test_withdrawal_closes_for_every_day(case, lead, partner, django_user_model):
    row = a_row(case, lead)
    consent = a_consent(case, to=[partner.agency])
    assert row.pk in seen(partner)
    consent.withdraw(author=lead.membership, on=DAY + timedelta(days=30), at="2026-06-10T00:00+09:00")
    assert row.pk not in seen(partner)


@pytest.mark.parametrize(("given", "visible"), [(9, True), (10, False), (11, False)])
def test_a_refusal_on_the_same_day_or_later_closes(case, lead, partner, given, visible):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency], given=date(2026, 5, 10))
    a_refusal(case, on=date(2026, 5, given))
    assert (row.pk in seen(partner)) is visible


def test_an_excluded_agency_is_excluded_in_every_category(case, lead, partner):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency])
    a_consent(case, to=[AgencyFactory()], categories=[6], given=date(2026, 5, 1), excluded=[partner.agency])
    assert row.pk not in seen(partner)


def test_a_row_about_nobody_is_never_opened_by_consent(case, lead, partner):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency])
    row.matters.all().delete()
    assert row.pk not in seen(partner)


def test_oral_consent_counts_only_with_its_record_and_the_setting(case, lead, partner):
    from agencies.models import CitySetting

    row = a_row(case, lead)
    consent = a_consent(case, to=[partner.agency], method=Consent.Method.ORAL, oral_record="6月に聴取")
    assert row.pk not in seen(partner)
    CitySetting.objects.create(pk=1, oral_consent_counts=True)
    assert row.pk in seen(partner)
    Consent.objects.filter(pk=consent.pk).update(oral_record="")
    assert row.pk not in seen(partner)


def test_the_receiver_of_a_referral_sees_only_what_is_enclosed(lead):
    case = a_case(lead)
    enclosed, kept = a_row(case, lead), a_row(case, lead)
    receiver = a_viewer()
    a_referral(case, lead, receiver.agency, rows=[enclosed], ground="law", ground_note="虐待の通報")
    assert seen(receiver) == {enclosed.pk}
    assert kept.pk not in seen(receiver)
    assert case in Case.objects.with_header_for(receiver, SUPPORT)


def test_a_referral_by_consent_shows_no_header_without_consent(lead):
    case = a_case(lead)
    row = a_row(case, lead)
    receiver = a_viewer()
    a_referral(case, lead, receiver.agency, rows=[row])
    assert case in Case.objects.visible_to(receiver, SUPPORT)
    assert case not in Case.objects.with_header_for(receiver, SUPPORT)
    assert not seen(receiver)
    a_consent(case, to=[receiver.agency], categories=[1])
    assert case in Case.objects.with_header_for(receiver, SUPPORT)
    assert seen(receiver) == {row.pk}
