from datetime import date

import pytest
from django.core.management import call_command

from agencies.models import Activity, Place, PlanRow
from cases.models import AuditEntry
from tests.factories import a_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def roster(on_day):
    call_command("load_roster", verbosity=0)
    on_day(DAY)


@pytest.fixture
def place():
    return Place.objects.get(code="parat-1")


@pytest.fixture
def keeper(place):
    return a_viewer(agency=place.agency)


def place_form(**changes):
    row = PlanRow.objects.get(code="parat-home")
    return {
        "plan_row": row.pk,
        "name": "新しい場",
        "town": "赤池一丁目",
        "note": "",
        "from_day": "R8.4.1",
    } | changes


def activity_form(**changes):
    return {
        "day": "R8.6.9",
        "title": "茶話会",
        "participants": "12",
        "helpers": "3",
        "note": "よ" * 10000,
    } | changes


def an_activity(place, day=DAY, **fields):
    return Activity.objects.create(
        plan_row=place.plan_row, place=place, agency=place.agency, day=day, title="茶話会", **fields
    )


def test_the_list_shows_active_places_by_line_and_all_on_demand(client, keeper):
    Place.objects.filter(code="parat-7").update(until_day=date(2026, 5, 31))
    client.force_login(keeper.user)
    assert "paraっとホーム 7" not in client.get("/places/").content.decode()
    assert "paraっとホーム 7" in client.get("/places/?state=all").content.decode()


def test_a_place_is_registered_for_ones_own_agency(client, keeper):
    client.force_login(keeper.user)
    assert "赤池一丁目" in client.get("/places/new/").content.decode()
    answer = client.post("/places/new/", place_form() | {"form_key": "k1"})
    made = Place.objects.get(name="新しい場")
    assert answer.headers["Location"] == f"/places/{made.public_id}/"
    assert made.agency == keeper.agency
    client.post("/places/new/", place_form() | {"form_key": "k1"})
    assert Place.objects.filter(name="新しい場").count() == 1
    assert AuditEntry.objects.filter(act="行う:場の登録").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until_day": "R8.3.31"}, "終了日が"),
        ({"from_day": "R8.2.30"}, "という日付はありません"),
        ({"name": ""}, "入力してください。"),
        ({"plan_row": "99999"}, "選択してください"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_lost(client, keeper, changes, words):
    client.force_login(keeper.user)
    page = client.post("/places/new/", place_form(note="残る文") | changes)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "残る文" in page.content.decode()


def test_another_agency_reads_but_does_not_change(client, place):
    client.force_login(a_viewer().user)
    page = client.get(f"/places/{place.public_id}/")
    assert page.status_code == 200
    assert "内容を変える" not in page.content.decode()
    assert client.get(f"/places/{place.public_id}/edit/").status_code == 404
    assert client.post(f"/places/{place.public_id}/edit/", place_form()).status_code == 404
    kept = an_activity(place)
    assert client.get(f"/activities/{kept.public_id}/edit/").status_code == 404
    assert client.get("/places/nai/").status_code == 404


def test_an_edit_of_something_changed_meanwhile_shows_both(client, keeper, place):
    client.force_login(keeper.user)
    url = f"/places/{place.public_id}/edit/"
    assert client.get(url).status_code == 200
    assert client.post(url, place_form(version=1)).status_code == 302
    page = client.post(url, place_form(version=1, name="別の名")).content.decode()
    assert "ほかの人が先に保存しました" in page
    assert "新しい場" in page
    assert client.post(url, place_form(version=2, name="別の名")).status_code == 302


@pytest.mark.parametrize("role", ["external", "roster", "statistics", "audit", "chair"])
@pytest.mark.parametrize(
    "path", ["/places/", "/places/new/", "/activities/new/", "/courses/", "/consultation-days/"]
)
def test_others_than_field_workers_find_nothing(client, role, path):
    client.force_login(a_viewer(role).user)
    assert client.get(path).status_code == 404


def test_an_activity_is_recorded_at_a_place_with_wide_digits(client, keeper, place):
    client.force_login(keeper.user)
    url = f"/places/{place.public_id}/activities/new/"
    assert client.get(url).status_code == 200
    assert client.post(url, activity_form()).headers["Location"] == f"/places/{place.public_id}/"
    made = Activity.objects.get()
    assert (made.participants, made.coordinated, made.plan_row) == (12, 0, place.plan_row)
    assert len(made.note) == 10000
    assert "12人" in client.get(f"/places/{place.public_id}/").content.decode()
    assert client.get(f"/places/{place.public_id}/print/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "R8.6.11"}, "まだ来ていない日付です。"),
        ({"participants": "多数"}, "数字で入力してください。"),
        ({"participants": "-1"}, "0以上の数字"),
        ({"participants": "999999"}, "桁を確かめてください。"),
    ],
)
def test_an_impossible_activity_is_refused(client, keeper, place, changes, words):
    client.force_login(keeper.user)
    page = client.post(f"/places/{place.public_id}/activities/new/", activity_form(**changes))
    assert words in page.content.decode()
    assert not Activity.objects.exists()


def test_an_activity_without_a_place_belongs_to_a_line_and_to_its_month(client, keeper):
    client.force_login(keeper.user)
    row = PlanRow.objects.get(code="parat-home")
    answer = client.post("/activities/new/", activity_form(plan_row=row.pk))
    assert answer.headers["Location"] == "/activities/2026/6/"
    page = client.get("/activities/2026/6/").content.decode()
    assert "茶話会" in page
    assert client.get("/activities/2026/6/print/").status_code == 200
    assert client.get("/activities/").headers["Location"] == "/activities/2026/6/"
    edit = f"/activities/{Activity.objects.get().public_id}/edit/"
    assert client.post(edit, activity_form(plan_row=row.pk, title="改めた", version=1)).status_code == 302
    assert Activity.objects.get().title == "改めた"


@pytest.mark.parametrize("path", ["/activities/2026/13/", "/activities/1999/1/", "/activities/2026/0/print/"])
def test_months_that_cannot_be_do_not_exist(client, keeper, path):
    client.force_login(keeper.user)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/places/", "/activities/2026/6/", "/places/{place}/", "/places/{place}/print/"]
)
def test_the_queries_do_not_grow_with_the_rows(client, keeper, place, path, django_assert_max_num_queries):
    client.force_login(keeper.user)

    def queries():
        with django_assert_max_num_queries(60) as counted:
            client.get(path.format(place=place.public_id))
        return len(counted)

    for _ in range(3):
        an_activity(place)
    few = queries()
    for number in range(30):
        an_activity(Place.objects.get(code=f"parat-{number % 7 + 1}"))
        an_activity(place)
    assert queries() == few
