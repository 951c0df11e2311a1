"""統計: fixed tables over all cases, small numbers hidden, for 統計 alone."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from agencies.models import CitySetting, Role
from cases.models import AuditEntry, Consultation, Plan
from cases.published_tables import HIDDEN, Counted, published
from cases.statistics import meetings_held, tables_of
from cases.visibility import Purpose
from meetings.models import AgendaItem, LegalBasis, Segment
from outreach.models import Approach
from tests.factories import (
    AgencyFactory,
    PersonFactory,
    a_case,
    a_referral,
    a_row,
    a_segment,
    a_viewer,
    an_item,
)

pytestmark = pytest.mark.django_db
PAGE, FILE = "cases:statistics", "cases:statistics_file"
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def clerk(client):
    viewer = a_viewer(role=Role.STATISTICS)
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def worker():
    return a_viewer(agency=AgencyFactory(name="試験センター"))


def every_number_shown():
    CitySetting.objects.update_or_create(pk=1, defaults={"published_threshold": 1})


def consulted(worker, count=1, person=None, **fields):
    given = {"taken_on": DAY, "channel": "visit", "summary": "相談の中身", "route": "self_visit"}
    for _ in range(count):
        Consultation.objects.create(
            agency=worker.agency, author=worker.membership, person=person, **(given | fields)
        )


def tables(clerk, year=2026):
    return {table.title: table for table in tables_of(clerk, Purpose.STATISTICS, year)}


def row(clerk, title, label, year=2026):
    return dict(tables(clerk, year)[title].rows)[label]


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.STATISTICS])
def test_for_every_other_role_there_is_no_such_page(client, role):
    viewer = a_viewer(role=role)
    client.force_login(viewer.user)
    assert client.get(reverse(PAGE)).status_code == 404
    assert client.get(reverse(FILE)).status_code == 404
    for gate in (tables_of, meetings_held):
        for purpose in Purpose:
            with pytest.raises(Http404):
                gate(viewer, purpose, 2026)


def test_contacts_people_and_anonymous_contacts_are_counted(clerk, worker):
    every_number_shown()
    person = PersonFactory()
    consulted(worker, 3, person, topics=["housing", "income"], fields=["poverty"])
    consulted(worker, 2, taken_on=date(2027, 3, 31), topics=["housing"])
    consulted(worker, 5, taken_on=date(2026, 3, 31))
    consulted(worker, 1, taken_on=date(2027, 4, 1))
    assert row(clerk, "相談受付(機関別)", "試験センター") == [3, 2, 5, 1]
    assert row(clerk, "相談受付(月別)", "6月") == [3, 0, 3, 1]
    assert row(clerk, "相談受付(月別)", "3月") == [0, 2, 2, 0]
    assert row(clerk, "相談受付(経路別)", "本人自ら連絡(来所)") == [3, 2, 5, 1]
    assert row(clerk, "相談受付(相談内容別)", "住まいについて") == [3, 2, 5, 1]
    assert row(clerk, "相談受付(相談内容別)", "収入・生活費のこと") == [3, 0, 3, 1]
    assert row(clerk, "相談受付(分野別)", "生活困窮") == [3, 0, 3, 1]
    assert row(clerk, "相談受付(機関別)", "計", year=2025) == [0, 5, 5, 0]


def test_cases_referrals_plans_and_attempts_are_counted(clerk, worker):
    every_number_shown()
    first, second = a_case(worker), a_case(worker, day=date(2025, 6, 1))
    second.close(stage="suspended", reason="left_city", day=DAY)
    a_referral(first, worker, AgencyFactory())
    cover = {"type": "outreach", "state": "decided", "decided_on": DAY}
    a_row(first, worker, model=Plan, round=2, **cover)
    for response in ("met", "absent"):
        a_row(first, worker, model=Approach, means="visit", response=response)
    assert row(clerk, "ケース", "新しく始めたケース") == [1]
    assert row(clerk, "ケース", "期末(今年度は今日)に続いているケース") == [1]
    assert row(clerk, "終わったケース(理由別)", "転出") == [0, 1, 1]
    assert row(clerk, "つなぎ(送付した日で数える)", "つなぎ") == [1, 0, 0, 0, 1]
    assert row(clerk, "プラン(作成)", "アウトリーチ") == [0, 1, 1]
    assert row(clerk, "プラン(支援決定)", "アウトリーチ") == [1]
    assert row(clerk, "働きかけ・訪問", "訪問") == [1, 1, 2, 1]


def test_each_segment_of_a_sitting_counts_once_for_its_own_kind(clerk, worker):
    every_number_shown()
    case, held = a_case(worker), Segment.Status.CLOSED
    first = a_segment(worker, day=DAY, status=held)
    second = a_segment(worker, basis=LegalBasis.STATUTE, meeting=first.meeting, status=held)
    a_segment(worker, day=DAY, status=Segment.Status.CANCELLED)
    for segment in (first, first, second):
        an_item(segment, case, worker, result=AgendaItem.Result.DISCUSSED)
    an_item(second, case, worker, result=AgendaItem.Result.POSTPONED)
    assert meetings_held(clerk, Purpose.STATISTICS, 2026) == [("重層的支援会議", 1), ("支援会議", 1)]
    assert row(clerk, "会議で協議した案件", "重層的支援会議") == [2, 1]
    assert row(clerk, "会議で協議した案件", "支援会議") == [1, 1]


def test_small_numbers_and_what_they_follow_from_are_hidden(client, clerk, worker):
    other = a_viewer(agency=AgencyFactory(name="別のセンター"))
    consulted(worker, 3)
    consulted(other, 20)
    third = a_viewer(agency=AgencyFactory(name="三つ目"))
    consulted(third, 30)
    assert row(clerk, "相談受付(機関別)", "試験センター") == [0, HIDDEN, HIDDEN, 0]
    assert row(clerk, "相談受付(機関別)", "別のセンター") == [0, HIDDEN, HIDDEN, 0]
    assert row(clerk, "相談受付(機関別)", "三つ目") == [0, 30, 30, 0]
    text = client.get(reverse(PAGE)).content.decode()
    assert "10未満" in text and "－" in text and "相談の中身" not in text


def test_a_sum_hidden_in_one_table_is_hidden_in_its_group():
    lonely = Counted("a", "", ["x"], [("p", [12]), ("q", [3])], group="g")
    safe = Counted("b", "", ["x"], [("p", [15])], group="g")
    shown = published([lonely, safe], 10)
    assert dict(shown[0].rows)["計"] == dict(shown[1].rows)["計"] or dict(shown[0].rows)["計"] == [15]
    few = Counted("c", "", ["x"], [("p", [4])], group="h")
    same = Counted("d", "", ["x"], [("p", [0]), ("q", [4])], group="h")
    assert [dict(table.rows)["計"] for table in published([few, same], 10)] == [[HIDDEN], [HIDDEN]]


def test_people_are_hidden_where_their_contacts_are():
    table = Counted("a", "", ["記名", "匿名"], [("p", [12, 1]), ("q", [40, 30])], [12, 35], 47, across=True)
    shown = dict(published([table], 10)[0].rows)
    assert shown["p"][1] == HIDDEN
    assert shown["p"][0] != HIDDEN or shown["p"][3] == HIDDEN


def test_the_year_is_chosen_and_a_strange_one_is_this_year(client, clerk):
    assert client.get(reverse(PAGE) + "?year=2025").context["year"] == 2025
    for strange in ("1900", "x", "２０２５", ""):
        assert client.get(reverse(PAGE), {"year": strange}).context["year"] == 2026


def test_the_file_says_what_the_page_says(client, clerk, worker):
    consulted(worker, 3)
    consulted(worker, 25, PersonFactory())
    answer = client.get(reverse(FILE) + "?year=2026")
    assert 'filename="toukei_2026.xlsx"' in answer["Content-Disposition"]
    rows = [
        [cell for cell in row if cell is not None]
        for row in load_workbook(BytesIO(answer.content)).active.values
    ]
    for table in tables(clerk).values():
        assert [table.title] in rows
        for label, values in table.rows:
            assert [label, *values] in rows
    assert AuditEntry.objects.filter(act="行う:統計のExcel", things=["2026"]).exists()


def test_the_number_of_queries_does_not_grow(client, clerk, worker):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(PAGE)).status_code == 200
        return len(found)

    consulted(worker, 3, topics=["housing"])
    few = queries()
    consulted(worker, 27, PersonFactory(), topics=["housing"])
    assert queries() == few
