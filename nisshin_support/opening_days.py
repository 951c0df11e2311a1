"""開庁日: the days on which the city's counters are open. Deadlines are counted in them."""

from datetime import date, timedelta

import jpholiday

from agencies.models.city import CitySetting, Holiday

SATURDAY = 5
LONGEST_CLOSING = 30


def is_opening_day(day: date, closed: set[date] | None = None) -> bool:
    """Not a weekend, not a 祝日, not 12/29–1/3, not a closing day that the city entered."""
    if day.weekday() >= SATURDAY or _is_turn_of_year(day) or jpholiday.is_holiday(day):
        return False
    if closed is None:
        return not Holiday.objects.filter(day=day).exists()
    return day not in closed


def add_opening_days(day: date, number: int) -> date:
    """The `number`-th 開庁日 after `day`; with 0 the day itself if it is one, else the next. One query."""
    closed = _closed_between(day, day + timedelta(days=number * 3 + LONGEST_CLOSING))
    found = day
    for _ in range(number):
        found = _next_open(found + timedelta(days=1), closed)
    return _next_open(found, closed)


def answer_due(day: date, *, same_day: bool = False) -> date:
    """回答期限 of a referral sent on `day`: after the city's number of 開庁日; 即日 means today."""
    return day if same_day else add_opening_days(day, CitySetting.current().referral_answer_days)


def _next_open(day: date, closed: set[date]) -> date:
    while not is_opening_day(day, closed):
        day += timedelta(days=1)
    return day


def _closed_between(start: date, end: date) -> set[date]:
    return set(Holiday.objects.filter(day__range=(start, end)).values_list("day", flat=True))


def _is_turn_of_year(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
