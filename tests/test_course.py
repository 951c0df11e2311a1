from datetime import date

import pytest
from django.core.management import call_command

from agencies.models import Course, Place, PlanRow
from tests.factories import a_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def roster(on_day):
    call_command("load_roster", verbosity=0)
    on_day(DAY)


@pytest.fixture
def spot():
    return Place.objects.get(code="mamoribito-1")


@pytest.fixture
def keeper(spot):
    return a_viewer(agency=spot.agency)


def course_form(**changes):
    row = PlanRow.objects.get(code="machi-no-mamoribito")
    given = {
        "plan_row": row.pk,
        "day": "R8.5.20",
        "title": "養成講座",
        "participants": "20",
        "completed": "18",
    }
    return given | changes


def a_course(spot, day=DAY):
    return Course.objects.create(
        plan_row=spot.plan_row, place=spot, agency=spot.agency, day=day, title="養成講座", participants=3
    )


def test_a_course_is_recorded_and_counted(client, keeper, spot):
    client.force_login(keeper.user)
    assert client.get("/courses/new/").status_code == 200
    answer = client.post("/courses/new/", course_form(place=spot.pk) | {"form_key": "k"})
    made = Course.objects.get()
    assert answer.headers["Location"] == f"/courses/{made.public_id}/"
    client.post("/courses/new/", course_form(place=spot.pk) | {"form_key": "k"})
    assert Course.objects.count() == 1
    page = client.get("/courses/").content.decode()
    assert "20人" in page
    assert "18人" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"completed": "21"}, "修了者数が受講者数より多くなっています。"),
        ({"day": "R8.13.1"}, "という日付はありません"),
        ({"title": ""}, "入力してください。"),
        ({"place": "1000000"}, "選択してください"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(client, keeper, changes, words):
    client.force_login(keeper.user)
    page = client.post("/courses/new/", course_form(note="残る文") | changes)
    assert words in page.content.decode()
    assert "残る文" in page.content.decode()
    assert not Course.objects.exists()


def test_another_agency_reads_but_does_not_change(client, spot):
    course = a_course(spot)
    client.force_login(a_viewer().user)
    assert client.get(f"/courses/{course.public_id}/").status_code == 200
    assert client.get(f"/courses/{course.public_id}/edit/").status_code == 404
    assert client.get("/courses/nai/").status_code == 404


def test_a_course_is_changed_with_its_version(client, keeper, spot):
    course = a_course(spot)
    client.force_login(keeper.user)
    url = f"/courses/{course.public_id}/edit/"
    assert client.get(url).status_code == 200
    assert client.post(url, course_form(version=1)).status_code == 302
    assert (
        "ほかの人が先に保存しました" in client.post(url, course_form(version=1, title="別")).content.decode()
    )


def test_the_queries_do_not_grow_with_the_rows(client, keeper, spot, django_assert_max_num_queries):
    client.force_login(keeper.user)

    def queries():
        with django_assert_max_num_queries(60) as counted:
            client.get("/courses/")
        return len(counted)

    for _ in range(3):
        a_course(spot)
    few = queries()
    for number in range(30):
        a_course(Place.objects.get(code=f"mamoribito-{number % 7 + 1}"))
    assert queries() == few
