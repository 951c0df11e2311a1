"""計画と実績: every line of the plan, its planned number, what was recorded, the difference."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from agencies.models import PlannedNumber
from agencies.programmes import Programme
from agencies.recorded import MONTHS, FiscalYear, activities, lines
from nisshin_support import clock, wareki
from nisshin_support.purpose import open_to_staff

FACILITIES = "numbers of facilities, staff posts and activities; no person, no case, no consultation"


@open_to_staff(FACILITIES)
def plan(request):
    """Lead to this 年度, or to the nearest that the plan knows."""
    this_year = wareki.fiscal_year(clock.today())
    known = _years()
    nearest = min(known, key=lambda year: abs(year - this_year), default=this_year)
    return redirect("agencies:plan_year", this_year if this_year in known else nearest)


@open_to_staff(FACILITIES)
def plan_year(request, year):
    """All five 事業 of a 年度, line by line."""
    chosen = _fiscal_year(year)
    found = lines(None, chosen)
    programmes = [
        {"programme": Programme(code), "lines": list(of_it), "url_code": code}
        for code, of_it in groupby(found, key=lambda line: line.row.programme)
    ]
    context = {"year": chosen, "programmes": programmes, "years": _year_switch("agencies:plan_year", year)}
    return render(request, "agencies/plan_year.html", context)


@open_to_staff(FACILITIES)
def programme_year(request, year, programme):
    """One 事業 in one 年度: its lines, and below them what was done."""
    return render(request, "agencies/programme_year.html", _programme_context(year, programme))


@open_to_staff(FACILITIES)
def programme_print(request, year, programme):
    """The same on A4 landscape, with the months side by side."""
    return render(request, "agencies/programme_print.html", _programme_context(year, programme))


def _programme_context(year, programme):
    if programme not in Programme.values:
        raise Http404
    chosen = _fiscal_year(year)
    done = activities(programme, chosen)
    return {
        "year": chosen,
        "programme": Programme(programme),
        "lines": lines(programme, chosen),
        "done": done,
        "by_row": list(done.by_row.items()),
        "by_month": [(month, tally) for month, tally in done.by_month.items() if tally.times],
        "months": MONTHS,
        "matrix": done.matrix(),
        "years": _year_switch("agencies:programme_year", year, programme),
    }


def _years():
    return sorted(PlannedNumber.objects.order_by().values_list("fiscal_year", flat=True).distinct())


def _fiscal_year(year):
    """The 年度 asked for; 404 for one that the plan has no numbers for."""
    if year not in _years():
        raise Http404
    return FiscalYear(year, clock.today())


def _year_switch(route, current, *further):
    return [
        {
            "label": wareki.fiscal_year_label(year),
            "url": reverse(route, args=[year, *further]),
            "current": year == current,
        }
        for year in _years()
    ]
