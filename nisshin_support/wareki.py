"""Dates as the city writes them: 和暦 in, both calendars out, 年度 from April to March."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

DAY, MONTH, YEAR = "day", "month", "year"
WEEKDAYS = "月火水木金土日"
EXAMPLE = "S30.1.1、昭和30年1月1日、1955-01-01"


@dataclass(frozen=True)
class Era:
    """元号: `first` is the first day counted in it, `base` the year before its year 1."""

    name: str
    letter: str
    first: date
    base: int

    def year_name(self, year: int) -> str:
        number = year - self.base
        return f"{self.name}{'元' if number == 1 else number}年"


# 改暦 (明治6年) より前の日付は新暦の日付にならないので扱わない。
ERAS = (
    Era("令和", "R", date(2019, 5, 1), 2018),
    Era("平成", "H", date(1989, 1, 8), 1988),
    Era("昭和", "S", date(1926, 12, 25), 1925),
    Era("大正", "T", date(1912, 7, 30), 1911),
    Era("明治", "M", date(1873, 1, 1), 1867),
)
BY_SIGN = {sign: era for era in ERAS for sign in (era.name, era.letter)}
OLDEST_YEAR, NEWEST_YEAR = 1873, 2200


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, the month or the year; 推定 if somebody guessed it."""

    date: date
    precision: str = DAY
    estimated: bool = False

    def __str__(self) -> str:
        text = {DAY: wareki, MONTH: wareki_month, YEAR: wareki_year}[self.precision](self.date)
        return f"{text}(推定)" if self.estimated else text


# --- Reading what was typed -----------------------------------------------------------------------

ESTIMATED = re.compile(r"推定|ごろ|頃|約|\?")
SHAPE = re.compile(
    r"(?:(?P<era>令和|平成|昭和|大正|明治|[RHSTM])\.?(?P<era_year>元|\d{1,3})|(?P<year>\d{4}))"
    r"(?:[-./年](?:(?P<month>\d{1,2})(?:[-./月](?:(?P<day>\d{1,2})日?)?)?)?)?"
)
COMPACT = (
    (re.compile(r"^(\d{4})(\d{2})(\d{2})$"), r"\1-\2-\3"),
    (re.compile(r"^([RHSTM])(\d{2})(\d{2})(\d{2})$"), r"\1\2.\3.\4"),
)


@dataclass(frozen=True)
class Typed:
    """The parts of a date as somebody typed it, not yet known to exist."""

    era: Era | None
    year: int
    month: int
    day: int

    def __str__(self) -> str:
        year = self.era.year_name(self.year) if self.era else f"{self.year}年"
        return year + (f"{self.month}月" if self.month else "") + (f"{self.day}日" if self.day else "")


def parse(text: str) -> PartialDate:
    """Read a date in either calendar; the ValueError says in Japanese what to do."""
    plain, estimated = _tidy(text)
    typed = _typed(plain)
    if typed.day:
        return PartialDate(_day(typed), DAY, estimated)
    if typed.month:
        return PartialDate(_first_of_month(typed), MONTH, estimated)
    return PartialDate(_first_of_year(typed), YEAR, estimated)


def parse_day(text: str) -> date:
    """Read a date that must be known to the day."""
    found = parse(text)
    if found.precision != DAY:
        raise ValueError(f"年・月・日をすべて入力してください。例: {EXAMPLE}")
    if found.estimated:
        raise ValueError("推定の日付は使えません。確かな年・月・日を入力してください。")
    return found.date


def _tidy(text: str) -> tuple[str, bool]:
    plain = unicodedata.normalize("NFKC", text).upper()
    estimated = bool(ESTIMATED.search(plain))
    plain = re.sub(r"\(\)|\s", "", ESTIMATED.sub("", plain))
    plain = re.sub("[\u30fc\u2212\u2010-\u2015]", "-", plain)
    plain = re.sub("[。、・,]", ".", plain)
    for shape, replacement in COMPACT:
        plain = shape.sub(replacement, plain)
    return plain, estimated


def _typed(plain: str) -> Typed:
    found = SHAPE.fullmatch(plain)
    if not found:
        raise ValueError(_unreadable(plain))
    for part in ("month", "day"):
        if found[part] and int(found[part]) == 0:
            raise ValueError("月と日は1から入力してください。分からないときは年だけでも入力できます。")
    era = BY_SIGN.get(found["era"] or "")
    year = _era_year(era, found["era_year"]) if era else int(found["year"])
    if not OLDEST_YEAR <= year <= NEWEST_YEAR:
        raise ValueError("明治6年(1873年)から西暦2200年までの日付を入力してください。")
    return Typed(era, year, int(found["month"] or 0), int(found["day"] or 0))


def _unreadable(plain: str) -> str:
    if re.match(r"\d{1,3}[-./年]", plain):
        return "年の前に元号(S、H、Rなど)を付けるか、西暦4桁で入力してください。"
    return f"日付として読み取れません。{EXAMPLE} のように入力してください。"


def _era_year(era: Era, number: str) -> int:
    counted = 1 if number == "元" else int(number)
    if counted == 0:
        raise ValueError("元号の年は1年(元年)から数えます。年を直してください。")
    return era.base + counted


def _day(typed: Typed) -> date:
    when = _existing(typed.year, typed.month, typed.day, typed)
    if typed.era and era_of(when) != typed.era:
        raise ValueError(f"{typed}はありません。{wareki(when)}と入力してください。")
    return when


def _first_of_month(typed: Typed) -> date:
    """The month's first day; in the month an era began, the era's own first day."""
    start = _existing(typed.year, typed.month, 1, typed)
    if not typed.era:
        return start
    first = typed.era.first
    if (first.year, first.month) == (start.year, start.month):
        return first
    if era_of(start) != typed.era:
        raise ValueError(f"{typed}はありません。{wareki_month(start)}と入力してください。")
    return start


def _first_of_year(typed: Typed) -> date:
    """1 January; in the year an era began, the era's own first day."""
    start = date(typed.year, 1, 1)
    if not typed.era:
        return start
    if typed.year == typed.era.first.year:
        return typed.era.first
    if era_of(start) != typed.era:
        raise ValueError(f"{typed}はありません。{wareki_year(date(typed.year, 12, 31))}と入力してください。")
    return start


def _existing(year: int, month: int, day: int, typed: Typed) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{typed}という日付はありません。月と日を確かめてください。") from None


# --- Writing --------------------------------------------------------------------------------------


def era_of(when: date) -> Era | None:
    """The era a day belongs to, or None before 明治6年."""
    return next((era for era in ERAS if when >= era.first), None)


def as_day(value: date) -> date:
    """The calendar day of a date, or of a moment as the clock in the hall showed it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def wareki_year(when: date) -> str:
    """令和8年"""
    era = era_of(when)
    return era.year_name(when.year) if era else f"{when.year}年"


def wareki_month(when: date) -> str:
    """令和8年11月"""
    return f"{wareki_year(when)}{when.month}月"


def wareki(value: date) -> str:
    """令和8年11月24日"""
    when = as_day(value)
    return f"{wareki_month(when)}{when.day}日"


def wareki_long(value: date) -> str:
    """令和8年11月24日(火)"""
    return f"{wareki(value)}({WEEKDAYS[as_day(value).weekday()]})"


def wareki_short(value: date) -> str:
    """R8.11.24"""
    when = as_day(value)
    era = era_of(when)
    year = f"{era.letter}{when.year - era.base}" if era else str(when.year)
    return f"{year}.{when.month}.{when.day}"


def western(value: date) -> str:
    """2026年11月24日"""
    when = as_day(value)
    return f"{when.year}年{when.month}月{when.day}日"


def both_calendars(value: date) -> str:
    """令和8年11月24日(2026年11月24日)"""
    return f"{wareki(value)}({western(value)})"


def partial_short(partial: PartialDate) -> str:
    """What an input shows again: S30.1.1, S30.1, S30; with 頃 if it was a guess."""
    kept = {DAY: 3, MONTH: 2, YEAR: 1}[partial.precision]
    parts = wareki_short(partial.date).split(".")[:kept]
    return ".".join(parts) + ("頃" if partial.estimated else "")


# --- Counting -------------------------------------------------------------------------------------


def fiscal_year(value: date) -> int:
    """年度 of a day: 2026 from 1 April 2026 to 31 March 2027."""
    when = as_day(value)
    return when.year if when.month >= 4 else when.year - 1


def fiscal_year_start(year: int) -> date:
    return date(year, 4, 1)


def fiscal_year_end(year: int) -> date:
    return date(year + 1, 3, 31)


def fiscal_year_label(year: int) -> str:
    """令和8年度. A year in which the era changed keeps the new name (令和元年度)."""
    return f"{wareki_year(date(year, 12, 31))}度"


def age_on(born: date, day: date) -> int:
    """Full years on a day; somebody born on 29 February turns a year older on 1 March."""
    born, day = as_day(born), as_day(day)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def days_between(start: date, end: date) -> int:
    return (as_day(end) - as_day(start)).days
