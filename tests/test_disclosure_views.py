"""緊急提供 on real requests: what the receiver sees and how long, who approves, what stays closed (S4, §3.5)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, Case, Consent, EmergencyDisclosure, Row
from cases.visibility import Purpose
from tests.factories import a_case, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)  # a Wednesday
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def chief(lead):
    return a_viewer(Role.CHIEF, agency=lead.agency)


@pytest.fixture
def receiver():
    return a_viewer()


@pytest.fixture
def case(lead):
    return a_case(lead)


@pytest.fixture
def row(case, lead):
    return a_row(case, lead, categories=[2], text="持病と服薬")


def url(name, thing):
    return reverse(f"cases:{name}", args=[thing.public_id])


def typed(receiver, chief, *rows, **changed):
    return {
        "to_agency": receiver.agency.public_id if receiver else "",
        "ground": "life",
        "facts": "自宅で倒れていると連絡があった",
        "rows": [one.public_id for one in rows],
        "until_day": "R8.6.17",
        "approver": chief.membership.pk,
        "approve_by": "R8.6.11",
        **changed,
    }


def give(client, case, lead, *asked, **changed):
    client.force_login(lead.user)
    answer = client.post(url("disclosure_new", case), typed(*asked, **changed))
    assert answer.status_code == 302, answer.context["form"].errors
    return EmergencyDisclosure.objects.latest("pk")


def page(client, viewer, address):
    client.force_login(viewer.user)
    return client.get(address).content.decode()


def seen(viewer):
    return set(Row.objects.visible_to(viewer, SUPPORT).values_list("pk", flat=True))


def on(viewer, day):
    from dataclasses import replace

    return replace(viewer, day=day)


def test_the_receiver_sees_what_was_given_and_nothing_else(client, case, lead, chief, receiver, row):
    other = a_row(case, lead, categories=[4], text="借金のこと")
    given = give(client, case, lead, receiver, chief, row)
    assert seen(receiver) == {row.pk}
    shown = page(client, receiver, url("disclosure", given))
    assert "持病と服薬" in shown
    assert "自宅で倒れている" in shown
    assert other.text not in shown
    assert case.main_subject.name not in shown
    assert case.number in page(client, receiver, reverse("cases:disclosures"))
    assert case.number in page(client, receiver, reverse("home"))
    assert case.main_subject.name not in page(client, receiver, url("case", case))
    assert not Consent.objects.exists()


def test_the_name_is_given_only_if_it_is_chosen(client, case, lead, chief, receiver):
    given = give(client, case, lead, receiver, chief, with_header="on")
    assert case.main_subject.name in page(client, receiver, url("disclosure", given))
    assert not seen(receiver)


def test_without_approval_it_closes_after_its_day_and_a_late_one_opens_it_again(
    client, case, lead, chief, receiver, row, on_day
):
    given = give(client, case, lead, receiver, chief, row)
    assert seen(on(receiver, DAY + timedelta(days=1))) == {row.pk}
    late = on_day(DAY + timedelta(days=2))
    assert not seen(on(receiver, late))
    client.force_login(receiver.user)
    assert client.get(url("disclosure", given)).status_code == 404
    assert "期限を過ぎた" in page(client, chief, url("disclosure", given))
    client.post(url("disclosure_approve", given))
    assert seen(on(receiver, late)) == {row.pk}
    assert not seen(on(receiver, date(2026, 6, 18)))


def test_the_approver_finds_it_at_home_and_refuses_it(client, case, lead, chief, receiver, row):
    given = give(client, case, lead, receiver, chief, row)
    assert "承認を待つ緊急提供" in page(client, chief, reverse("home"))
    assert client.post(url("disclosure_refuse", given), {"reason": ""}).status_code == 200
    client.post(url("disclosure_refuse", given), {"reason": "電話で足りる"})
    assert not seen(receiver)
    given.refresh_from_db()
    assert (given.ended_on, given.end_reason, given.approved_on) == (DAY, "電話で足りる", None)
    assert "承認を待つ緊急提供</h2>" not in page(client, chief, reverse("home"))
    client.post(url("disclosure_approve", given))
    given.refresh_from_db()
    assert given.approved_on is None


def test_nobody_but_the_approver_approves(client, case, lead, chief, receiver, row):
    given = give(client, case, lead, receiver, chief, row)
    colleague = a_viewer(agency=lead.agency)
    for viewer in (lead, colleague, receiver):
        client.force_login(viewer.user)
        assert client.post(url("disclosure_approve", given)).status_code == 404
    given.refresh_from_db()
    assert given.approved_on is None


def test_oneself_is_not_offered_as_approver(client, case, lead, chief, receiver, row):
    client.force_login(lead.user)
    answer = client.post(url("disclosure_new", case), typed(receiver, lead, row))
    assert answer.status_code == 200
    assert not EmergencyDisclosure.objects.exists()


def test_whoever_gave_it_ends_it_at_once_with_a_reason(client, case, lead, chief, receiver, row):
    given = give(client, case, lead, receiver, chief, row)
    client.force_login(receiver.user)
    assert client.post(url("disclosure_end", given), {"reason": "x"}).status_code == 404
    client.force_login(lead.user)
    client.post(url("disclosure_end", given), {"reason": "搬送が済んだ"})
    assert not seen(receiver)
    assert AuditEntry.objects.filter(act="行う:緊急提供を打ち切る", reason="搬送が済んだ").exists()


def test_only_ones_own_agencys_rows_may_be_given(client, case, lead, chief, receiver, row):
    partner = a_viewer()
    case.participations.create(agency=partner.agency, from_day=DAY)
    theirs = a_row(case, partner, text="よその記録")
    client.force_login(lead.user)
    assert "よその記録" not in client.get(url("disclosure_new", case)).content.decode()
    answer = client.post(url("disclosure_new", case), typed(receiver, chief, theirs))
    assert answer.status_code == 200
    assert not EmergencyDisclosure.objects.exists()


def test_another_participant_learns_that_something_was_given_but_not_what_happened(
    client, case, lead, chief, receiver, row
):
    partner = a_viewer()
    case.participations.create(agency=partner.agency, from_day=DAY)
    given = give(client, case, lead, receiver, chief, row)
    shown = page(client, partner, url("disclosure", given))
    assert receiver.agency.name in shown
    assert "倒れている" not in shown
    assert "持病" not in shown


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"to_outside": "消防(救急)"}, "どちらか一方"),
        ({"to_agency": ""}, "どちらか一方"),
        ({"rows": []}, "渡す記録を選ぶか"),
        ({"until_day": "R8.6.9"}, "今日より前"),
        ({"approve_by": "R8.6.18"}, "最終日より後"),
        ({"ground": "law"}, "どの法令"),
        ({"facts": ""}, "入力してください"),
        ({"approver": ""}, "選んでください"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(client, case, lead, chief, receiver, row, changed, words):
    client.force_login(lead.user)
    answer = client.post(url("disclosure_new", case), typed(receiver, chief, row, **changed))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "自宅で倒れている" in answer.content.decode() or "facts" in changed
    assert not EmergencyDisclosure.objects.exists()


def test_the_form_begins_with_a_short_period_and_the_next_opening_day(client, case, lead, on_day):
    on_day("2026-06-12")  # a Friday
    shown = page(client, lead, url("disclosure_new", case))
    assert "R8.6.19" in shown
    assert "R8.6.15" in shown


def test_a_double_post_gives_once(client, case, lead, chief, receiver, row):
    client.force_login(lead.user)
    for _ in range(2):
        client.post(url("disclosure_new", case), typed(receiver, chief, row, form_key="same"))
    assert EmergencyDisclosure.objects.count() == 1


def test_a_stranger_finds_nothing(client, case, lead, chief, receiver, row):
    given = give(client, case, lead, receiver, chief, row)
    client.force_login(a_viewer().user)
    assert client.get(url("disclosure_new", case)).status_code == 404
    assert client.get(url("disclosure", given)).status_code == 404
    assert client.get(url("disclosure_print", given)).status_code == 404
    assert client.post(url("disclosure_approve", given)).status_code == 404
    assert case.number not in client.get(reverse("cases:disclosures")).content.decode()


def test_a_case_of_a_statutory_meeting_is_not_given_to_an_agency(client, case, lead, chief, receiver, row):
    from tests.factories import a_segment, an_item

    item = an_item(a_segment(lead, basis="statute"), case, lead)
    Case.objects.filter(pk=case.pk).update(origin=item)
    client.force_login(lead.user)
    answer = client.post(url("disclosure_new", case), typed(receiver, chief, with_header="on"))
    assert answer.status_code == 200
    assert "解除されるまで" in answer.content.decode()
    assert not Case.objects.visible_to(receiver, SUPPORT)


def test_as_many_queries_for_thirty_as_for_three(client, case, lead, chief, receiver):
    def more(number):
        for _ in range(number):
            rows = [a_row(case, lead)]
            EmergencyDisclosure.give(
                case=case,
                author=lead.membership,
                day=DAY,
                rows=rows,
                to_agency=receiver.agency,
                ground="life",
                facts="試験",
                until_day=DAY,
                approver=chief.membership,
                approve_by=DAY,
            )

    def queries():
        client.force_login(lead.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("cases:disclosures") + "?list=given")
            client.get(url("case", case))
            client.get(url("disclosure_new", case))
        return len(asked)

    more(3)
    few = queries()
    more(27)
    assert queries() == few
