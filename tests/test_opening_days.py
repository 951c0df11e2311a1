"""開庁日: weekends, 祝日, the turn of the year and the city's own closing days do not count."""

from datetime import date

import pytest

from agencies.models import CitySetting
from agencies.models.city import Holiday
from nisshin_support.opening_days import add_opening_days, answer_due, is_opening_day

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 6, 10), True),
        (date(2026, 6, 13), False),
        (date(2026, 6, 14), False),
        (date(2026, 5, 5), False),
        (date(2026, 5, 6), False),
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_an_opening_day_is_no_weekend_no_holiday_and_not_the_turn_of_the_year(day, is_open):
    assert is_opening_day(day) is is_open


def test_five_opening_days_pass_over_the_weekend():
    assert add_opening_days(date(2026, 6, 10), 5) == date(2026, 6, 17)


def test_golden_week_and_new_year_do_not_count():
    assert add_opening_days(date(2026, 5, 1), 1) == date(2026, 5, 7)
    assert add_opening_days(date(2026, 12, 28), 1) == date(2027, 1, 4)


def test_no_days_after_a_closed_day_is_the_next_open_one():
    assert add_opening_days(date(2026, 6, 13), 0) == date(2026, 6, 15)
    assert add_opening_days(date(2026, 6, 15), 0) == date(2026, 6, 15)


def test_a_closing_day_of_the_city_does_not_count():
    Holiday.objects.create(day=date(2026, 6, 11), name="市の休み")
    assert add_opening_days(date(2026, 6, 10), 1) == date(2026, 6, 12)


def test_the_answer_is_due_after_the_citys_number_of_days_or_today(django_assert_num_queries):
    assert answer_due(date(2026, 6, 10)) == date(2026, 6, 17)
    assert answer_due(date(2026, 6, 10), same_day=True) == date(2026, 6, 10)
    CitySetting.objects.create(pk=1, referral_answer_days=3)
    with django_assert_num_queries(2):
        assert answer_due(date(2026, 6, 10)) == date(2026, 6, 15)
