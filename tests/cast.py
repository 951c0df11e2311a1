"""A cast of people around one family, with one of everything: who plays is who may see (tests of routes, crawl)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from agencies.models import Activity, Approval, ConsultationDay, Course, Place, PlannedNumber, PlanRow, Role
from agencies.programmes import ImplementationForm, Measure, Programme
from cases.models import (
    Assignment,
    Authority,
    Case,
    Consultation,
    ContactDetail,
    Evaluation,
    HouseholdMember,
    LeadOffer,
    Plan,
    PlanAction,
    PlanGoal,
    RecallEntry,
    Row,
    Separation,
)
from cases.visibility import Viewer
from meetings.models import Decision, LegalBasis, MinutesParagraph, Snapshot
from outreach.models import Approach, Hint, Host, HostMenu, Informant, Placement, PlacementFollowUp
from tests.cast_by_two import acts_by_two
from tests.factories import (
    AgencyFactory,
    PersonFactory,
    a_case,
    a_consent,
    a_referral,
    a_row,
    a_segment,
    a_term,
    a_viewer,
    an_item,
    enclose,
    seat,
)

DAY = date(2026, 6, 10)
ROLES = {
    "lead": Role.COUNTER,  # opened the case and leads it
    "partner": Role.COUNTER,  # takes part, everything is consented to it
    "bare": Role.COUNTER,  # takes part, nothing is consented to it
    "past": Role.COUNTER,  # took part until last month
    "receiver": Role.COUNTER,  # holds a referral, with one row enclosed
    "coordinator": Role.COORDINATOR,  # takes part with consent; keeps the office of the meetings
    "chair": Role.CHAIR,
    "member": Role.EXTERNAL,  # 構成員, planned for the 支援会議's item
    "stranger": Role.COUNTER,  # must see nothing
    "roster": Role.ROSTER,
    "statistics": Role.STATISTICS,
    "audit": Role.AUDIT,
}


@dataclass
class Cast:
    """The people by name, and the one of everything that they act around."""

    people: dict[str, Viewer]
    case: Any = None
    things: SimpleNamespace = field(default_factory=SimpleNamespace)

    def __getattr__(self, name):
        if name in ROLES:
            return self.people[name]
        raise AttributeError(name)


def a_cast(day: date = DAY) -> Cast:
    """The whole cast, and the world around one case on `day`."""
    cast = Cast({name: a_viewer(role=role, day=day) for name, role in ROLES.items()})
    for name in ("member", "chair", "coordinator"):
        a_term(cast.people[name])
    around_one_case(cast)
    _community(cast)
    acts_by_two(cast, day)
    return cast


def around_one_case(cast: Cast) -> None:
    """One of everything around a new case of these people."""
    _case(cast)
    _papers(cast)
    _further_cases(cast)
    _meetings(cast)
    _outreach(cast)


def _case(cast):
    cast.case = case = a_case(cast.lead, urgency="week")
    start = date(2026, 4, 15)
    for name in ("partner", "bare", "coordinator"):
        case.participations.create(agency=cast.people[name].agency, from_day=start)
    case.participations.create(agency=cast.past.agency, from_day=start, until_day=date(2026, 5, 10))
    named = [cast.people[name].agency for name in ("lead", "partner", "coordinator")]
    cast.things.partner_agency = cast.partner.agency
    cast.things.case, cast.things.subject = case, case.main_subject
    cast.things.consent = a_consent(case, to=named)
    cast.things.row = a_row(case, cast.lead, categories=[2])
    cast.things.past_row = a_row(case, cast.past, categories=[6])


def _papers(cast):
    things, case, lead = cast.things, cast.case, cast.lead
    things.consultation = Consultation.objects.create(
        taken_on=DAY, channel="visit", summary="試験の相談", agency=lead.agency, author=lead.membership
    )
    things.household = a_row(case, lead, model=HouseholdMember, name="架空 世帯員", relation="長男")
    things.contact = a_row(case, lead, model=ContactDetail, type="telephone", text="000-0000")
    things.referral = a_referral(
        case, lead, cast.receiver.agency, rows=[things.row], ground="law", ground_note="試験の根拠"
    )
    things.referral_text = a_row(case, lead, model=Row, kind=Row.Kind.REFERRAL_TEXT, referral=things.referral)
    things.plan = a_row(case, lead, model=Plan, categories=[6], type=Plan.Type.COORDINATION)
    things.goal = a_row(case, lead, model=PlanGoal, categories=[6], plan=things.plan)
    things.action = a_row(case, lead, model=PlanAction, categories=[5], plan=things.plan)
    Assignment.objects.create(row_id=things.action.pk, agency=cast.partner.agency)
    things.evaluation = a_row(
        case, lead, model=Evaluation, categories=[6], plan=things.plan, reached="partly", result="continue"
    )
    things.recall = RecallEntry.objects.create(
        statement=things.consent,
        case=case,
        handled_by=lead.agency,
        agency=cast.partner.agency,
        user=cast.partner.user,
        how=RecallEntry.How.SEEN,
        categories=[2],
        rows=[things.row.pk],
        first_on=DAY,
        last_on=DAY,
    )
    things.authority = Authority.objects.create(
        person=case.main_subject,
        holder_name="試験 後見人",
        kind="adult_guardian",
        from_day=DAY,
        recorded_by=lead.membership,
    )
    things.concealed = case.concealed_contacts.create(
        person=case.main_subject, address="試験の秘匿住所", recorded_on=DAY, recorded_by=lead.membership
    )
    things.other_side = PersonFactory()
    things.separation = Separation.objects.create(
        first=case.main_subject,
        second=things.other_side,
        reason="試験",
        recorded_on=DAY,
        recorded_by=lead.membership,
    )
    things.separated_row = a_row(case, lead, subjects=[things.other_side])


def _further_cases(cast):
    """A case whose lead is offered to the partner, and one that is closed."""
    things, lead, partner = cast.things, cast.lead, cast.partner
    things.offered_case, things.closed_case = offered, closed = a_case(lead), a_case(lead)
    for case in (offered, closed):
        case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    things.offer = LeadOffer.objects.create(
        case=offered, to_agency=partner.agency, offered_by=lead.membership, offered_on=DAY
    )
    closed.close(stage=Case.Stage.CLOSED, reason=Case.ClosingReason.REACHED, day=date(2026, 6, 1))


def _meetings(cast):
    things, case = cast.things, cast.case
    things.segment = a_segment(cast.coordinator)
    things.item = an_item(things.segment, case, cast.lead)
    things.statute_segment = a_segment(
        cast.coordinator, basis=LegalBasis.STATUTE, chair=cast.chair.user, meeting=things.segment.meeting
    )
    things.statute_item = an_item(things.statute_segment, case, cast.partner)
    for name in ("lead", "coordinator", "partner"):
        things.seat = seat(things.item, cast.people[name], by=cast.coordinator)
    for name in ("member", "chair", "coordinator"):
        seat(things.statute_item, cast.people[name], by=cast.chair)
    things.enclosure = enclose(things.item, things.row, cast.lead)
    for item in (things.item, things.statute_item):
        item.call(DAY)
        item.segment.confirm(DAY)
    _past_sitting(cast)
    _sitting_in_preparation(cast)
    _sitting_of_today(cast)


def _sitting_in_preparation(cast):
    """Both kinds of item called for, neither confirmed; one row of the lead's on the table."""
    things, day = cast.things, date(2026, 7, 1)
    things.next_segment = a_segment(cast.coordinator, day=day)
    things.next_meeting = things.next_segment.meeting
    things.next_statute_segment = a_segment(
        cast.coordinator, basis=LegalBasis.STATUTE, chair=cast.chair.user, meeting=things.next_meeting
    )
    things.next_item = an_item(things.next_segment, cast.case, cast.lead)
    things.next_statute_item = an_item(things.next_statute_segment, cast.case, cast.partner)
    for name in ("lead", "partner", "coordinator"):
        things.next_seat = seat(things.next_item, cast.people[name], by=cast.coordinator)
    for name in ("member", "chair", "coordinator"):
        things.next_statute_seat = seat(things.next_statute_item, cast.people[name], by=cast.chair)
    things.next_enclosure = enclose(things.next_item, things.row, cast.lead)
    things.next_item.call(DAY)
    things.next_statute_item.call(DAY)


def _sitting_of_today(cast):
    """A 重層的支援会議 being held: everybody planned has come."""
    things, then = cast.things, timezone.make_aware(datetime(2026, 6, 10, 9))
    things.today_segment = a_segment(cast.coordinator, day=DAY)
    things.today_item = an_item(things.today_segment, cast.case, cast.lead)
    for name in ("lead", "partner", "coordinator"):
        seat(things.today_item, cast.people[name], by=cast.coordinator, checked_in=then)
    things.today_segment.confirm(date(2026, 6, 5))
    things.today_segment.hold()


def _past_sitting(cast):
    """A sitting whose table has shut, for 会議記録; a decision in it."""
    things, day = cast.things, date(2026, 4, 20)
    things.past_segment = a_segment(cast.coordinator, day=day)
    things.past_item = item = an_item(things.past_segment, cast.case, cast.lead)
    then = timezone.make_aware(datetime(2026, 4, 20, 14))
    for name in ("lead", "coordinator"):
        seat(item, cast.people[name], by=cast.coordinator, checked_in=then)
    written = {
        "author": cast.coordinator.membership,
        "subjects": [cast.case.main_subject],
        "categories": [6],
        "day": day,
    }
    things.minutes = item.write(kind=Row.Kind.MINUTES, text="試験の議事録", model=MinutesParagraph, **written)
    things.decision = item.write(kind=Row.Kind.DECISION, text="試験の決定", model=Decision, **written)
    Assignment.objects.create(row_id=things.decision.pk, agency=cast.partner.agency)
    things.past_segment.confirm(day)
    things.past_segment.close(date(2026, 4, 25))
    things.snapshot = Snapshot.of_closing(things.past_segment, cast.coordinator.membership, date(2026, 4, 25))


def _outreach(cast):
    things, case, lead = cast.things, cast.case, cast.lead
    things.hint = Hint.objects.create(
        noticed_on=DAY, source="resident", text="試験の気づき", agency=lead.agency, author=lead.membership
    )
    things.informant = Informant.objects.create(hint=things.hint, name="試験 通報者")
    things.approach = a_row(case, lead, model=Approach, categories=[6], means="visit", response="absent")
    things.host = Host.objects.create(name="試験の受入れ先", agency=lead.agency, from_day=DAY)
    things.menu = HostMenu.objects.create(host=things.host, name="試験のメニュー")
    things.placement = a_row(case, lead, model=Placement, categories=[3], host=things.host, stage_on=DAY)
    things.follow_up = a_row(
        case, lead, model=PlacementFollowUp, categories=[3], placement=things.placement, to="person"
    )


def _community(cast):
    things, lead = cast.things, cast.lead
    row = PlanRow.objects.create(
        code="shiken", programme=Programme.COMMUNITY, name="試験の行", measure=Measure.PLACES, order=1
    )
    things.plan_row = row
    things.place = Place.objects.create(
        name="試験の場", plan_row=row, agency=lead.agency, from_day=date(2025, 4, 1)
    )
    things.activity = Activity.objects.create(
        plan_row=row, place=things.place, agency=lead.agency, day=DAY, title="試験の活動"
    )
    things.course = Course.objects.create(plan_row=row, agency=lead.agency, day=DAY, title="試験の講座")
    things.consultation_day = ConsultationDay.objects.create(
        plan_row=row, place=things.place, agency=lead.agency, day=DAY
    )
    PlannedNumber.objects.create(plan_row=row, fiscal_year=2026, form=ImplementationForm.DIRECT, number=1)
    things.other_agency = AgencyFactory()
    things.approval = Approval.objects.create(
        kind="password", model="agencies.User", object_key=lead.user_id, about=lead.user,
        what="試験の申請", proposed_by=cast.stranger.user,
    )  # fmt: skip
