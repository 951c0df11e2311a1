"""実績: the counters of アウトリーチ等 and 参加支援 (domain 4.2). Every queryset passed in is already the viewer's own."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q

from cases.models import Case
from nisshin_support.wareki import fiscal_year_end, fiscal_year_start
from outreach.models import Approach, PlacementFollowUp

KEPT = {"kept_3": timedelta(days=90), "kept_6": timedelta(days=180)}
VISITS = [Approach.Means.VISIT, Approach.Means.COMPANION]


@dataclass(frozen=True)
class Period:
    """From one day to another, both inside."""

    first: date
    last: date

    @classmethod
    def of_year(cls, year):
        """A 年度, April to March."""
        return cls(fiscal_year_start(year), fiscal_year_end(year))

    @property
    def days(self):
        return self.first, self.last


@dataclass(frozen=True)
class Counter:
    """One figure: what it is called, how many, and how it is counted."""

    code: str
    label: str
    number: int
    unit: str = "件"
    rule: str = ""


# code → (label, unit, counting rule, condition on an attempt)
OF_APPROACHES = {
    "people": ("支援対象者数(実)", "人", "期間中に1回以上働きかけた人", Q()),
    "before": ("うち同意前", "人", "段階が「働きかけ中(同意前)」の人", Q(case__stage=Case.Stage.APPROACH)),
    "visits": ("訪問・同行(延)", "件", "不在も1件と数えます", Q(means__in=VISITS)),
    "calls": ("電話・手紙など(延)", "件", "訪問・同行のほかすべて", ~Q(means__in=VISITS)),
    "reached": ("接触成功", "件", "本人か家族の返事があった働きかけ", Q(response__in=Approach.REACHED)),
}
PEOPLE = ("people", "before", "placed")


def approaches_behind(code, approaches, period):
    """The attempts that the counter `code` counts."""
    return approaches.filter(OF_APPROACHES[code][3], happened_on__range=period.days)


def outreach_counters(approaches, period):
    """アウトリーチ等: people, attempts, contacts. One query."""
    inside = approaches.order_by().filter(happened_on__range=period.days)
    return _counters(OF_APPROACHES, inside, {code: entry[3] for code, entry in OF_APPROACHES.items()})


def conditions_on_placements(period, today):
    """code → condition on a placement. 3か月 and 6か月 are counted as 90 and 180 days, when they have passed."""
    conditions = {
        "placed": Q(happened_on__lte=period.last)
        & (Q(ended_on__isnull=True) | Q(ended_on__gte=period.first)),
        "asked": Q(happened_on__range=period.days),
        "visited": Q(visited_on__range=period.days),
        "tried": Q(tried_on__range=period.days),
        "accepted": Q(accepted_on__range=period.days),
        "settled": Q(settled_on__range=period.days),
        "ended": Q(ended_on__range=period.days),
    }
    for code, days in KEPT.items():
        passed = (period.first - days, min(period.last, today) - days)
        still = Q(ended_on__isnull=True) | Q(ended_on__gte=F("accepted_on") + days)
        conditions[code] = Q(accepted_on__range=passed) & still
    return conditions


# code → (label, unit, counting rule)
OF_PLACEMENTS = {
    "placed": ("支援対象者数(実)", "人", "期間中にマッチングが続いていた人"),
    "asked": ("打診", "件", "打診した日で数えます"),
    "visited": ("見学", "件", "見学日で数えます"),
    "tried": ("体験", "件", "体験の開始日で数えます"),
    "accepted": ("受入", "件", "受入日で数えます"),
    "settled": ("定着", "件", "定着を確かめた日で数えます"),
    "kept_3": ("受入から3か月続いた", "件", "期間中に受入から90日を迎えたもの"),
    "kept_6": ("受入から6か月続いた", "件", "期間中に受入から180日を迎えたもの"),
    "ended": ("終了", "件", "終了日で数えます"),
}


def placements_behind(code, placements, period, today):
    """The placements that the counter `code` counts."""
    return placements.filter(conditions_on_placements(period, today)[code])


def placement_counters(placements, period, today):
    """参加支援: placements by the day each stage was reached. One query."""
    return _counters(OF_PLACEMENTS, placements.order_by(), conditions_on_placements(period, today))


# code → (label, unit, counting rule, to whom)
OF_FOLLOW_UPS = {
    "host_support": ("受入れ先支援(延)", "件", "受入れ先への定着支援の記録", PlacementFollowUp.To.HOST),
    "person_support": ("本人への定着支援(延)", "件", "本人への定着支援の記録", PlacementFollowUp.To.PERSON),
}


def follow_ups_behind(code, follow_ups, period):
    """The follow-ups that the counter `code` counts."""
    return follow_ups.filter(to=OF_FOLLOW_UPS[code][3], happened_on__range=period.days)


def follow_up_counters(follow_ups, period):
    """定着支援 to the host and to the person. One query."""
    inside = follow_ups.order_by().filter(happened_on__range=period.days)
    return _counters(OF_FOLLOW_UPS, inside, {code: Q(to=entry[3]) for code, entry in OF_FOLLOW_UPS.items()})


# code → (label, unit, counting rule)
OF_HOSTS = {
    "new_hosts": ("協力事業者数(新規)", "か所", "期間中に協力を始めた受入れ先"),
    "all_hosts": ("協力事業者数(累計)", "か所", "期間の終わりまでに協力を始めた受入れ先"),
}


def hosts_behind(code, hosts, period):
    """The hosts that the counter `code` counts."""
    if code == "new_hosts":
        return hosts.filter(from_day__range=period.days)
    return hosts.filter(from_day__lte=period.last)


def host_counters(hosts, period):
    """協力事業者数: new in the period, and all until its end. Hosts name nobody; everybody counts the same."""
    conditions = {"new_hosts": Q(from_day__range=period.days), "all_hosts": Q(from_day__lte=period.last)}
    return _counters(OF_HOSTS, hosts.order_by(), conditions)


def _counters(entries, rows, conditions):
    """Count rows, or different people, under each condition: one query for all."""
    counts = {
        code: Count("case__main_subject" if code in PEOPLE else "pk", filter=condition or None, distinct=True)
        for code, condition in conditions.items()
    }
    numbers = rows.aggregate(**counts)
    return [Counter(code, entry[0], numbers[code], entry[1], entry[2]) for code, entry in entries.items()]


# --- for the home screen ---------------------------------------------------------------------------------------------


def hints_to_do(hints, day):
    """(new hints, hints whose day to look again has come)."""
    numbers = hints.order_by().aggregate(
        new=Count("pk", filter=Q(status="new")),
        due=Count("pk", filter=Q(status="watching", next_on__lte=day)),
    )
    return numbers["new"], numbers["due"]


def planned_until(rows, day):
    """How many of the days agreed on (approaches or follow-ups) have come."""
    return rows.planned().filter(next_on__lte=day).count()
