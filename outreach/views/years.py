"""A 年度 of アウトリーチ等 and of 参加支援: the figures, and behind each the rows that one may see."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from cases import audit
from cases.visibility import Purpose
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_label
from outreach import counts
from outreach.counts import Period
from outreach.models import Host
from outreach.views.approaches import visible_approaches
from outreach.views.placements import visible_follow_ups, visible_placements
from outreach.views.shown import names_of_cases, page_of

FIRST_YEAR = 2020


@dataclass(frozen=True)
class Line:
    """One thing behind a figure."""

    day: date
    what: str
    url: str
    number: str = ""
    name: str = ""


@for_purpose(Purpose.SUPPORT)
def outreach_year(request, year):
    """アウトリーチ等 in a year."""
    period = _period(request, year)
    seen = visible_approaches(request)
    counters = counts.outreach_counters(seen, period)
    code = request.GET.get("of")
    page, lines = None, []
    if code in counts.OF_APPROACHES:
        page = page_of(request, counts.approaches_behind(code, seen, period).newest_first())
        lines = _lines(request, page.rows, "outreach:approach", _words_of_approach)
    return _answer(request, year, "アウトリーチ等", [("実績", counters)], page, lines)


@for_purpose(Purpose.SUPPORT)
def participation_year(request, year):
    """参加支援 in a year."""
    period, today = _period(request, year), request.viewer.day
    placed, followed, hosts = visible_placements(request), visible_follow_ups(request), Host.objects.all()
    followed = followed.filter(placement__in=placed.order_by().values("pk"))
    groups = [
        ("マッチング", counts.placement_counters(placed, period, today)),
        ("定着支援", counts.follow_up_counters(followed, period)),
        ("受入れ先", counts.host_counters(hosts, period)),
    ]
    page, lines = None, []
    code = request.GET.get("of")
    if code in counts.OF_PLACEMENTS:
        rows = counts.placements_behind(code, placed, period, today).by_stage()
        page = page_of(request, rows)
        lines = _lines(request, page.rows, "outreach:placement", _words_of_placement)
    elif code in counts.OF_FOLLOW_UPS:
        page = page_of(
            request, counts.follow_ups_behind(code, followed, period).order_by("-happened_on", "-pk")
        )
        lines = _lines_of_follow_ups(request, page.rows)
    elif code in counts.OF_HOSTS:
        page = page_of(request, counts.hosts_behind(code, hosts, period).order_by("-from_day", "pk"))
        lines = [
            Line(host.from_day, host.name, reverse("outreach:host", args=[host.public_id]))
            for host in page.rows
        ]
    return _answer(request, year, "参加支援", groups, page, lines)


def _period(request, year):
    """The year asked for; 404 for one that no record can be of."""
    if not FIRST_YEAR <= year <= fiscal_year(request.viewer.day) + 1:
        raise Http404
    return Period.of_year(year)


def _lines(request, rows, route, words):
    names = names_of_cases(request, [row.case_id for row in rows])
    return [
        Line(
            row.happened_on,
            words(row),
            reverse(route, args=[row.public_id]),
            row.case.number,
            names.get(row.case_id, ""),
        )
        for row in rows
    ]


def _lines_of_follow_ups(request, rows):
    names = names_of_cases(request, [row.case_id for row in rows])
    return [
        Line(
            row.happened_on,
            f"{row.placement.host.name}({row.get_to_display()}へ)",
            reverse("outreach:placement", args=[row.placement.public_id]),
            row.case.number,
            names.get(row.case_id, ""),
        )
        for row in rows
    ]


def _words_of_approach(row):
    return f"{row.get_means_display()}・{row.get_response_display()}"


def _words_of_placement(row):
    return f"{row.host.name}({row.get_stage_display()})"


def _answer(request, year, programme, groups, page, lines):
    """The page of a year; what was listed is remembered as seen."""
    is_outreach = programme == "アウトリーチ等"
    listed = [row for row in page.rows if hasattr(row, "case_id")] if page else []
    audit.saw(request, f"{programme}の年間のまとめ", rows=listed)
    code = request.GET.get("of")
    chosen = next((counter for _, counters in groups for counter in counters if counter.code == code), None)
    this_year = fiscal_year(request.viewer.day)
    context = {
        "programme": programme,
        "groups": groups,
        "year_label": fiscal_year_label(year),
        "route": "outreach:outreach_year" if is_outreach else "outreach:participation_year",
        "tabs": "outreach/_outreach_tabs.html" if is_outreach else "outreach/_participation_tabs.html",
        "tab": "year",
        "shown_year": year,
        "year": this_year,
        "years": [(one, fiscal_year_label(one)) for one in range(this_year, this_year - 3, -1)],
        "page": page,
        "lines": lines,
        "chosen": chosen,
    }
    return render(request, "outreach/year.html", context)
