"""ケースの一覧と Excel: what exists for the viewer, and of each what may be seen."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cases.models import AuditEntry, Plan
from tests.factories import PersonFactory, a_case, a_consent, a_referral, a_refusal, a_row, a_viewer

pytestmark = pytest.mark.django_db
LIST = "cases:cases"


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day("2026-06-10")


@pytest.fixture
def worker(client):
    viewer = a_viewer()
    client.force_login(viewer.user)
    return viewer


def shown(client, **asked):
    return client.get(reverse(LIST), {"show": "all"} | asked).content.decode()


def lines(client, **asked):
    return client.get(reverse(LIST), {"show": "all"} | asked).context["lines"]


def test_the_switch(client, worker):
    own = a_case(worker, person=PersonFactory(name="担当 一"))
    partner = a_viewer()
    shared = a_case(partner, person=PersonFactory(name="協力 二"))
    shared.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    closed = a_case(worker, person=PersonFactory(name="終結 三"))
    closed.close(stage="closed", reason="reached", day=date(2026, 6, 1))
    a_case(partner, person=PersonFactory(name="他人 四"))
    seen = {show: [line.case for line in lines(client, show=show)] for show in ("mine", "open", "all")}
    assert seen == {"mine": [own], "open": [shared, own], "all": [closed, shared, own]}
    assert "他人" not in shown(client)
    assert AuditEntry.objects.filter(act="見る:ケースの一覧").exists()


def test_a_stranger_has_an_empty_list_that_says_how_to_begin(client, worker):
    a_case(a_viewer())
    assert "担当しているケースはありません" in shown(client, show="mine")


def test_a_closed_header_leaves_the_number_alone(client, worker):
    sender = a_viewer()
    case = a_case(sender, person=PersonFactory(name="渡邉 次郎"))
    a_referral(case, sender, worker.agency)
    html = shown(client)
    assert case.number in html and "渡邉" not in html and sender.agency.short_name not in html


def test_a_line_tells_what_may_be_known(client, worker):
    case = a_case(worker)
    a_row(case, worker, day=date(2026, 6, 1))
    a_row(case, worker, model=Plan, state="running", review_on=date(2026, 7, 1))
    (line,) = lines(client)
    assert (line.lead, line.last_record_on, line.review_on) == (
        worker.agency,
        date(2026, 6, 1),
        date(2026, 7, 1),
    )
    assert "9日" in shown(client)


def test_a_hidden_record_does_not_move_the_days(client, worker):
    lead = a_viewer()
    case = a_case(lead)
    case.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    a_row(case, lead)
    (line,) = lines(client)
    assert line.last_record_on is None and line.consent == "" and line.lead == lead.agency


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (lambda case, other: None, "unknown"),
        (lambda case, other: a_consent(case, to=[other]), "full"),
        (lambda case, other: a_consent(case, to=[other], categories=[1, 2]), "partial"),
        (lambda case, other: a_consent(case, to=[other], excluded=[a_viewer().agency]), "partial"),
        (lambda case, other: a_consent(case, to=[other], days=10), "expired"),
        (lambda case, other: a_refusal(case, on=date(2026, 6, 1)), "none"),
        (lambda case, other: (a_consent(case, to=[other]), a_refusal(case, on=date(2026, 6, 1))), "none"),
        (lambda case, other: a_consent(case, to=[other], withdrawn_on=date(2026, 6, 1)), "withdrawn"),
    ],
)
def test_the_consent_chip(client, worker, said, word):
    case = a_case(worker)
    said(case, a_viewer().agency)
    (line,) = lines(client)
    assert line.consent == word
    assert bool(line.consent_until) == (word in ("full", "partial"))


def test_only_those_who_see_consents_whole_get_the_chip(client):
    lead, coordinator = a_viewer(), a_viewer("coordinator")
    case = a_case(lead)
    case.participations.create(agency=coordinator.agency, from_day=date(2026, 4, 15))
    a_consent(case, to=[coordinator.agency])
    client.force_login(coordinator.user)
    assert lines(client)[0].consent == "full"
    colleague = a_viewer(agency=coordinator.agency)
    client.force_login(colleague.user)
    assert lines(client)[0].consent == ""


def test_the_workbook_holds_what_the_screen_shows_and_no_formula(client, worker):
    a_case(worker, person=PersonFactory(name='=HYPERLINK("http://x")', kana="ミホン"))
    sender = a_viewer()
    hidden = a_case(sender, person=PersonFactory(name="渡邉 次郎"))
    a_referral(hidden, sender, worker.agency)
    response = client.get(reverse("cases:case_export"), {"show": "all"})
    assert response["Content-Disposition"] == 'attachment; filename="cases.xlsx"'
    sheet = load_workbook(BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 3 and rows[0][0] == "番号"
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [row[1] for row in rows[1:]] == [None, '=HYPERLINK("http://x")']
    assert AuditEntry.objects.filter(act="見る:ケース一覧のExcel").exists()


def test_the_workbook_of_one_scope_holds_only_that(client, worker):
    a_case(worker).close(stage="closed", reason="reached", day=date(2026, 6, 1))
    sheet = load_workbook(BytesIO(client.get(reverse("cases:case_export")).content)).active
    assert sheet.max_row == 1


def test_the_second_page(client, worker):
    for _ in range(26):
        a_case(worker)
    assert len(lines(client)) == 25 and "次のページ" in shown(client)
    assert len(lines(client, page="2")) == 1
    assert lines(client, page="x") and not lines(client, page="99")


def test_it_asks_as_often_for_thirty_as_for_three(client, worker):
    for number in range(30):
        case = a_case(worker)
        a_row(case, worker)
        a_consent(case, to=[worker.agency])
        if number == 2:
            few = [_queries(client, name) for name in (LIST, "cases:case_export")]
    assert [_queries(client, name) for name in (LIST, "cases:case_export")] == few


def _queries(client, name):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(reverse(name), {"show": "all"}).status_code == 200
    return len(caught)
