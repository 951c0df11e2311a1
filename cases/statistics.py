"""統計: fixed tables over all cases (contract §3.5). The one place that counts what nobody's gate has let through;
nothing leaves it but numbers, for 統計 alone, and small ones hidden."""

from django.db.models import Count, Q
from django.db.models.functions import ExtractMonth
from django.http import Http404

from agencies.models import CitySetting
from cases.models import Case, Consultation, Evaluation, Plan, Referral
from cases.models.consultation import Field, Route, Topic
from cases.published_tables import Counted, published
from cases.visibility import Purpose
from meetings.models import AgendaItem, LegalBasis, Segment
from nisshin_support.wareki import fiscal_year_end, fiscal_year_start
from outreach.models import Approach, Placement, PlacementFollowUp

SEVERAL = "一つの相談で複数を選べるため、合計は出しません。"
UNSAID = ("", "記入なし")
NAMED = {
    "named": Count("pk", filter=Q(person__isnull=False)),
    "anonymous": Count("pk", filter=Q(person__isnull=True)),
    "people": Count("person", distinct=True),
}
HELD = [Segment.Status.HELD, Segment.Status.MINUTES, Segment.Status.CLOSED]


def tables_of(viewer, purpose, year):
    """Every table of one 年度 as it may be published; for anybody but 統計 there is none."""
    if purpose != Purpose.STATISTICS or not viewer.may_act_for(purpose):
        raise Http404
    period = (fiscal_year_start(year), fiscal_year_end(year))
    counted = [
        *_consultations(period),
        *_cases(period, min(period[1], viewer.day)),
        _referrals(period),
        *_plans(period),
        _items(period),
        *_outreach(period),
    ]
    return published(counted, CitySetting.current().published_threshold)


def meetings_held(viewer, purpose, year):
    """How often each kind of meeting was held: segments, each for itself. A count of meetings, not of people."""
    if purpose != Purpose.STATISTICS or not viewer.may_act_for(purpose):
        raise Http404
    period = (fiscal_year_start(year), fiscal_year_end(year))
    held = Segment.objects.filter(status__in=HELD, meeting__day__range=period).order_by()
    numbers = dict(held.values_list("legal_basis").annotate(number=Count("pk")))
    return [(label, numbers.get(basis, 0)) for basis, label in _meeting_names()]


def _meeting_names():
    city = CitySetting.current()
    return [(LegalBasis.CONSENT, city.consent_meeting_name), (LegalBasis.STATUTE, city.statute_meeting_name)]


def _consultations(period):
    """件数, 匿名 and 実人数 by agency, month, route, field and topic."""
    taken = Consultation.objects.filter(taken_on__range=period).order_by()
    everybody = taken.aggregate(people=Count("person", distinct=True))["people"]
    shared = {"people_total": everybody, "group": "consultations"}
    by_agency = (
        taken.values_list("agency__name", "agency__order")
        .annotate(**NAMED)
        .order_by("agency__order", "agency__name")
    )
    agencies = [(name, numbers) for name, _, *numbers in by_agency]
    months = {
        month: numbers for month, *numbers in taken.values_list(ExtractMonth("taken_on")).annotate(**NAMED)
    }
    routes = {route: numbers for route, *numbers in taken.values_list("route").annotate(**NAMED)}
    by_month = [(f"{month}月", months.get(month, [0, 0, 0])) for month in [*range(4, 13), 1, 2, 3]]
    by_route = [(label, routes.get(route, [0, 0, 0])) for route, label in [*Route.choices, UNSAID]]
    return [
        _contacts("相談受付(機関別)", "機関", agencies, **shared),
        _contacts("相談受付(月別)", "月", by_month, **shared),
        _contacts("相談受付(経路別)", "相談経路", by_route, **shared),
        _contacts("相談受付(分野別)", "分野", _by_choice(taken, "fields", Field), down=False, note=SEVERAL),
        _contacts(
            "相談受付(相談内容別)", "相談内容", _by_choice(taken, "topics", Topic), down=False, note=SEVERAL
        ),
    ]


def _contacts(title, heading, lines, **more):
    rows = [(label, [named, anonymous]) for label, (named, anonymous, _) in lines]
    people = [number for _, (_, _, number) in lines]
    return Counted(title, heading, ["記名", "匿名"], rows, people, across=True, **more)


def _by_choice(taken, column, choices):
    """Numbers for each choice of a column that holds several; one query."""
    measures = {}
    for code in choices.values:
        has = Q(**{f"{column}__contains": [code]})
        measures[f"{code}_named"] = Count("pk", filter=has & Q(person__isnull=False))
        measures[f"{code}_anonymous"] = Count("pk", filter=has & Q(person__isnull=True))
        measures[f"{code}_people"] = Count("person", filter=has, distinct=True)
    numbers = taken.aggregate(**measures)
    return [(label, [numbers[f"{code}_{name}"] for name in NAMED]) for code, label in choices.choices]


def _cases(period, end):
    """Cases begun, going on at the end, and ended by reason."""
    numbers = Case.objects.aggregate(
        begun=Count("pk", filter=Q(opened_on__range=period)),
        going_on=Count(
            "pk", filter=Q(opened_on__lte=end) & (Q(closed_on__isnull=True) | Q(closed_on__gt=end))
        ),
    )
    ended = Case.objects.filter(closed_on__range=period).order_by()
    by_reason = dict_of_rows(ended.values_list("closing_reason", "stage").annotate(number=Count("pk")))
    stages = [Case.Stage.CLOSED, Case.Stage.SUSPENDED]
    reasons = [*Case.ClosingReason.choices, UNSAID]
    rows = [(label, [by_reason.get((reason, stage), 0) for stage in stages]) for reason, label in reasons]
    going = [
        ("新しく始めたケース", [numbers["begun"]]),
        ("期末(今年度は今日)に続いているケース", [numbers["going_on"]]),
    ]
    return [
        Counted("ケース", "区分", ["件数"], going, down=False),
        Counted("終わったケース(理由別)", "理由", [stage.label for stage in stages], rows, across=True),
    ]


def dict_of_rows(rows):
    """{(row's key, column's key): number}"""
    return {(first, second): number for first, second, number in rows}


def _referrals(period):
    """つなぎ by kind, as they stand now, counted on the day they were sent."""
    sent = Referral.objects.filter(sent_on__range=period).exclude(status=Referral.Status.DRAFT).order_by()
    numbers = dict_of_rows(sent.values_list("kind", "status").annotate(number=Count("pk")))
    statuses = [status for status in Referral.Status if status != Referral.Status.DRAFT]
    names = ["返事待ち" if status == Referral.Status.SENT else status.label for status in statuses]
    rows = [(kind.label, [numbers.get((kind, status), 0) for status in statuses]) for kind in Referral.Kind]
    return Counted("つなぎ(送付した日で数える)", "種類", names, rows, across=True)


def _plans(period):
    """Plans written (first and later rounds) and decided, and what evaluations concluded."""
    written = Plan.objects.filter(happened_on__range=period).order_by()
    numbers = {
        kind: counts
        for kind, *counts in written.values_list("type").annotate(
            first=Count("pk", filter=Q(round=1)), later=Count("pk", filter=Q(round__gt=1))
        )
    }
    decided = Plan.objects.filter(decided_on__range=period).order_by()
    by_type = dict(decided.values_list("type").annotate(number=Count("pk")))
    evaluated = Evaluation.objects.filter(happened_on__range=period).order_by()
    by_result = dict(evaluated.values_list("result").annotate(number=Count("pk")))
    rows = [(kind.label, numbers.get(kind, [0, 0])) for kind in Plan.Type]
    decisions = [(kind.label, [by_type.get(kind, 0)]) for kind in Plan.Type]
    results = [(result.label, [by_result.get(result, 0)]) for result in Evaluation.Result]
    return [
        Counted("プラン(作成)", "種類", ["初回", "再プラン"], rows, across=True),
        Counted("プラン(支援決定)", "種類", ["件数"], decisions),
        Counted("プランの評価", "結果", ["件数"], results),
    ]


def _items(period):
    """Items discussed at each kind of meeting, each counted for its own segment; 実ケース are distinct cases."""
    discussed = AgendaItem.objects.filter(
        result=AgendaItem.Result.DISCUSSED, segment__status__in=HELD, segment__meeting__day__range=period
    ).order_by()
    counted = discussed.values_list("segment__legal_basis").annotate(
        number=Count("pk"), cases=Count("case", distinct=True)
    )
    numbers = {basis: counts for basis, *counts in counted}
    lines = [(label, numbers.get(basis, [0, 0])) for basis, label in _meeting_names()]
    rows, cases = [(label, [number]) for label, (number, _) in lines], [number for _, (_, number) in lines]
    return Counted("会議で協議した案件", "会議", ["のべ"], rows, cases, people_label="実ケース", down=False)


def _outreach(period):
    """Attempts by means, and what placements came to."""
    tried = Approach.objects.filter(happened_on__range=period).order_by()
    reached = Q(response__in=Approach.REACHED)
    counted = tried.values_list("means").annotate(
        met=Count("pk", filter=reached),
        missed=Count("pk", filter=~reached),
        cases=Count("case", distinct=True),
    )
    numbers = {means: counts for means, *counts in counted}
    lines = [(means.label, numbers.get(means, [0, 0, 0])) for means in Approach.Means]
    rows, cases = [(label, counts[:2]) for label, counts in lines], [counts[2] for _, counts in lines]
    total = tried.aggregate(cases=Count("case", distinct=True))["cases"]
    columns, real = ["接触できた", "できなかった"], {"people_label": "実ケース", "people_total": total}
    attempts = Counted("働きかけ・訪問", "方法", columns, rows, cases, across=True, **real)
    return [attempts, *_placements(period)]


def _placements(period):
    steps = [("打診", "happened_on"), ("受入", "accepted_on"), ("定着", "settled_on"), ("終了", "ended_on")]
    numbers = Placement.objects.aggregate(
        **{column: Count("pk", filter=Q(**{f"{column}__range": period})) for _, column in steps}
    )
    rows = [(label, [numbers[column]]) for label, column in steps]
    followed = PlacementFollowUp.objects.filter(happened_on__range=period).order_by()
    by_side = dict(followed.values_list("to").annotate(number=Count("pk")))
    sides = [(side.label, [by_side.get(side, 0)]) for side in PlacementFollowUp.To]
    return [
        Counted("参加支援(その年度に進んだ件数)", "段階", ["件数"], rows, down=False),
        Counted("参加支援の定着支援", "相手", ["件数"], sides),
    ]
