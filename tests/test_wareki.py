from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nisshin_support import wareki
from nisshin_support.templatetags import dates
from nisshin_support.wareki import DAY, MONTH, YEAR, PartialDate, parse, parse_day

NEW_YEAR_1955 = date(1955, 1, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "S30.1.1",
        "s30.1.1",
        "S30.01.01",
        "S300101",
        "S30/1/1",
        "S30-1-1",
        "昭和30年1月1日",
        "昭和30年1月1日",
        "S30.1.1",
        "昭和30.1.1",
        " 昭和 30年 1月 1日 ",
        "㍼30年1月1日",
        "19550101",
        "19550101",
        "1955-01-01",
        "1955/1/1",
        "1955.1.1",
        "1955年1月1日",
        "1955ー1ー1",
        "S30。1。1",
        "S30・1・1",
    ],
)
def test_one_day_in_many_writings(typed):
    assert parse(typed) == PartialDate(NEW_YEAR_1955)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("R7.4.1", date(2025, 4, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("明治6年1月1日", date(1873, 1, 1)),
        ("R6.2.29", date(2024, 2, 29)),
    ],
)
def test_edges_of_the_eras(typed, day):
    assert parse_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "found", "shown"),
    [
        ("S30", PartialDate(NEW_YEAR_1955, YEAR), "昭和30年"),
        ("昭和30年", PartialDate(NEW_YEAR_1955, YEAR), "昭和30年"),
        ("1955", PartialDate(NEW_YEAR_1955, YEAR), "昭和30年"),
        ("1955年", PartialDate(NEW_YEAR_1955, YEAR), "昭和30年"),
        ("R元", PartialDate(date(2019, 5, 1), YEAR), "令和元年"),
        ("平成31年", PartialDate(date(2019, 1, 1), YEAR), "平成31年"),
        ("S64", PartialDate(date(1989, 1, 1), YEAR), "昭和64年"),
        ("S30.4", PartialDate(date(1955, 4, 1), MONTH), "昭和30年4月"),
        ("昭和30年4月", PartialDate(date(1955, 4, 1), MONTH), "昭和30年4月"),
        ("1955-04", PartialDate(date(1955, 4, 1), MONTH), "昭和30年4月"),
        ("平成元年1月", PartialDate(date(1989, 1, 8), MONTH), "平成元年1月"),
        ("昭和64年1月", PartialDate(date(1989, 1, 1), MONTH), "昭和64年1月"),
        ("S30頃", PartialDate(NEW_YEAR_1955, YEAR, True), "昭和30年(推定)"),
        ("昭和30年ごろ", PartialDate(NEW_YEAR_1955, YEAR, True), "昭和30年(推定)"),
        ("推定S30", PartialDate(NEW_YEAR_1955, YEAR, True), "昭和30年(推定)"),
        ("S30(推定)", PartialDate(NEW_YEAR_1955, YEAR, True), "昭和30年(推定)"),
        ("約1955年", PartialDate(NEW_YEAR_1955, YEAR, True), "昭和30年(推定)"),
        ("S30.1.1?", PartialDate(NEW_YEAR_1955, DAY, True), "昭和30年1月1日(推定)"),
    ],
)
def test_dates_known_in_part(typed, found, shown):
    assert parse(typed) == found
    assert str(found) == shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("昭和64年2月1日", "昭和64年2月1日はありません。平成元年2月1日と入力してください。"),
        ("平成31年5月1日", "平成31年5月1日はありません。令和元年5月1日と入力してください。"),
        ("R1.4.30", "令和元年4月30日はありません。平成31年4月30日と入力してください。"),
        ("S100.1.1", "昭和100年1月1日はありません。令和7年1月1日と入力してください。"),
        ("大正15年12月25日", "昭和元年12月25日と入力してください。"),
        ("平成40年", "平成40年はありません。令和10年と入力してください。"),
        ("平成31年5月", "平成31年5月はありません。令和元年5月と入力してください。"),
        ("R7.2.29", "令和7年2月29日という日付はありません。月と日を確かめてください。"),
        ("R7.13.1", "令和7年13月1日という日付はありません。"),
        ("2025-04-31", "2025年4月31日という日付はありません。"),
        ("R0.1.1", "元号の年は1年(元年)から数えます。"),
        ("R7.0.1", "月と日は1から入力してください。"),
        ("30.1.1", "年の前に元号(S、H、Rなど)を付けるか"),
        ("きのう", "のように入力してください。"),
        ("1500-01-01", "明治6年(1873年)から西暦2200年まで"),
        ("M5.1.1", "明治6年(1873年)から西暦2200年まで"),
        ("S30.1.1.1", "日付として読み取れません。"),
        ("", "日付として読み取れません。"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(typed, words):
    with pytest.raises(ValueError, match=r"。") as problem:
        parse(typed)
    assert words in str(problem.value)


@pytest.mark.parametrize("typed", ["S30", "S30.1", "S30.1.1頃"])
def test_a_day_must_be_known_to_the_day(typed):
    with pytest.raises(ValueError, match="入力してください"):
        parse_day(typed)


ANY_DAY = st.dates(date(1873, 1, 1), date(2200, 12, 31))


@given(ANY_DAY)
def test_what_is_written_can_be_read_again(day):
    for written in (wareki.wareki(day), wareki.wareki_short(day), wareki.western(day), f"{day:%Y%m%d}"):
        assert parse_day(written) == day


@given(ANY_DAY, st.sampled_from([DAY, MONTH, YEAR]), st.booleans())
def test_what_an_input_shows_again_is_read_the_same(day, precision, estimated):
    first = parse(wareki.partial_short(PartialDate(day, precision, estimated)))
    assert parse(wareki.partial_short(first)) == first
    assert (first.precision, first.estimated) == (precision, estimated)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text):
    try:
        parse(text)
    except ValueError as problem:
        assert str(problem).endswith(("。", wareki.EXAMPLE))


def test_both_calendars():
    day = date(2026, 11, 24)
    assert wareki.wareki_long(day) == "令和8年11月24日(火)"
    assert wareki.wareki_short(day) == "R8.11.24"
    assert wareki.both_calendars(day) == "令和8年11月24日(2026年11月24日)"
    assert wareki.wareki(date(1800, 1, 2)) == "1800年1月2日"
    assert wareki.wareki_short(date(1800, 1, 2)) == "1800.1.2"


@given(ANY_DAY)
def test_a_day_lies_in_its_fiscal_year(day):
    year = wareki.fiscal_year(day)
    assert wareki.fiscal_year_start(year) <= day <= wareki.fiscal_year_end(year)


def test_fiscal_years():
    assert wareki.fiscal_year(date(2027, 3, 31)) == 2026
    assert wareki.fiscal_year(date(2027, 4, 1)) == 2027
    assert wareki.fiscal_year_label(2026) == "令和8年度"
    assert wareki.fiscal_year_label(2019) == "令和元年度"
    assert wareki.fiscal_year_label(2018) == "平成30年度"


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(1955, 1, 1), date(2026, 11, 24), 71),
        (date(1955, 11, 24), date(2026, 11, 24), 71),
        (date(1955, 11, 25), date(2026, 11, 24), 70),
        (date(2000, 2, 29), date(2025, 2, 28), 24),
        (date(2000, 2, 29), date(2025, 3, 1), 25),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
    ],
)
def test_ages(born, day, years):
    assert wareki.age_on(born, day) == years


def test_filters_write_dates():
    day = date(2026, 11, 24)
    moment = datetime(2026, 11, 23, 20, 3, tzinfo=UTC)
    guess = PartialDate(NEW_YEAR_1955, YEAR, True)
    assert dates.wareki(day) == dates.wareki(moment) == "令和8年11月24日(火)"
    assert dates.wareki(guess) == "昭和30年(推定)"
    assert dates.wareki_short(guess) == "S30頃"
    assert dates.wareki_time(moment) == "令和8年11月24日(火) 05:03"
    assert dates.fiscal_year(day) == "令和8年度"
    assert dates.age(NEW_YEAR_1955, day) == "71歳"
    assert dates.age(guess, day) == "約71歳"


def test_filters_count_days():
    day = date(2026, 11, 24)
    assert dates.days_waited(day - timedelta(12), day) == "12日"
    assert dates.days_waited(day, day) == "本日"
    assert dates.days_left(day + timedelta(3), day) == "あと3日"
    assert dates.days_left(day, day) == "本日まで"
    assert dates.days_left(day - timedelta(3), day) == "3日超過"


@pytest.mark.parametrize(
    "name", ["wareki", "wareki_short", "wareki_time", "both_calendars", "age", "days_waited"]
)
def test_filters_leave_nothing_empty_as_it_is(name):
    assert getattr(dates, name)(None) == getattr(dates, name)("") == ""
