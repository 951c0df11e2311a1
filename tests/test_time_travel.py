"""時間をさかのぼる: the same gate over the facts of another moment, on the web role."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.models import Participation, Person
from cases.visibility.travel import could_see, end_of
from nisshin_support import second_wall
from nisshin_support.middleware import enter_request_role, leave_request_role
from tests.factories import a_case, a_consent, a_row, a_viewer
from tests.meeting_world import DAY, TODAY, a_consented_meeting

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 10)


def history_says(at, **of):
    """Pretend that everything recorded so far was recorded at `at`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE history.version SET at = %s WHERE at > %s", [at, of.get("since", "2026-07-15")]
        )


@pytest.fixture
def shared():
    lead, other = a_viewer(), a_viewer()
    case = a_case(lead)
    Participation.objects.create(case=case, agency=other.agency, from_day=date(2026, 4, 10))
    row = a_row(case, lead, categories=[2])
    consent = a_consent(case, to=[other.agency])
    history_says(end_of(JUNE) - timedelta(hours=9))
    yield lead, other, case, row, consent
    leave_request_role()


def as_web(viewer):
    enter_request_role()
    second_wall.enter(viewer)


def test_a_later_withdrawal_closes_today_but_was_not_known_then(shared):
    lead, other, case, row, consent = shared
    consent.withdraw(author=lead.membership, on=JUNE, at=timezone.now())
    as_web(lead)
    assert could_see(case, other.agency, JUNE) == set()
    assert could_see(case, other.agency, JUNE, end_of(JUNE)) == {row.pk}
    assert could_see(case, other.agency, JUNE) == set()


def test_what_was_recorded_later_was_not_known_then(shared):
    lead, other, case, row, _consent = shared
    later = a_row(case, lead, categories=[3])
    as_web(lead)
    assert could_see(case, other.agency, JUNE) == {row.pk, later.pk}
    assert could_see(case, other.agency, JUNE, end_of(JUNE)) == {row.pk}
    assert could_see(case, other.agency, JUNE, end_of(JUNE - timedelta(days=1))) == set()


def test_nobody_travels_into_anothers_case(shared):
    *_, case, _row, _consent = shared
    stranger = a_viewer()
    as_web(stranger)
    with pytest.raises(DatabaseError, match="not your case"), transaction.atomic():
        could_see(case, stranger.agency, JUNE, end_of(JUNE))


def test_no_word_is_kept(shared):
    *_, case, row, _consent = shared
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM history.version")
        [kept] = cursor.fetchone()
    person = Person.objects.get(pk=case.main_subject_id)
    assert row.text not in kept and person.name not in kept and person.kana not in kept


def test_at_a_table_too(on_day):
    on_day(TODAY)
    world = a_consented_meeting()
    world.confirm()
    history_says(datetime(2026, 6, 10, 3, tzinfo=timezone.get_default_timezone()))
    try:
        as_web(world.lead)
        assert world.row.pk in could_see(world.case, world.inside.agency, TODAY, end_of(TODAY))
        assert world.row.pk not in could_see(world.case, world.outside.agency, TODAY, end_of(TODAY))
        assert could_see(world.case, world.inside.agency, DAY, end_of(TODAY - timedelta(days=1))) == set()
    finally:
        leave_request_role()
