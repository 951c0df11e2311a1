# ruff: noqa: F811 (fixtures of test_case_page_views are used by name)
"""支援経過: writing, who would see it, versions, correction."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import Record, Separation
from tests.factories import PersonFactory, a_consent, a_row, a_viewer
from tests.test_case_page_views import case, get, lead, partner, post, today  # noqa: F401

pytestmark = pytest.mark.django_db


def sheet(case, **changed):
    filled = {
        "day": "R8.6.9",
        "method": "telephone",
        "subjects": [case.main_subject.public_id],
        "categories": ["4"],
        "minutes": "３０",
        "text": "滞納の相談。𠮷田さんから電話。",
        "form_key": "a-key",
    }
    return filled | changed


def test_a_record_is_written_once(client, case, lead):
    for _ in range(2):
        assert post(client, lead, "record_new", case, sheet(case)).status_code == 302
    record = Record.objects.get()
    assert (record.happened_on, record.minutes) == (date(2026, 6, 9), 30)
    assert [(m.subject_id, m.category) for m in record.matters.all()] == [(case.main_subject_id, 4)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"categories": []}, "分類を1つ以上選んでください"),
        ({"subjects": []}, "だれのことかを選んでください"),
        ({"day": "R8.2.30"}, "2月30日"),
        ({"day": "R8.6.11"}, "先の日付"),
        ({"next_on": "R8.7.1"}, "期限に何をするか"),
        ({"minutes": "2000"}, "1440分"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_nothing_is_lost(client, case, lead, changed, words):
    page = post(client, lead, "record_new", case, sheet(case, **changed)).content.decode()
    assert words in page
    assert "𠮷田さんから電話" in page
    assert not Record.objects.exists()


def test_ten_thousand_characters_are_accepted(client, case, lead):
    assert post(client, lead, "record_new", case, sheet(case, text="あ" * 10000)).status_code == 302


def test_a_person_outside_the_case_is_no_choice(client, case, lead):
    page = post(client, lead, "record_new", case, sheet(case, subjects=[PersonFactory().public_id]))
    assert page.status_code == 200
    assert not Record.objects.exists()


def test_about_a_separated_person_only_the_lead_writes(client, case, lead, partner):
    other = PersonFactory(name="架空 相手方")
    for viewer in (lead, partner):
        a_row(case, viewer, subjects=[other])
    Separation.objects.create(
        first=case.main_subject, second=other, reason="DV", recorded_on=lead.day, recorded_by=lead.membership
    )
    assert "架空 相手方" in get(client, lead, "record_new", case).content.decode()
    assert "架空 相手方" not in get(client, partner, "record_new", case).content.decode()


def test_who_would_see_it_follows_the_ticks(client, case, lead, partner):
    a_consent(case, to=[partner.agency], categories=[2])
    me = case.main_subject.public_id
    health = get(client, lead, "who_sees", case, {"subjects": me, "categories": "2"}).content.decode()
    money = get(client, lead, "who_sees", case, {"subjects": me, "categories": ["2", "4"]}).content.decode()
    assert partner.agency.name in health
    assert partner.agency.name not in money
    assert get(client, a_viewer(), "who_sees", case).status_code == 404


def test_a_correction_keeps_the_earlier_version(client, case, lead, partner):
    row = a_row(case, lead, text="はじめの文", judgement="はじめの判断")
    changed = {"text": "直した文", "version": "1"}
    assert post(client, lead, "record_edit", row, changed).status_code == 302
    page = get(client, lead, "record", row).content.decode()
    assert "直した文" in page
    assert "はじめの判断" in page
    assert get(client, partner, "record", row).status_code == 404
    assert get(client, partner, "record_edit", row).status_code == 404


def test_a_correction_of_something_changed_meanwhile_shows_both(client, case, lead):
    row = a_row(case, lead, text="はじめの文")
    post(client, lead, "record_edit", row, {"text": "先に直した文", "version": "1"})
    page = post(client, lead, "record_edit", row, {"text": "あとの文", "version": "1"}).content.decode()
    assert "先に直した文" in page
    assert "あとの文" in page
    row.refresh_from_db()
    assert row.text == "先に直した文"
    assert post(client, lead, "record_edit", row, {"text": "あとの文", "version": "2"}).status_code == 302


def test_nobody_edits_another_agencys_row_even_if_seen(client, case, lead, partner):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency])
    assert get(client, partner, "record", row).status_code == 200
    client.force_login(partner.user)
    assert client.post(reverse("cases:record_edit", args=[row.public_id]), {"text": "x"}).status_code == 404
