"""What was recorded against the plan: one number for each line, and the year's activities. Names nobody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Sum
from django.db.models.functions import ExtractMonth

from agencies.models import (
    Activity,
    Commission,
    ConsultationDay,
    Course,
    Membership,
    Place,
    PlannedNumber,
    PlanRow,
    Role,
)
from agencies.models.agency import in_force
from agencies.programmes import ImplementationForm, Measure
from nisshin_support import wareki

MONTHS = [*range(4, 13), 1, 2, 3]


@dataclass(frozen=True)
class FiscalYear:
    """One 年度 and the day as of which its numbers hold: today, its last day when past, none before it began."""

    year: int
    today: date

    @property
    def label(self):
        return wareki.fiscal_year_label(self.year)

    @property
    def start(self):
        return wareki.fiscal_year_start(self.year)

    @property
    def end(self):
        return wareki.fiscal_year_end(self.year)

    @property
    def has_begun(self):
        return self.start <= self.today

    @property
    def as_of(self):
        return min(self.today, self.end)


@dataclass(frozen=True)
class Line:
    """One line of the plan's table in one 年度: what is planned, what was recorded. `recorded` None: not counted."""

    row: PlanRow
    first_of_group: bool
    layer: str
    form: str
    planned: int
    unit: str
    status: str
    recorded: int | None

    @property
    def difference(self):
        return None if self.recorded is None else self.recorded - self.planned

    @property
    def verdict(self):
        """The difference in words."""
        if self.difference is None:
            return "—"
        if self.difference == 0:
            return "計画どおり"
        more = self.difference > 0
        return f"{abs(self.difference)}{self.unit}{'多い' if more else '少ない'}"

    @property
    def is_short(self):
        return self.difference is not None and self.difference < 0


@dataclass
class Tally:
    """回数 and people of some activities."""

    times: int = 0
    participants: int = 0
    helpers: int = 0
    coordinated: int = 0
    completed: int = 0

    def add(self, other):
        for name in ("times", "participants", "helpers", "coordinated", "completed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


# --- against the plan ------------------------------------------------------------------------------------------------


def lines(programme, year: FiscalYear):
    """The plan's lines of one 事業 (or of all, by None) in a 年度; eight queries, however many lines."""
    numbers = PlannedNumber.objects.filter(fiscal_year=year.year).select_related("plan_row")
    if programme:
        numbers = numbers.filter(plan_row__programme=programme)
    numbers = numbers.order_by("plan_row__order", "layer")
    recorded = Recorded(year) if year.has_begun else None
    found, last_group = [], None
    for number in numbers:
        group = (number.plan_row.programme, number.plan_row.group or number.plan_row.name)
        found.append(_line(number, recorded, group != last_group))
        last_group = group
    return found


def _line(number, recorded, first_of_group):
    return Line(
        row=number.plan_row,
        first_of_group=first_of_group,
        layer=number.layer,
        form=ImplementationForm(number.form).label,
        planned=number.number,
        unit=number.unit,
        status=number.status,
        recorded=recorded.of(number) if recorded else None,
    )


class Recorded:
    """Everything that was recorded in a 年度, counted once for all lines."""

    def __init__(self, year: FiscalYear):
        day = year.as_of
        commissions = Commission.objects.filter(in_force(day), in_force(day, "agency__")).order_by()
        self.agencies = _counts(commissions.values_list("plan_row").annotate(Count("agency", distinct=True)))
        self.staff = {
            (row, layer): heads or 0
            for row, layer, heads in commissions.values_list("plan_row", "layer").annotate(Sum("headcount"))
        }
        places = Place.objects.filter(in_force(day)).order_by()
        self.places = _counts(places.values_list("plan_row").annotate(Count("pk")))
        coordinators = Membership.objects.in_force(day).filter(role=Role.COORDINATOR)
        self.coordinators = coordinators.order_by().aggregate(people=Count("user", distinct=True))["people"]
        period = {"day__gte": year.start, "day__lte": day}
        sessions = ConsultationDay.objects.filter(**period).order_by()
        self.venues = _counts(sessions.values_list("plan_row").annotate(Count("place", distinct=True)))
        self.courses = _spots(Course.objects.filter(**period).order_by())

    def of(self, number):
        """The number recorded for one planned number; None where the line is not counted."""
        row = number.plan_row_id
        match number.plan_row.measure:
            case Measure.AGENCIES:
                return self.agencies.get(row, 0)
            case Measure.PLACES:
                return self.places.get(row, 0)
            case Measure.STAFF:
                return self.staff.get((row, number.layer), 0)
            case Measure.COORDINATORS:
                return self.coordinators
            case Measure.VENUES:
                return self.venues.get(row, 0)
            case Measure.COURSES:
                return self.courses.get(row, 0)
        return None


def _counts(pairs):
    return dict(pairs)


def _spots(courses):
    """At how many spots courses were held, by row: a course without a venue counts for its agency, once."""
    spots = defaultdict(set)
    for row, place, agency in courses.values_list("plan_row", "place", "agency").distinct():
        spots[row].add(("place", place) if place else ("agency", agency))
    return {row: len(found) for row, found in spots.items()}


# --- the year's activities -------------------------------------------------------------------------------------------


@dataclass
class YearOfActivities:
    """Activities, courses and 相談会 of a 年度: by line of the plan and by month."""

    by_row: dict
    by_month: dict
    cells: dict
    total: Tally

    def matrix(self):
        """(row, the twelve months' tallies, the row's sum) for the wide table."""
        return [
            (row, [self.cells.get((row.pk, month)) for month in MONTHS], sum_)
            for row, sum_ in self.by_row.items()
        ]


def activities(programme, year: FiscalYear):
    """What was done in the 年度 for the lines of one 事業 (or of all): four queries."""
    cells = defaultdict(Tally)
    for model, sums in _SUMS.items():
        kept = model.objects.filter(day__gte=year.start, day__lte=min(year.today, year.end)).order_by()
        if programme:
            kept = kept.filter(plan_row__programme=programme)
        grouped = kept.values("plan_row", month=ExtractMonth("day")).annotate(
            times=Count("pk"), **{f"{name}_sum": Sum(column) for name, column in sums.items()}
        )
        for found in grouped:
            people = {name: found[f"{name}_sum"] or 0 for name in sums}
            cells[found["plan_row"], found["month"]].add(Tally(times=found["times"], **people))
    return _summed(dict(cells))


_SUMS = {
    Activity: {"participants": F("participants"), "helpers": F("helpers"), "coordinated": F("coordinated")},
    Course: {"participants": F("participants"), "completed": F("completed")},
    ConsultationDay: {"helpers": F("staff_count")},
}


def _summed(cells):
    rows = PlanRow.objects.in_bulk({row for row, _ in cells})
    by_row = {row: Tally() for row in sorted(rows.values(), key=lambda row: row.order)}
    by_month, total = {month: Tally() for month in MONTHS}, Tally()
    for (row, month), tally in cells.items():
        for target in (by_row[rows[row]], by_month[month], total):
            target.add(tally)
    return YearOfActivities(by_row=by_row, by_month=by_month, cells=cells, total=total)
