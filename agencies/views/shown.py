"""What the community screens share: the quiet message, a month or a 年度 to look at, what may be chosen."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404
from django.utils import timezone

from agencies.models import Place, PlanRow
from agencies.models.agency import in_force
from agencies.programmes import Programme
from nisshin_support import wareki

FIRST_YEAR = 2020


def say_saved(request):
    """The quiet message after an act, with its time."""
    messages.success(request, f"保存しました {timezone.localtime():%H:%M}")


@dataclass(frozen=True)
class Month:
    """One month of activities."""

    first: date

    @classmethod
    def of(cls, year, month):
        """The month asked for; 404 for one that no record can be of."""
        if not (FIRST_YEAR <= year <= 2100 and 1 <= month <= 12):
            raise Http404
        return cls(date(year, month, 1))

    @property
    def last(self):
        return self.next.first - timedelta(days=1)

    @property
    def next(self):
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def previous(self):
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def label(self):
        return wareki.wareki_month(self.first)


def chosen_year(request):
    """The 年度 named in the address (?year=2025), or this one."""
    this_year = wareki.fiscal_year(request.viewer.day)
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and FIRST_YEAR <= int(asked) <= this_year + 1 else this_year


def period_of(year):
    """The days of a 年度, for `day__range`."""
    return wareki.fiscal_year_start(year), wareki.fiscal_year_end(year)


def year_switch(current, this_year):
    """This 年度 and the two before it."""
    return [
        {"label": wareki.fiscal_year_label(year), "url": f"?year={year}", "current": year == current}
        for year in range(this_year, this_year - 3, -1)
    ]


def rows_to_record_for(viewer, programme=Programme.COMMUNITY, measure=None):
    """Lines of the plan an agency records for: those it carries out, and where it has none, the whole 事業's."""
    rows = PlanRow.objects.filter(measure=measure) if measure else PlanRow.objects.filter(programme=programme)
    own = rows.filter(in_force(viewer.day, "commissions__"), commissions__agency=viewer.agency_id).distinct()
    return list(own) or list(rows)


def places_for(rows, day):
    """Places of these lines that are active on `day`."""
    return list(Place.objects.filter(in_force(day), plan_row__in=rows).select_related("plan_row"))


def whether_own(viewer, thing):
    """Whether one's own agency wrote it, and so may change it."""
    return thing.agency_id == viewer.agency_id
