"""マッチング: begin, move along, follow up, print; the year's figures."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outreach.models import Placement, PlacementFollowUp
from tests.factories import PersonFactory, a_case, a_consent, a_row, a_viewer
from tests.test_host_views import a_host, a_placement

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def worker(client):
    viewer = a_viewer(role="participation")
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def case(worker):
    return a_case(worker, person=PersonFactory(name="架空 参加"))


@pytest.fixture
def placed(case, worker):
    return a_placement(case, worker, a_host(worker), text="袋詰めを望む", day=date(2026, 5, 1))


def new(case):
    return reverse("outreach:placement_new", args=[case.public_id])


def page_of(row, name="placement"):
    return reverse(f"outreach:{name}", args=[row.public_id])


def entry(**fields):
    return {"happened_on": "R8.6.10", "text": "花の世話をしてみたい", "categories": ["3"]} | fields


def move(stage, day="R8.6.10", seen="asked", **fields):
    return {"stage": stage, "day": day, "seen_stage": seen} | fields


def follow_up(placed, viewer, **fields):
    return a_row(
        placed.case,
        viewer,
        model=PlacementFollowUp,
        categories=[3],
        placement=placed,
        **({"to": "person"} | fields),
    )


def test_a_placement_begins_with_a_host_or_a_menu(client, worker, case):
    host = a_host(worker, menus=["花の世話"])
    client.post(new(case), entry(menu=host.menus.get().pk))
    row = Placement.objects.get()
    assert (row.host, row.menu.name, row.stage, row.stage_on) == (host, "花の世話", "asked", TODAY)
    assert row.category_list() == [3]
    page = client.get(page_of(row)).content.decode()
    assert "花の世話をしてみたい" in page and "架空 参加" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "受入れ先か、メニュー"),
        ({"text": "", "host": "h"}, "入力してください"),
        ({"happened_on": "R8.6.11"}, "まだ来ていない"),
    ],
)
def test_bad_input_says_what_to_do(client, worker, case, fields, words):
    a_host(worker)
    page = client.post(new(case), entry(**fields)).content.decode()
    assert words in page and not Placement.objects.exists()


def test_a_menu_of_another_host_is_refused(client, worker, case):
    host, other = a_host(worker), a_host(worker, name="別の店", menus=["品出し"])
    page = client.post(new(case), entry(host=host.public_id, menu=other.menus.get().pk)).content.decode()
    assert "選んだ受入れ先のメニューではありません" in page and not Placement.objects.exists()


def test_a_placement_sent_twice_is_one(client, worker, case):
    host = a_host(worker)
    for _ in range(2):
        client.post(new(case), entry(host=host.public_id, form_key="k1"))
    assert Placement.objects.count() == 1


def test_a_stranger_gets_404_and_changes_nothing(client, worker):
    other = a_viewer()
    case = a_case(other)
    row = a_placement(case, other, a_host(other), text="ひみつ")
    for address in [new(case), page_of(row), page_of(row, "follow_up_new"), page_of(row, "placement_print")]:
        assert client.get(address).status_code == 404
    assert client.post(page_of(row, "placement_move"), move("visit")).status_code == 404
    assert client.post(page_of(row, "follow_up_new"), entry(to="host")).status_code == 404
    assert case.number not in client.get(reverse("outreach:placements") + "?state=all").content.decode()
    row.refresh_from_db()
    assert row.stage == "asked" and not PlacementFollowUp.objects.exists()


def test_stages_keep_their_days(client, worker, placed):
    client.post(page_of(placed, "placement_move"), move("visit", "R8.5.10"))
    client.post(page_of(placed, "placement_move"), move("accepted", "R8.6.1", seen="visit"))
    row = Placement.objects.get()
    assert (row.stage, row.visited_on, row.tried_on, row.accepted_on) == (
        "accepted",
        date(2026, 5, 10),
        None,
        date(2026, 6, 1),
    )
    assert "R8.5.10" in client.get(page_of(placed)).content.decode()


def test_going_back_takes_the_later_days_back(client, worker, placed):
    placed.move_to("accepted", date(2026, 6, 1))
    client.post(page_of(placed, "placement_move"), move("trial", "R8.6.2", seen="accepted"))
    row = Placement.objects.get()
    assert (row.stage, row.tried_on, row.accepted_on) == ("trial", date(2026, 6, 2), None)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (move("ended"), "終了の理由を入力してください"),
        (move("visit", "R8.4.1"), "前の段階の日付より前です"),
        (move("visit", "R8.7.1"), "まだ来ていない"),
        (move("visit", seen="trial"), "ほかの人が先に"),
    ],
)
def test_a_move_refused_says_why_and_changes_nothing(client, worker, placed, answers, words):
    assert words in client.post(page_of(placed, "placement_move"), answers).content.decode()
    placed.refresh_from_db()
    assert placed.stage == "asked"


def test_a_placement_ends_with_its_reason(client, worker, placed):
    client.post(page_of(placed, "placement_move"), move("ended", reason="就職した"))
    assert "就職した" in client.get(page_of(placed)).content.decode()
    assert placed.case.number not in client.get(reverse("outreach:placements")).content.decode()
    assert placed.case.number in client.get(reverse("outreach:placements") + "?state=ended").content.decode()


def test_follow_ups_to_the_person_and_to_the_host(client, worker, placed):
    for to, text in [("person", "朝起きられるようになった"), ("host", "声のかけ方を相談した")]:
        client.post(page_of(placed, "follow_up_new"), entry(to=to, text=text, next_on="R8.6.20"))
    for name in ["placement", "placement_print"]:
        page = client.get(page_of(placed, name)).content.decode()
        assert "朝起きられるようになった" in page and "声のかけ方を相談した" in page
    assert "あと10日" in client.get(reverse("outreach:placements")).content.decode()


def test_a_participant_sees_by_consent_and_may_not_move_it(client, worker):
    other = a_viewer()
    case = a_case(other)
    case.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    row = a_placement(case, other, a_host(other))
    hidden = a_row(
        case, other, model=PlacementFollowUp, categories=[2], placement=row, to="person", text="体調のこと"
    )
    a_consent(case, to=[worker.agency], categories=[3])
    page = client.get(page_of(row)).content.decode()
    assert "段階を進める" not in page and "体調のこと" not in page and hidden
    assert client.post(page_of(row, "placement_move"), move("visit")).status_code == 404
    assert client.post(page_of(row, "follow_up_new"), entry(to="host")).status_code == 302


def queries_of(client, address):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_lists_and_prints_ask_no_more_for_thirty_rows(client, worker, placed):
    host = a_host(worker)
    year = reverse("outreach:participation_year", args=[2026])
    addresses = [
        reverse("outreach:placements"),
        page_of(placed),
        page_of(host, "host"),
        f"{year}?of=placed",
        f"{year}?of=person_support",
    ]

    def add(number):
        for _ in range(number):
            follow_up(a_placement(a_case(worker), worker, host), worker, next_on=TODAY)
            follow_up(placed, worker, next_on=TODAY)

    add(3)
    few = [queries_of(client, address) for address in addresses]
    add(27)
    assert [queries_of(client, address) for address in addresses] == few


def test_the_year_counts_stages_by_their_days_among_visible_rows(client, worker, placed):
    placed.move_to("accepted", TODAY - timedelta(days=100))
    follow_up(placed, worker, to="host")
    follow_up(placed, worker)
    other = a_viewer()
    a_placement(a_case(other), other, a_host(other, name="別の店"))
    response = client.get(reverse("outreach:participation_year", args=[2026]))
    numbers = {
        counter.code: counter.number for _, counters in response.context["groups"] for counter in counters
    }
    assert numbers["placed"] == numbers["asked"] == 1 and numbers["kept_3"] == 1 and numbers["kept_6"] == 0
    assert (numbers["host_support"], numbers["person_support"]) == (1, 1)
    assert (numbers["new_hosts"], numbers["all_hosts"]) == (2, 2)
    for code in ["placed", "kept_3", "host_support", "new_hosts"]:
        lines = client.get(reverse("outreach:participation_year", args=[2026]) + f"?of={code}").context[
            "lines"
        ]
        assert len(lines) == numbers[code]


def text_page(row):
    return page_of(row, "placement_text_edit")


def test_texts_are_corrected_as_new_versions(client, worker, placed):
    row = follow_up(placed, worker, text="はじめの様子")
    for written, text in [(placed, "直した希望"), (row, "直した様子")]:
        assert client.post(text_page(written), {"text": text, "version": "1"}).status_code == 302
    page = client.get(page_of(placed)).content.decode()
    assert all(words in page for words in ["直した希望", "袋詰めを望む", "直した様子", "はじめの様子"])


def test_a_text_corrected_meanwhile_shows_both(client, worker, placed):
    client.post(text_page(placed), {"text": "先の訂正", "version": "1"})
    page = client.post(text_page(placed), {"text": "後の訂正", "version": "1"}).content.decode()
    placed.refresh_from_db()
    assert "先の訂正" in page and "後の訂正" in page and placed.text == "先の訂正"


def test_only_the_agency_that_wrote_a_text_corrects_it(client, worker):
    other = a_viewer()
    case = a_case(other)
    case.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    row = a_placement(case, other, a_host(other), text="ほかの機関の文")
    a_consent(case, to=[worker.agency])
    assert client.get(page_of(row)).status_code == 200
    assert client.get(text_page(row)).status_code == 404
    assert client.post(text_page(row), {"text": "書き換え", "version": "1"}).status_code == 404
