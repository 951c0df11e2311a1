# ruff: noqa: F811 (fixtures of test_case_page_views are used by name)
"""住所秘匿, 分離, 利害関係: the lead alone, a typed reason, two people to lift."""

import pytest
from django.urls import reverse

from cases.models import AuditEntry, ConcealedContact, ConcealedHandover, ConflictOfInterest, Separation
from tests.factories import MembershipFactory, PersonFactory, a_row, a_viewer
from tests.test_case_page_views import case, get, lead, partner, post, today  # noqa: F401

pytestmark = pytest.mark.django_db
SECRET = "架空町1-2-3"


@pytest.fixture
def contact(client, case, lead):
    post(client, lead, "concealed_edit", case, {"address": SECRET})
    return ConcealedContact.objects.get()


@pytest.fixture
def colleague(lead):
    return a_viewer(agency=lead.agency)


def test_it_is_shown_only_on_a_typed_reason_and_logged(client, case, lead, partner, contact):
    for route in ("case", "case_print", "concealed", "concealed_reveal", "concealed_edit"):
        assert SECRET not in get(client, lead, route, case).content.decode()
    assert SECRET not in post(client, lead, "concealed_reveal", case, {"reason": " "}).content.decode()
    shown = post(client, lead, "concealed_reveal", case, {"reason": "本日の訪問のため"})
    assert SECRET in shown.content.decode()
    assert AuditEntry.objects.filter(reason="本日の訪問のため", user=lead.user).count() == 1
    assert post(client, partner, "concealed_reveal", case, {"reason": "本日の訪問のため"}).status_code == 404
    assert "秘匿" not in get(client, partner, "case", case).content.decode()


def test_it_is_handed_to_one_agency_with_another_persons_approval(
    client, case, lead, partner, contact, colleague
):
    given = {"agency": partner.agency.public_id, "act": "送迎", "ground": "本人の同意"}
    post(client, lead, "concealed_hand_over", case, given | {"approver": lead.membership.pk})
    assert not ConcealedHandover.objects.exists()
    outsider = MembershipFactory()
    post(client, lead, "concealed_hand_over", case, given | {"approver": outsider.pk})
    assert not ConcealedHandover.objects.exists()
    answer = post(client, lead, "concealed_hand_over", case, given | {"approver": colleague.membership.pk})
    assert answer.status_code == 302
    assert ConcealedHandover.objects.get().approver == colleague.membership
    assert "送迎" in get(client, lead, "concealed", case).content.decode()


def test_two_people_lift_it(client, case, lead, contact, colleague):
    post(client, lead, "concealed_lift", case, {})
    post(client, lead, "concealed_lift", case, {})
    contact.refresh_from_db()
    assert contact.lifted_by is None
    post(client, colleague, "concealed_lift", case, {})
    contact.refresh_from_db()
    assert contact.lifted_by == colleague.membership


def test_a_separation_stands_until_two_lift_it(client, case, lead, colleague):
    other = PersonFactory(name="架空 相手方")
    a_row(case, lead, subjects=[other])
    assert "架空 相手方" in get(client, lead, "separation_new", case).content.decode()
    post(client, lead, "separation_new", case, {"other": other.public_id, "reason": "DV"})
    separation = Separation.objects.get()
    assert "架空 相手方" in get(client, lead, "separations", case).content.decode()
    lift = reverse("cases:separation_lift", args=[case.public_id, other.public_id])
    for viewer in (lead, lead):
        client.force_login(viewer.user)
        client.post(lift)
    separation.refresh_from_db()
    assert separation.lifted_by is None
    client.force_login(colleague.user)
    client.post(lift)
    separation.refresh_from_db()
    assert separation.lifted_by == colleague.membership


def test_a_conflict_closes_the_case_to_that_member_of_staff(client, case, lead, colleague):
    who = {"person": case.main_subject.public_id, "user": colleague.user.pk, "reason": "親族"}
    page = post(client, lead, "conflict_new", case, who | {"agency": lead.agency.public_id})
    assert "どちらか一方" in page.content.decode()
    assert post(client, lead, "conflict_new", case, who).status_code == 302
    assert ConflictOfInterest.objects.count() == 1
    assert get(client, colleague, "case", case).status_code == 404
    assert get(client, lead, "case", case).status_code == 200
