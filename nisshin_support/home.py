"""The home screens: for each role, "what do I do next". Everything through the gate, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from agencies.models import Activity, Agency, Approval, Membership, User
from agencies.models.agency import in_force
from agencies.programmes import Programme
from cases.models import Case, Consent, Consultation, EmergencyDisclosure, Plan, Record, Referral, Row
from meetings.models import AgendaItem, Release, RosterTerm, Segment
from nisshin_support.wareki import fiscal_year, fiscal_year_start, wareki_short
from outreach.models import Approach, Hint, Placement

SHOWN = 6
SOON = timedelta(days=30)
THIS_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One thing to do: what, whose, since or until when, and where it leads."""

    what: str
    url: str
    case: Any = None
    day: date | None = None
    note: str = ""
    urgent: bool = False
    thing: Any = None  # the confidential record that the line is about


@dataclass(frozen=True)
class Heap:
    """One heap of work on the home screen: its first lines, and whether there are more."""

    title: str
    lines: list[Line]
    empty: str
    day_means: str = "waited"
    more_url: str = ""
    anchor: str = ""
    names: dict[int, str] = field(default_factory=dict)

    @property
    def shown(self):
        return [(line, self.names.get(line.case.pk, "") if line.case else "") for line in self.lines[:SHOWN]]

    @property
    def has_more(self):
        return len(self.lines) > SHOWN


@dataclass(frozen=True)
class Tile:
    """One of the five 事業 with this year's number, as far as the viewer sees its rows."""

    label: str
    count: int
    unit: str
    url: str


def heaps_for_support(viewer, purpose):
    """What a field worker or coordinator owes, nearest first."""
    heaps = [build(viewer, purpose) for build in (_disclosures_to_approve, _disclosures_received, _releases)]
    heaps += [build(viewer, purpose) for build in (_open_consultations, _referrals_to_answer, _assignments)]
    heaps += [_recalls(viewer, purpose)]
    heaps += [build(viewer, purpose) for build in (_consents_ending, _plans_to_review, _next_steps, _hints)]
    heaps += [build(viewer, purpose) for build in (_sent_referrals, _cases_without_lead)]
    names = _names(viewer, purpose, heaps)
    return [Heap(**{**vars(heap), "names": names}) for heap in heaps]


def _names(viewer, purpose, heaps):
    """Names of the main subjects, only of cases whose header is open to the viewer."""
    keys = {line.case.pk for heap in heaps for line in heap.lines[:SHOWN] if line.case}
    cases = Case.objects.with_header_for(viewer, purpose).filter(pk__in=keys).select_related("main_subject")
    return {case.pk: case.main_subject.name for case in cases}


def _first(queryset):
    """One more than is shown, to know whether there are more without counting."""
    return list(queryset[: SHOWN + 1])


def _disclosures_to_approve(viewer, purpose):
    waiting = EmergencyDisclosure.objects.visible_to(viewer, purpose).to_approve_by(
        viewer.user_id, viewer.day
    )
    lines = [
        Line(f"{d.disclosed_by.user.name}が{d.recipient}へ", reverse("cases:disclosure", args=[d.public_id]), case=d.case,
             day=d.approve_by, urgent=True)
        for d in _first(waiting.select_related("case", "to_agency", "disclosed_by__user"))
    ]  # fmt: skip
    more = f"{reverse('cases:disclosures')}?list=approve"
    return Heap("承認を待つ緊急提供", lines, "承認を待つ緊急提供はありません。", "left", more)


def _disclosures_received(viewer, purpose):
    received = EmergencyDisclosure.objects.visible_to(viewer, purpose).filter(
        to_agency=viewer.agency_id, until_day__gte=viewer.day, ended_on__isnull=True
    )
    lines = [
        Line(f"{d.from_agency.short_name}から", reverse("cases:disclosure", args=[d.public_id]), case=d.case,
             day=d.until_day)
        for d in _first(received.select_related("case", "from_agency").order_by("until_day", "pk"))
    ]  # fmt: skip
    more = reverse("cases:disclosures")
    return Heap("緊急提供で受け取ったもの", lines, "緊急提供で受け取ったものはありません。", "left", more)


def _releases(viewer, purpose):
    lines = [
        Line(f"{wareki_short(r.item.segment.meeting.day)}の支援会議 議題{r.item.order}",
             reverse("meetings:release", args=[r.public_id]), day=r.asked_on)
        for r in Release.waiting_for(viewer)[: SHOWN + 1]
    ]  # fmt: skip
    more = reverse("meetings:releases")
    return Heap("返事を待つ解除", lines, "返事を待つ解除はありません。", more_url=more)


def _open_consultations(viewer, purpose):
    mine = Consultation.objects.visible_to(viewer, purpose).open().filter(agency=viewer.agency_id)
    lines = [
        Line(
            c.get_main_topic_display() or c.get_channel_display(),
            reverse("cases:consultation", args=[c.public_id]),
            day=c.taken_on,
            note=c.get_urgency_display(),
            urgent=c.urgency in ("today", "three_days"),
            thing=c,
        )
        for c in _first(mine.order_by("taken_on", "pk"))
    ]
    more = reverse("cases:consultations")
    return Heap("対応が決まっていない相談", lines, "対応を待っている相談はありません。", more_url=more)


def _referrals_to_answer(viewer, purpose):
    waiting = Referral.objects.visible_to(viewer, purpose).to_answer().filter(to_agency=viewer.agency_id)
    lines = [
        Line(
            f"{r.from_agency.short_name}から {r.get_kind_display()}",
            reverse("cases:referral", args=[r.public_id]),
            case=r.case,
            day=r.answer_due,
            urgent=bool(r.answer_due and r.answer_due < viewer.day),
            thing=r,
        )
        for r in _first(waiting.select_related("from_agency", "case").order_by("answer_due", "pk"))
    ]
    return Heap(
        "回答を待つつなぎ", lines, "回答を待つつなぎはありません。", "left", reverse("cases:referrals")
    )


def _sent_referrals(viewer, purpose):
    sent = Referral.objects.visible_to(viewer, purpose).to_answer().filter(from_agency=viewer.agency_id)
    lines = [
        Line(
            f"{r.to_agency.short_name}へ",
            reverse("cases:referral", args=[r.public_id]),
            case=r.case,
            day=r.sent_on,
            thing=r,
        )
        for r in _first(sent.select_related("to_agency", "case").order_by("sent_on", "pk"))
    ]
    return Heap(
        "こちらから送ったつなぎ",
        lines,
        "返事を待っているつなぎはありません。",
        more_url=reverse("cases:referrals"),
    )


def _assignments(viewer, purpose):
    rows = Row.objects.visible_to(viewer, purpose).filter(
        assignment__agency=viewer.agency_id, assignment__ended_on__isnull=True
    )
    lines = [
        Line(row.text[:30], reverse("meetings:assignments"), case=row.case, day=row.assignment.due_on,
             urgent=bool(row.assignment.due_on and row.assignment.due_on < viewer.day), thing=row)
        for row in _first(rows.select_related("assignment", "case").order_by("assignment__due_on", "pk"))
    ]  # fmt: skip
    return Heap(
        "担当になっていること",
        lines,
        "割り当てられた担当はありません。",
        "left",
        reverse("meetings:assignments"),
    )


def _recalls(viewer, purpose):
    """Consents taken back of which one's agency has not settled who had what."""
    lacking = {"recalls__outcome": "", "recalls__handled_by": viewer.agency_id}
    statements = Consent.objects.visible_to(viewer, purpose).filter(**lacking).select_related("case")
    statements = statements.annotate(left=Count("recalls"))
    lines = [
        Line("回収リスト", reverse("cases:recall_list", args=[c.public_id]), case=c.case,
             day=c.withdrawn_on or c.given_on, note=f"残り{c.left}件", urgent=True, thing=c)
        for c in _first(statements.order_by("-given_on", "pk"))
    ]  # fmt: skip
    return Heap("同意がなくなり、回収を確かめるもの", lines, "回収を確かめるものはありません。")


def _consents_ending(viewer, purpose):
    consents = Consent.objects.visible_to(viewer, purpose).filter(
        kind=Consent.Kind.GIVEN,
        withdrawn_on__isnull=True,
        until_day__range=(viewer.day, viewer.day + SOON),
        case__in=Case.objects.visible_to(viewer, purpose).open().values("pk"),
    )
    lines = [
        Line("同意の期限", reverse("cases:consent", args=[c.public_id]), case=c.case, day=c.until_day,
             urgent=c.until_day - viewer.day <= THIS_WEEK, thing=c)
        for c in _first(consents.select_related("case").order_by("until_day", "pk"))
    ]  # fmt: skip
    return Heap("期限が近い同意", lines, "30日以内に期限が来る同意はありません。", "left")


def _plans_to_review(viewer, purpose):
    plans = Plan.objects.visible_to(viewer, purpose).filter(
        state__in=[Plan.State.DECIDED, Plan.State.RUNNING, Plan.State.EVALUATION],
        review_on__lte=viewer.day + SOON,
        recorded_by=viewer.agency_id,
    )
    lines = [
        Line(f"{p.get_type_display()}のプラン", reverse("cases:plan", args=[p.public_id]), case=p.case, day=p.review_on,
             urgent=p.review_on < viewer.day, thing=p)
        for p in _first(plans.select_related("case").order_by("review_on", "pk"))
    ]  # fmt: skip
    return Heap("見直しの時期のプラン", lines, "見直しの近いプランはありません。", "left")


def _next_steps(viewer, purpose):
    records = Record.objects.visible_to(viewer, purpose).filter(
        recorded_by=viewer.agency_id, next_on__range=(viewer.day - THIS_WEEK, viewer.day + THIS_WEEK)
    )
    lines = [
        Line(
            r.next_step or "次の対応",
            reverse("cases:case", args=[r.case.public_id]),
            case=r.case,
            day=r.next_on,
            thing=r,
        )
        for r in _first(records.select_related("case").order_by("next_on", "pk"))
    ]
    return Heap("今週の次の対応", lines, "今週の予定はありません。", "left")


def _hints(viewer, purpose):
    hints = Hint.objects.visible_to(viewer, purpose).filter(
        status__in=[Hint.Status.NEW, Hint.Status.WATCHING]
    )
    lines = [
        Line(h.get_source_display(), reverse("outreach:hint", args=[h.public_id]), day=h.next_on or h.noticed_on,
             note=h.get_status_display(), thing=h)
        for h in _first(hints.order_by("next_on", "pk"))
    ]  # fmt: skip
    return Heap("確かめる気づき", lines, "新しい気づきはありません。", "left", reverse("outreach:hints"))


def _cases_without_lead(viewer, purpose):
    cases = Case.objects.writable_by(viewer, purpose).open().without_lead(viewer.day)
    lines = [
        Line(
            "主担当機関がありません",
            reverse("cases:case", args=[c.public_id]),
            case=c,
            day=c.opened_on,
            urgent=True,
        )
        for c in _first(cases.order_by("opened_on", "pk"))
    ]
    return Heap("主担当のないケース", lines, "主担当のないケースはありません。")


def tiles(viewer, purpose):
    """The five 事業 with this 年度's numbers; confidential ones counted only over rows the viewer sees."""
    year = (fiscal_year_start(fiscal_year(viewer.day)), viewer.day)
    consultations = Consultation.objects.visible_to(viewer, purpose).filter(taken_on__range=year)
    activities = Activity.objects.filter(day__range=year)
    shared = Case.objects.visible_to(viewer, purpose).open()
    approaches = Approach.objects.visible_to(viewer, purpose).filter(happened_on__range=year)
    placements = Placement.objects.visible_to(viewer, purpose).exclude(stage=Placement.Stage.ENDED)
    return [
        Tile(Programme.CONSULTATION.label, consultations.count(), "件の相談", reverse("cases:consultations")),
        Tile(Programme.COMMUNITY.label, activities.count(), "回の活動", reverse("agencies:places")),
        Tile(Programme.COORDINATION.label, shared.count(), "件の支援中ケース", reverse("cases:cases")),
        Tile(Programme.OUTREACH.label, approaches.count(), "回の働きかけ", reverse("outreach:hints")),
        Tile(
            Programme.PARTICIPATION.label,
            placements.count(),
            "件のマッチング",
            reverse("outreach:placements"),
        ),
    ]


def next_segments(day):
    """The coming sittings: day, place and name are no secret; what is on the table is."""
    coming = Segment.objects.filter(meeting__day__gte=day, cancelled_on__isnull=True)
    return list(coming.select_related("meeting").order_by("meeting__day", "meeting__pk", "order")[:SHOWN])


def segments_entered(viewer, purpose, segments):
    """Keys of those segments that the viewer has a part in: only these lead somewhere."""
    mine = Segment.objects.visible_to(viewer, purpose).filter(pk__in=[segment.pk for segment in segments])
    return set(mine.values_list("pk", flat=True))


def items_for_member(viewer, purpose):
    """How many items wait for a member of a meeting, by sitting."""
    items = AgendaItem.objects.visible_to(viewer, purpose).filter(segment__meeting__day__gte=viewer.day)
    return list(
        items.select_related("segment__meeting").order_by("segment__meeting__day", "order")[: SHOWN * 4]
    )


def roster_counts(day):
    """What a roster administrator has to look after; (label, number, address)."""
    soon = day + timedelta(days=60)
    without = User.objects.filter(is_active=True).exclude(
        pk__in=Membership.objects.filter(in_force(day)).values("user")
    )
    unacknowledged = RosterTerm.objects.filter(in_force(day), item__isnull=True, acknowledged_on__isnull=True)
    ending = Q(until_day__range=(day, soon))
    admin = reverse("admin:index")
    return [
        ("承認待ちの変更", Approval.objects.waiting().count(), reverse("agencies:approvals")),
        (
            "仮称の機関",
            Agency.objects.filter(in_force(day), provisional=True).count(),
            f"{admin}agencies/agency/",
        ),
        (
            "60日以内に終わる所属",
            Membership.objects.filter(ending).count(),
            f"{admin}agencies/membership/",
        ),
        ("所属のない職員", without.count(), f"{admin}agencies/user/"),
        ("守秘の確認がない構成員", unacknowledged.count(), f"{admin}meetings/rosterterm/"),
        (
            "60日以内に終わる任期",
            RosterTerm.objects.filter(ending, item__isnull=True).count(),
            f"{admin}meetings/rosterterm/",
        ),
    ]
