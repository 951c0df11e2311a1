# ruff: noqa: F811 (fixtures of test_case_page_views are used by name)
"""世帯 and 連絡先."""

import pytest

from cases.models import ContactDetail, HouseholdMember, Person
from tests.factories import a_viewer
from tests.test_case_page_views import case, get, lead, partner, post, today  # noqa: F401

pytestmark = pytest.mark.django_db
WIFE = {"name": "架空 花子", "relation": "妻", "living": "together"}


def test_a_member_is_a_row_of_identity_about_the_main_subject(client, case, lead, partner):
    assert post(client, lead, "household_new", case, WIFE).status_code == 302
    member = HouseholdMember.objects.get()
    assert [(m.subject_id, m.category) for m in member.matters.all()] == [(case.main_subject_id, 1)]
    assert "架空 花子" in get(client, lead, "case", case).content.decode()
    assert "架空 花子" not in get(client, partner, "case", case).content.decode()


def test_supporting_a_member_too_lets_one_write_about_them(client, case, lead):
    post(client, lead, "household_new", case, WIFE | {"supports": "on"})
    person = Person.objects.get(name="架空 花子")
    assert person.public_id in get(client, lead, "record_new", case).content.decode()


def test_the_same_person_twice_in_force_is_refused(client, case, lead):
    post(client, lead, "household_new", case, WIFE)
    page = post(client, lead, "household_new", case, WIFE | {"name": "架空　花子"})
    assert "すでに入っています" in page.content.decode()
    assert HouseholdMember.objects.count() == 1


def test_an_end_before_the_start_is_refused(client, case, lead):
    page = post(client, lead, "household_new", case, WIFE | {"from_day": "R8.6.1", "until_day": "R8.5.1"})
    assert "より前です" in page.content.decode()


def test_who_left_is_a_former_member_and_may_come_back(client, case, lead):
    post(client, lead, "household_new", case, WIFE)
    member = HouseholdMember.objects.get()
    assert get(client, lead, "household_end", member).status_code == 200
    assert post(client, lead, "household_end", member, {"until_day": "R8.5.31"}).status_code == 302
    assert "以前の世帯員" in get(client, lead, "case", case).content.decode()
    assert post(client, lead, "household_new", case, WIFE | {"from_day": "R8.6.5"}).status_code == 302
    assert get(client, a_viewer(), "household_edit", member).status_code == 404


def test_an_edit_keeps_a_version_and_refuses_an_old_one(client, case, lead):
    post(client, lead, "household_new", case, WIFE)
    member = HouseholdMember.objects.get()
    assert get(client, lead, "household_edit", member).status_code == 200
    changed = WIFE | {"relation": "内縁の妻", "version": "1"}
    assert post(client, lead, "household_edit", member, changed).status_code == 302
    assert "妻" in member.earlier_versions.get().text
    page = post(client, lead, "household_edit", member, WIFE | {"version": "1"}).content.decode()
    assert "内縁の妻" in page


def test_a_contact_is_written_by_who_takes_part(client, case, lead):
    typed = {"type": "telephone", "text": "090-0000-0000", "restriction": "留守番電話に残さない"}
    assert post(client, lead, "contact_new", case, typed).status_code == 302
    assert ContactDetail.objects.get().restriction == "留守番電話に残さない"
    assert "留守番電話に残さない" in get(client, lead, "case", case).content.decode()
    assert post(client, a_viewer(), "contact_new", case, typed).status_code == 404
