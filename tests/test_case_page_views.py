"""The case page: who sees what of it, its filters, its print, and moving on and ending a case."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AuditEntry, Case, Record
from tests.factories import a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db
DAY = "2026-06-10"


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


def get(client, viewer, route, thing, data=None, **headers):
    client.force_login(viewer.user)
    return client.get(reverse(f"cases:{route}", args=[thing.public_id]), data, headers=headers)


def post(client, viewer, route, thing, data):
    client.force_login(viewer.user)
    return client.post(reverse(f"cases:{route}", args=[thing.public_id]), data)


def test_the_lead_sees_its_case_with_header_and_rows(client, case, lead):
    row = a_row(case, lead, text="家計の相談")
    page = get(client, lead, "case", case)
    assert page.status_code == 200
    text = page.content.decode()
    assert case.main_subject.name in text
    assert "家計の相談" in text
    assert f"<title>ケース {case.number}" in text
    assert row.pk in AuditEntry.objects.filter(act="見る:ケース").get().rows


@pytest.mark.parametrize(
    "route", ["case", "case_print", "record_new", "case_close", "concealed", "lead_hand_over"]
)
def test_a_stranger_gets_404(client, case, route):
    assert get(client, a_viewer(), route, case).status_code == 404


@pytest.mark.parametrize(
    "route", ["case_close", "concealed", "concealed_edit", "separations", "lead_hand_over"]
)
def test_what_is_the_leads_alone_answers_404_to_a_participant(client, case, partner, route):
    assert get(client, partner, route, case).status_code == 404


def test_a_hidden_row_leaves_no_trace(client, case, lead, partner):
    a_row(case, lead, text="借金の話", categories=[4])
    a_consent(case, to=[partner.agency], categories=[1, 2])
    text = get(client, partner, "case", case).content.decode()
    assert "借金の話" not in text
    assert f'value="{lead.agency.public_id}"' not in text
    assert "同意なし" not in text


def test_filters_take_category_person_and_agency(client, case, lead):
    a_row(case, lead, text="通院の話", categories=[2])
    a_row(case, lead, text="借金の話", categories=[4])
    text = get(client, lead, "case", case, {"category": "4"}).content.decode()
    assert "借金の話" in text
    assert "通院の話" not in text
    assert "借金の話" in get(client, lead, "case", case, {"agency": lead.agency.public_id}).content.decode()


def test_fifty_rows_then_more(client, case, lead):
    for number in range(52):
        a_row(case, lead, text=f"記録その{number:02d}。", day=date(2026, 4, 10) + timedelta(days=number))
    first = get(client, lead, "case", case)
    assert "記録その02。" in first.content.decode()
    assert "記録その01。" not in first.content.decode()
    more = get(client, lead, "case", case, {"after": first.context["timeline"].after}, HX_Request="true")
    assert "記録その01。" in more.content.decode()
    assert "<html" not in more.content.decode()


def test_queries_do_not_grow_with_rows(client, case, lead):
    get(client, lead, "case", case)
    counts = []
    for number in (3, 27):
        for _ in range(number):
            a_row(case, lead, categories=[1, 2])
        with CaptureQueriesContext(connection) as queries:
            get(client, lead, "case", case)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_past_participant_reads_its_own_rows_and_writes_nothing(client, case, lead, partner):
    a_row(case, lead, text="主担当の記録")
    a_row(case, partner, text="自分の記録")
    case.participations.filter(agency=partner.agency).update(until_day=date(2026, 5, 31))
    text = get(client, partner, "case", case).content.decode()
    assert "自分の記録" in text
    assert "主担当の記録" not in text
    assert reverse("cases:record_new", args=[case.public_id]) not in text
    assert get(client, partner, "record_new", case).status_code == 404


def test_the_print_shows_what_the_viewer_sees_and_says_so(client, case, lead):
    a_row(case, lead, text="家計の相談")
    text = get(client, lead, "case_print", case).content.decode()
    assert "取扱注意" in text
    assert "家計の相談" in text
    assert lead.user.name in text


def test_a_stage_is_moved_but_never_to_the_end(client, case, lead):
    assert post(client, lead, "case_stage", case, {"stage": "planning", "urgency": "week"}).status_code == 302
    case.refresh_from_db()
    assert (case.stage, case.urgency) == ("planning", "week")
    post(client, lead, "case_stage", case, {"stage": "closed"})
    case.refresh_from_db()
    assert case.stage == "planning"


CLOSING = {"stage": "closed", "reason": "reached", "day": "R8.6.10", "aftercare": "西包括が月1回電話する"}


def test_closing_keeps_the_aftercare_and_a_new_episode_is_linked(client, case, lead):
    assert post(client, lead, "case_close", case, CLOSING).status_code == 302
    case.refresh_from_db()
    assert case.stage == Case.Stage.CLOSED
    assert "月1回電話" in Record.objects.get(case=case).text
    assert get(client, lead, "record_new", case).status_code == 404
    assert get(client, lead, "case_reopen", case).status_code == 200
    post(client, lead, "case_reopen", case, {"form_key": "k"})
    post(client, lead, "case_reopen", case, {"form_key": "k"})
    assert case.next_episodes.count() == 1


@pytest.mark.parametrize(("day", "words"), [("R8.4.1", "開始日より前"), ("R8.6.11", "先の日付")])
def test_a_closing_day_outside_the_case_is_refused(client, case, lead, day, words):
    page = post(client, lead, "case_close", case, CLOSING | {"day": day})
    assert words in page.content.decode()
    assert "月1回電話" in page.content.decode()
