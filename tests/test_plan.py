from datetime import date

import pytest
from django.core.management import call_command

from agencies.models import Activity, Agency, Commission, ConsultationDay, Course, Place, PlanRow, Role
from agencies.recorded import FiscalYear, activities, lines
from tests.factories import MembershipFactory, a_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)
YEAR = FiscalYear(2026, DAY)


@pytest.fixture(autouse=True)
def roster(on_day):
    call_command("load_roster", verbosity=0)
    on_day(DAY)


def recorded(code, year=YEAR, layer=""):
    return next(line for line in lines(None, year) if line.row.code == code and line.layer == layer)


def add_activity(code="parat-home", day=DAY, **fields):
    place = Place.objects.filter(plan_row__code=code).first()
    return Activity.objects.create(
        plan_row=PlanRow.objects.get(code=code),
        place=place,
        agency=place.agency,
        day=day,
        title="茶話会",
        **fields,
    )


def test_every_line_of_the_plan_has_its_number():
    found = lines(None, YEAR)
    assert len(found) == 20
    assert recorded("chiiki-hokatsu").verdict == "計画どおり"
    assert recorded("network-system").recorded is None
    assert recorded("network-system").verdict == "—"


def test_a_commission_that_ended_is_missing_from_the_next_day_on():
    Commission.objects.filter(agency__code="hokatsu-3").update(until_day=DAY)
    assert recorded("chiiki-hokatsu").recorded == 3
    assert recorded("chiiki-hokatsu", FiscalYear(2026, date(2026, 6, 11))).verdict == "1か所少ない"


def test_places_and_agencies_that_closed_do_not_count():
    Place.objects.filter(code="parat-7").update(until_day=date(2026, 5, 31))
    Agency.objects.filter(code="kurashi-support").update(until_day=date(2026, 5, 31))
    assert recorded("parat-home").difference == -1
    assert recorded("kurashi-support").recorded == 0


def test_staff_is_counted_by_layer():
    Commission.objects.filter(layer="第2層").update(headcount=4)
    assert recorded("coordinator", layer="第1層").verdict == "計画どおり"
    assert recorded("coordinator", layer="第2層").verdict == "1人多い"


def test_coordinators_are_people_not_memberships():
    viewer = a_viewer(Role.COORDINATOR)
    MembershipFactory(user=viewer.user, role=Role.COORDINATOR)
    assert recorded("suishin-in").recorded == 1


def test_venues_and_spots_count_once_and_only_what_was_held():
    place = Place.objects.get(code="kaijo-1")
    for day in (date(2026, 4, 10), date(2026, 5, 10), date(2026, 7, 1), date(2026, 3, 31)):
        ConsultationDay.objects.create(plan_row=place.plan_row, place=place, agency=place.agency, day=day)
    spot = Place.objects.get(code="mamoribito-1")
    for venue in (spot, spot, None, None):
        Course.objects.create(
            plan_row=spot.plan_row, place=venue, agency=spot.agency, day=DAY, title="養成講座"
        )
    assert recorded("nandemo-sodan").recorded == 1
    assert recorded("machi-no-mamoribito").recorded == 2


def test_a_year_that_is_over_is_counted_on_its_last_day_and_one_to_come_not_at_all():
    Commission.objects.filter(agency__code="hokatsu-3").update(until_day=date(2026, 4, 1))
    assert recorded("chiiki-hokatsu", FiscalYear(2025, DAY)).recorded == 3
    assert recorded("chiiki-hokatsu", FiscalYear(2026, date(2026, 3, 31))).recorded is None


def test_activities_add_up_by_row_and_month():
    add_activity(day=date(2026, 4, 1), participants=10, helpers=2)
    add_activity(day=date(2026, 4, 30), participants=5)
    add_activity(day=date(2026, 3, 31), participants=99)
    add_activity(day=date(2026, 6, 11), participants=99)
    done = activities("community", YEAR)
    assert (done.total.times, done.total.participants, done.total.helpers) == (2, 15, 2)
    assert done.by_month[4].participants == 15
    assert not activities("participation", YEAR).by_row


@pytest.mark.parametrize("role", Role.values)
def test_every_member_of_staff_may_open_the_plan(client, role):
    client.force_login(a_viewer(role).user)
    assert client.get("/plan/").headers["Location"] == "/plan/2026/"
    page = client.get("/plan/2026/").content.decode()
    assert page.count("<tbody>") == 5
    assert "稼働の状況は未確認" in page
    for programme in ("consultation", "community", "coordination", "outreach", "participation"):
        assert client.get(f"/plan/2026/{programme}/").status_code == 200
        assert client.get(f"/plan/2026/{programme}/print/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/plan/2031/", "/plan/2026/nai/", "/plan/1/community/", "/plan/99999999999/"]
)
def test_unknown_years_and_programmes_do_not_exist(client, path):
    client.force_login(a_viewer().user)
    assert client.get(path).status_code == 404


def test_the_queries_do_not_grow_with_the_rows(client, django_assert_max_num_queries):
    client.force_login(a_viewer().user)

    def queries():
        with django_assert_max_num_queries(60) as counted:
            client.get("/plan/2026/community/")
        return len(counted)

    for _ in range(3):
        add_activity()
    few = queries()
    for number in range(30):
        add_activity(code=["parat-home", "tsusho-hojo", "kosodate-center"][number % 3], participants=3)
    assert queries() == few
