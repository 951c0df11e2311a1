"""時間をさかのぼる: an agency and a day asked, three answers for each row that the asker sees (contract §5)."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import AuditEntry, Participation, Row, StoredSearch
from cases.views import looking_back
from cases.visibility.travel import end_of
from tests.factories import a_case, a_consent, a_referral, a_row, a_viewer

pytestmark = pytest.mark.django_db

JUNE, TODAY = date(2026, 6, 10), date(2026, 6, 20)


def history_says(at):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE history.version SET at = %s WHERE at > '2026-07-15'", [at])


@pytest.fixture(autouse=True)
def today(on_day, monkeypatch):
    monkeypatch.setattr(looking_back, "history_begins", lambda: date(2026, 4, 1))
    return on_day(TODAY)


@pytest.fixture
def shared():
    """A row ② shared by consent with another agency; everything known on the 10th of June; then withdrawn."""
    lead, other = a_viewer(), a_viewer()
    case = a_case(lead)
    Participation.objects.create(case=case, agency=other.agency, from_day=date(2026, 4, 10))
    row = a_row(case, lead, text="試験の記録", categories=[2])
    Row.objects.update(recorded_at=end_of(JUNE) - timedelta(hours=9))
    consent = a_consent(case, to=[other.agency])
    history_says(end_of(JUNE) - timedelta(hours=9))
    consent.withdraw(author=lead.membership, on=TODAY, at=timezone.now())
    return lead, other, case, row


def ask(client, viewer, case, agency, day, follow=True):
    client.force_login(viewer.user)
    asked = {"agency": agency.public_id, "day": day}
    return client.post(reverse("cases:looking_back", args=[case.public_id]), asked, follow=follow)


def test_then_and_now_differ_by_what_was_recorded_later(client, shared):
    lead, other, case, _row = shared
    [answer] = ask(client, lead, case, other.agency, "R8.6.10").context["answers"]
    assert (answer.then, answer.now, answer.seen) == (True, False, False)
    [answer] = ask(client, lead, case, lead.agency, "R8.6.10").context["answers"]
    assert (answer.then, answer.now) == (True, True)


def test_what_was_written_after_that_day_was_not_there_yet(client, shared):
    lead, other, case, _row = shared
    a_row(case, lead, text="あとで書いた記録", categories=[2])
    text = ask(client, lead, case, other.agency, "R8.6.10").content.decode()
    later = text.split("あとで書いた記録")[1].split("</tr>")[0]
    assert later.count("まだなかった") == 2
    assert "まだなかった" not in text.split("試験の記録")[1].split("</tr>")[0]


def test_what_the_audit_says_was_seen(client, shared, monkeypatch):
    lead, other, case, row = shared
    noon = timezone.make_aware(datetime(2026, 6, 10, 12))
    somebody = {"user": other.user, "membership": other.membership, "agency": other.agency}
    with monkeypatch.context() as clocks:
        clocks.setattr(timezone, "now", lambda: noon)
        AuditEntry.objects.create(**somebody, act="見る:記録", case=case, rows=[row.pk])
    [answer] = ask(client, lead, case, other.agency, "R8.6.10").context["answers"]
    assert answer.seen
    [answer] = ask(client, lead, case, other.agency, "R8.6.11").context["answers"]
    assert not answer.seen


def test_it_is_audited_and_neither_day_nor_agency_stands_in_the_address(client, shared):
    lead, other, case, row = shared
    sent = ask(client, lead, case, other.agency, "R8.6.10", follow=False)
    assert sent.status_code == 302
    assert other.agency.public_id not in sent["Location"] and "2026" not in sent["Location"]
    client.get(sent["Location"])
    entry = AuditEntry.objects.filter(act="見る:時間をさかのぼる").order_by("-pk").first()
    assert entry.rows == [row.pk] and entry.case == case
    assert entry.things == [f"agency:{other.agency.public_id}", "day:R8.6.10"]


def test_before_the_program_was_there_nobody_knows_what_was_known(client, shared):
    lead, other, case, _row = shared
    response = ask(client, lead, case, other.agency, "R8.3.31")
    assert "この仕組みを入れたのは" in response.content.decode()
    assert [answer.then for answer in response.context["answers"]] == [None]


@pytest.mark.parametrize("day", ["R8.6.21", "きのう", ""])
def test_a_day_to_come_or_none_is_asked_again(client, shared, day):
    lead, other, case, _row = shared
    response = ask(client, lead, case, other.agency, day)
    assert response.status_code == 200 and "answers" not in response.context
    assert not StoredSearch.objects.exists()


def test_only_who_sees_the_consents_whole(client, shared):
    lead, other, case, _row = shared
    for viewer in (other, a_viewer()):
        assert ask(client, viewer, case, lead.agency, "R8.6.10").status_code == 404
    assert "時間をさかのぼる" in page_seen_by(client, lead, case)
    assert "時間をさかのぼる" not in page_seen_by(client, other, case)


def page_seen_by(client, viewer, case):
    client.force_login(viewer.user)
    return client.get(reverse("cases:case_seen_by", args=[case.public_id])).content.decode()


def test_nobody_opens_anothers_question_or_takes_it_to_another_case(client, shared):
    lead, other, case, _row = shared
    address = ask(client, lead, case, other.agency, "R8.6.10", follow=False)["Location"]
    second = a_case(lead)
    elsewhere = reverse("cases:looking_back", args=[second.public_id]) + "?" + address.split("?")[1]
    assert client.get(elsewhere).status_code == 404
    colleague = a_viewer(agency=lead.agency)
    client.force_login(colleague.user)
    assert client.get(address).status_code == 404


def test_an_agency_known_only_by_a_referral_between_two_others_is_not_offered(client, shared):
    lead, other, case, row = shared
    receiver = a_viewer()
    a_referral(case, other, receiver.agency, rows=[row], ground="law", ground_note="試験の根拠")
    assert "answers" not in ask(client, lead, case, receiver.agency, "R8.6.10").context


def test_rows_that_the_asker_does_not_see_are_not_listed(client, shared):
    lead, other, case, _row = shared
    a_row(case, other, text="相手の機関の記録", categories=[3])
    assert "相手の機関の記録" not in ask(client, lead, case, other.agency, "R8.6.10").content.decode()


def test_as_many_queries_for_thirty_rows_as_for_three(client, shared):
    lead, other, case, _row = shared
    address = ask(client, lead, case, other.agency, "R8.6.10", follow=False)["Location"]
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(5):
        a_row(case, lead, categories=[2])
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address).context["answers"]) == 6
    assert len(many) == len(few)
