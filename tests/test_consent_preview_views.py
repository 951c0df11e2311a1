"""The step before a statement is saved: nothing is kept, what is shown is what then happens, and only once."""

import re
from datetime import date

import pytest
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, Consent, Row
from cases.visibility import Purpose
from tests.factories import a_case, a_consent, a_row, a_segment, a_viewer, an_item, enclose, seat

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
LOOK = {"preview": "look"}


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
def case(lead, partner):
    case = a_case(lead)
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    return case


def post(client, viewer, name, thing, typed):
    client.force_login(viewer.user)
    return client.post(reverse(f"cases:{name}", args=[thing.public_id]), typed)


def hidden(text):
    """What the confirming button sends."""
    form = text.split('id="sittings"')[1].split("<form")[1]
    pairs = re.findall(r'name="([a-z_]+)" value="([^"]*)"', form)
    typed: dict = {}
    for key, value in pairs:
        typed.setdefault(key, []).append(value)
    return {key: value for key, value in typed.items() if key not in ("csrfmiddlewaretoken", "preview")}


def consent_to(case, *agencies, **changed):
    return {
        "person": case.main_subject.public_id,
        "given_by": "self",
        "given_on": "R8.6.10",
        "method": "written",
        "recipients": [agency.public_id for agency in agencies],
        "categories": ["2", "4"],
        "from_day": "R8.6.10",
        "until_day": "R9.3.31",
        **changed,
    }


def withdrawal():
    return {"on": "R8.6.10", "how": "電話", "heard_by": "試験"}


def test_a_consent_is_tried_shown_and_then_saved_once(client, lead, partner, case):
    row = a_row(case, lead, categories=[2])
    shown = post(client, lead, "consent_new", case, consent_to(case, partner.agency) | LOOK).content.decode()
    line = shown.split(partner.agency.name)[1].split("</tr>")[0]
    assert "②健康" in line and "④経済" in line and "③" not in line and "見られるようになる" in line
    assert not Consent.objects.exists()
    assert AuditEntry.objects.filter(act="見る:保存すると変わること", case=case).exists()
    confirmed = hidden(shown)
    first = post(client, lead, "consent_new", case, confirmed)
    second = post(client, lead, "consent_new", case, confirmed)
    assert first.status_code == 302 and second["Location"] == first["Location"]
    assert Consent.objects.count() == 1
    assert Row.objects.visible_to(partner, Purpose.SUPPORT).filter(pk=row.pk).exists()


def test_going_back_loses_nothing_and_saves_nothing(client, lead, partner, case):
    typed = consent_to(case, partner.agency, witness="残る 証人", preview="back")
    shown = post(client, lead, "consent_new", case, typed)
    assert "残る 証人" in shown.content.decode() and not Consent.objects.exists()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("consent_withdraw", withdrawal()),
        ("consent_narrow", {"given_on": "R8.6.10", "categories": ["2"]}),
        ("refusal_new", {"kind": "refused", "given_on": "R8.6.10", "categories": ["2"]}),
    ],
)
def test_taking_back_says_who_loses_what_and_then_does_it(client, lead, partner, case, name, typed):
    consent = a_consent(case, to=[partner.agency], categories=[2])
    thing = case if name == "refusal_new" else consent
    if name == "refusal_new":
        typed = typed | {"person": case.main_subject.public_id}
    row = a_row(case, lead, categories=[2])
    shown = post(client, lead, name, thing, typed | LOOK).content.decode()
    lost = shown.split(partner.agency.name)[1].split("</tr>")[0].split("見られなくなる")[1]
    assert "②健康" in lost and Consent.objects.filter(withdrawn_on__isnull=True).count() == 1
    assert Row.objects.visible_to(partner, Purpose.SUPPORT).filter(pk=row.pk).exists()
    assert post(client, lead, name, thing, hidden(shown)).status_code == 302
    assert not Row.objects.visible_to(partner, Purpose.SUPPORT).filter(pk=row.pk).exists()


def test_what_has_changed_since_it_was_shown_is_shown_again(client, lead, partner, case):
    consent = a_consent(case, to=[partner.agency], categories=[2])
    confirmed = hidden(post(client, lead, "consent_withdraw", consent, withdrawal() | LOOK).content.decode())
    a_consent(case, to=[partner.agency], categories=[2])
    again = post(client, lead, "consent_withdraw", consent, confirmed).content.decode()
    consent.refresh_from_db()
    assert "まだ保存していません" in again and "変わりません" in again and not consent.is_withdrawn
    assert post(client, lead, "consent_withdraw", consent, hidden(again)).status_code == 302


def test_a_partner_is_told_of_its_own_agency_alone(client, lead, partner, case):
    third = a_viewer()
    case.participations.create(agency=third.agency, from_day=date(2026, 4, 15))
    typed = consent_to(case, third.agency) | LOOK
    shown = post(client, partner, "consent_new", case, typed).content.decode()
    assert third.agency.name not in shown and "自分の機関の見え方は変わりません" in shown
    consent = a_consent(case, to=[partner.agency, third.agency], categories=[2])
    shown = post(client, partner, "consent_withdraw", consent, withdrawal() | LOOK).content.decode()
    assert partner.agency.name in shown.split('id="agencies"')[1] and third.agency.name not in shown


def sitting(case, lead, *attending):
    office = a_viewer(Role.COORDINATOR)
    segment = a_segment(office, day=date(2026, 6, 20))
    item = an_item(segment, case, lead)
    enclose(item, a_row(case, lead, text="会議の資料の内容", categories=[2]), lead)
    for viewer in (lead, *attending):
        seat(item, viewer, by=office)
    return office


def test_who_brought_an_item_is_told_only_that_it_falls(client, lead, partner, case):
    consent = a_consent(case, to=[partner.agency], categories=[1, 2])
    sitting(case, lead, partner)
    shown = post(client, lead, "consent_withdraw", consent, withdrawal() | LOOK).content.decode()
    told = shown.split('id="sittings"')[1]
    assert "成り立たなくなります" in told and partner.user.name not in told


def test_who_runs_the_sitting_is_told_who_sees_how_many_papers(client, lead, partner, case):
    office = sitting(case, lead, partner)
    case.participations.create(agency=office.agency, from_day=date(2026, 4, 15))
    consent = a_consent(case, to=[partner.agency, office.agency], categories=[1, 2])
    shown = post(
        client, office, "consent_narrow", consent, {"given_on": "R8.6.10", "categories": ["2"]} | LOOK
    )
    told = shown.content.decode().split('id="sittings"')[1]
    line = told.split(partner.user.name)[1].split("</tr>")[0]
    assert "資料 1件" in line and "資料 0件" in line and "会議の資料の内容" not in told


@pytest.mark.parametrize("name", ["consent_withdraw", "consent_narrow"])
def test_a_stranger_is_answered_404(client, partner, case, name):
    consent = a_consent(case, to=[partner.agency])
    assert post(client, a_viewer(), name, consent, withdrawal() | LOOK).status_code == 404
