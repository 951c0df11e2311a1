"""Dates and times as the screens write them."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from nisshin_support import wareki as calendar

register = template.Library()
Shown = date | calendar.PartialDate | None | str


def _day(value: Shown) -> date | None:
    if isinstance(value, calendar.PartialDate):
        return value.date
    return calendar.as_day(value) if isinstance(value, date) else None


@register.filter
def wareki(value: Shown) -> str:
    """令和8年11月24日(火); a date known only to the year stays 昭和30年(推定)."""
    if isinstance(value, calendar.PartialDate):
        return str(value)
    day = _day(value)
    return calendar.wareki_long(day) if day else ""


@register.filter
def wareki_short(value: Shown) -> str:
    """R8.11.24, for tables."""
    if isinstance(value, calendar.PartialDate):
        return calendar.partial_short(value)
    day = _day(value)
    return calendar.wareki_short(day) if day else ""


@register.filter
def wareki_time(value: datetime | None) -> str:
    """令和8年11月24日(火) 14:03"""
    if not isinstance(value, datetime):
        return ""
    moment = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{calendar.wareki_long(moment)} {moment:%H:%M}"


@register.filter
def both_calendars(value: Shown) -> str:
    """令和8年11月24日(2026年11月24日)"""
    day = _day(value)
    return calendar.both_calendars(day) if day else ""


@register.filter
def fiscal_year(value: Shown) -> str:
    """令和8年度"""
    day = _day(value)
    return calendar.fiscal_year_label(calendar.fiscal_year(day)) if day else ""


@register.filter
def age(born: Shown, today: date | None = None) -> str:
    """71歳; 約71歳 for a birth date that is not known to the day."""
    day = _day(born)
    if not day:
        return ""
    vague = isinstance(born, calendar.PartialDate) and (born.precision != calendar.DAY or born.estimated)
    return f"{'約' if vague else ''}{calendar.age_on(day, _day(today) or timezone.localdate())}歳"


@register.filter
def days_waited(since: Shown, today: date | None = None) -> str:
    """12日, counted from a day to today; 本日 on the day itself."""
    day = _day(since)
    if not day:
        return ""
    days = calendar.days_between(day, _day(today) or timezone.localdate())
    return f"{days}日" if days > 0 else "本日"


@register.filter
def days_left(until: Shown, today: date | None = None) -> str:
    """あと3日 / 本日まで / 3日超過"""
    day = _day(until)
    if not day:
        return ""
    days = calendar.days_between(_day(today) or timezone.localdate(), day)
    if days == 0:
        return "本日まで"
    return f"あと{days}日" if days > 0 else f"{-days}日超過"


@register.simple_tag
def now_wareki() -> str:
    """This moment, for the foot of a printed sheet."""
    return wareki_time(timezone.now())
