from datetime import date, time

import pytest
from django.core.management import call_command

from agencies.models import ConsultationDay, Place
from cases.models import AuditEntry, Consultation
from tests.factories import a_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def roster(on_day):
    call_command("load_roster", verbosity=0)
    on_day(DAY)


@pytest.fixture
def venue():
    return Place.objects.get(code="kaijo-1")


@pytest.fixture
def keeper(venue):
    return a_viewer(agency=venue.agency)


def a_session(venue, day=DAY):
    return ConsultationDay.objects.create(plan_row=venue.plan_row, place=venue, agency=venue.agency, day=day)


def a_consultation(viewer, session):
    return Consultation.objects.create(
        taken_on=session.day,
        channel="fair",
        summary="試験の相談",
        agency=viewer.agency,
        author=viewer.membership,
        consultation_day=session,
    )


def session_form(venue, **changes):
    return {"place": venue.pk, "day": "R8.7.4", "start": "10時", "end": "1130", "staff_count": "4"} | changes


def test_a_session_is_planned_once_for_a_venue_and_day(client, keeper, venue):
    client.force_login(keeper.user)
    answer = client.post("/consultation-days/new/", session_form(venue))
    made = ConsultationDay.objects.get()
    assert answer.headers["Location"] == f"/consultation-days/{made.public_id}/"
    assert (made.start, made.end, made.staff_count) == (time(10), time(11, 30), 4)
    assert made.plan_row == venue.plan_row
    again = client.post("/consultation-days/new/", session_form(venue))
    assert "同じ会場と日の相談会が登録されています。" in again.content.decode()
    assert ConsultationDay.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"end": "9:00"}, "終了時刻が開始時刻より前です。"),
        ({"start": "25:00"}, "時刻として読み取れません。"),
        ({"day": ""}, "入力してください。"),
        ({"place": "1000000"}, "選択してください"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(client, keeper, venue, changes, words):
    client.force_login(keeper.user)
    page = client.post("/consultation-days/new/", session_form(venue, note="残る文") | changes)
    assert words in page.content.decode()
    assert "残る文" in page.content.decode()
    assert not ConsultationDay.objects.exists()


def test_only_consultations_that_one_may_see_are_counted(client, keeper, venue):
    session = a_session(venue)
    other = a_viewer()
    for _ in range(2):
        a_consultation(keeper, session)
    a_consultation(other, session)
    for viewer, number in ((keeper, 2), (other, 1), (a_viewer(), 0)):
        client.force_login(viewer.user)
        assert f"{number}件" in client.get(f"/consultation-days/{session.public_id}/").content.decode()
        assert f"{number}件" in client.get("/consultation-days/").content.decode()
    assert AuditEntry.objects.filter(act="見る:相談会", user=other.user).exists()


def test_a_consultation_is_taken_from_the_day_itself_on(client, keeper, venue):
    client.force_login(keeper.user)
    today, later = a_session(venue), a_session(venue, date(2026, 7, 1))
    link = f"?day={today.public_id}"
    assert link in client.get(f"/consultation-days/{today.public_id}/").content.decode()
    assert "相談を受ける" not in client.get(f"/consultation-days/{later.public_id}/").content.decode()


def test_another_agency_reads_but_does_not_change(client, venue):
    session = a_session(venue)
    client.force_login(a_viewer().user)
    assert client.get(f"/consultation-days/{session.public_id}/").status_code == 200
    assert client.get(f"/consultation-days/{session.public_id}/edit/").status_code == 404
    assert client.get("/consultation-days/nai/").status_code == 404


def test_a_session_is_changed_with_its_version(client, keeper, venue):
    session = a_session(venue)
    client.force_login(keeper.user)
    url = f"/consultation-days/{session.public_id}/edit/"
    assert client.get(url).status_code == 200
    assert client.post(url, session_form(venue, version=1)).status_code == 302
    assert "ほかの人が先に保存しました" in client.post(url, session_form(venue, version=1)).content.decode()


def test_the_queries_do_not_grow_with_the_rows(client, keeper, venue, django_assert_max_num_queries):
    client.force_login(keeper.user)

    def queries():
        with django_assert_max_num_queries(60) as counted:
            client.get("/consultation-days/")
        return len(counted)

    sessions = [a_session(venue, date(2026, 5, day)) for day in (1, 2, 3)]
    few = queries()
    sessions += [a_session(venue, date(2026, month, day)) for month in (5, 7) for day in range(4, 19)]
    for session in sessions:
        a_consultation(keeper, session)
    assert queries() == few
