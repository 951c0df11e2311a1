"""さがす: one box, only what the viewer may know of, no word in the address."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AuditEntry, StoredSearch
from tests.factories import PersonFactory, a_case, a_consent, a_referral, a_row, a_viewer
from tests.test_consultation_views import a_consultation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day("2026-06-10")


@pytest.fixture
def worker(client):
    viewer = a_viewer()
    client.force_login(viewer.user)
    return viewer


def search(client, words):
    response = client.post(reverse("search"), {"q": words})
    assert words not in response["Location"]
    return client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "渡邊",
        "渡辺",
        "わたなべ",
        "ワタナベ じ",
        "S30.1.1",
        "昭和30年1月1日",
        "S30",
        "19550101",
        "令和8年度-0001",
        "R8-1",
        "1",
    ],
)
def test_a_person_is_found_by_any_of_it(client, worker, words):
    case = a_case(
        worker, person=PersonFactory(name="渡邉 次郎", kana="ワタナベ ジロウ", birth_date=date(1955, 1, 1))
    )
    html = search(client, words)
    assert "渡邉 次郎" in html and case.number in html
    assert AuditEntry.objects.filter(act="見る:検索の結果").exists()


def test_what_one_may_not_know_of_is_not_found(client, worker):
    stranger = a_viewer()
    case = a_case(stranger, person=PersonFactory(name="渡邉 次郎"))
    a_consultation(stranger, person=PersonFactory(name="渡邉 三郎"))
    for words in ("渡辺", case.number):
        html = search(client, words)
        assert "渡邉" not in html and "見つかりませんでした" in html


def test_a_consultation_without_a_case_is_found(client, worker):
    taken = a_consultation(worker, person=PersonFactory(name="見本 花子"))
    assert reverse("cases:consultation", args=[taken.public_id]) in search(client, "見本")


def test_a_case_whose_header_is_closed_is_found_by_number_without_its_name(client, worker):
    sender = a_viewer()
    case = a_case(sender, person=PersonFactory(name="渡邉 次郎"))
    a_referral(case, sender, worker.agency)
    html = search(client, case.number)
    assert case.number in html and "渡邉" not in html
    assert "渡邉" not in search(client, "渡辺")


def test_somebody_in_a_visible_row_is_found_with_the_case(client, worker):
    lead = a_viewer()
    case = a_case(lead)
    case.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    mother = PersonFactory(name="見本 母")
    a_row(case, lead, subjects=[mother])
    assert "見本 母" not in search(client, "見本")
    a_consent(case, to=[worker.agency], person=mother)
    html = search(client, "見本")
    assert "見本 母" in html and "記録に出てきます" in html


def test_another_users_search_is_not_opened(client, worker):
    kept = StoredSearch.keep(a_viewer().user, q="渡辺")
    assert client.get(reverse("search"), {"s": kept.public_id}).status_code == 404
    assert client.get(reverse("search"), {"s": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    "words", ["", "=1+1", "'; DROP TABLE", "R8.2.30", "%", "0", "ー", "a" * 100, "𠮷\U000e0100"]
)
def test_odd_words_find_nothing_and_break_nothing(client, worker, words):
    response = client.post(reverse("search"), {"q": words}, follow=True)
    assert response.status_code == 200


def test_it_asks_as_often_for_thirty_as_for_three(client, worker):
    for number in range(30):
        a_consultation(
            worker, person=a_case(worker, person=PersonFactory(name=f"見本 {number}")).main_subject
        )
        if number == 2:
            few = _queries(client)
    assert _queries(client) == few


def _queries(client):
    where = client.post(reverse("search"), {"q": "見本"})["Location"]
    with CaptureQueriesContext(connection) as caught:
        client.get(where)
    return len(caught)
