"""More of everything around the cast's case, to see whether a page asks more questions when there is more to show."""

from datetime import date, timedelta

from django.db import connection

from agencies.models import Activity, ConsultationDay, Course, Place
from cases.models import (
    Assignment,
    Consultation,
    ContactDetail,
    Evaluation,
    HouseholdMember,
    Plan,
    PlanAction,
    PlanGoal,
    Row,
    Separation,
)
from meetings.models import Decision, MinutesParagraph
from outreach.models import Approach, Hint, Host, HostMenu, Placement, PlacementFollowUp
from tests.cast import DAY
from tests.factories import (
    PersonFactory,
    a_case,
    a_consent,
    a_referral,
    a_row,
    a_segment,
    a_viewer,
    an_item,
    enclose,
    seat,
)


def more_of_everything(cast, number):
    """Add `number` of each kind of thing to the cast's world."""
    for n in range(number):
        for add in (_rows, _plan, _around, _sittings, _outreach, _community):
            add(cast, n)
    with connection.cursor() as cursor:
        # A running database keeps its statistics by itself; a test's transaction has to say so.
        cursor.execute("ANALYZE")


def _rows(cast, n):
    case, lead, person = cast.case, cast.lead, PersonFactory()
    a_row(case, lead, subjects=[case.main_subject, person], categories=[1 + n % 6], text=f"記録{n}")
    a_row(case, cast.partner, categories=[2, 4], next_step="訪問", next_on=DAY)
    a_row(case, lead, model=HouseholdMember, name=f"世帯員{n}", relation="親族", person=person)
    a_row(case, lead, model=ContactDetail, type="telephone", text=f"000-{n}")
    other = PersonFactory()
    a_row(case, lead, subjects=[other])
    Separation.objects.create(
        first=case.main_subject, second=other, reason="試験", recorded_on=DAY, recorded_by=lead.membership
    )


def _plan(cast, n):
    case, lead, things = cast.case, cast.lead, cast.things
    a_row(case, lead, model=Plan, categories=[6], type=Plan.Type.COORDINATION)
    goal = a_row(case, lead, model=PlanGoal, categories=[6], plan=things.plan, text=f"目標{n}")
    action = a_row(case, lead, model=PlanAction, categories=[5], plan=things.plan, goal=goal, text=f"支援{n}")
    Assignment.objects.create(row_id=action.pk, agency=cast.coordinator.agency, due_on=DAY)
    mine = a_row(case, cast.coordinator, model=PlanAction, categories=[5], plan=things.plan, goal=goal)
    Assignment.objects.create(row_id=mine.pk, agency=lead.agency, due_on=DAY)
    a_row(case, lead, model=Evaluation, categories=[6], plan=things.plan, reached="partly", result="continue")


def _around(cast, n):
    case, lead, newcomer = cast.case, cast.lead, a_viewer()
    case.participations.create(agency=newcomer.agency, from_day=date(2026, 4, 15))
    a_consent(case, to=[newcomer.agency, lead.agency, cast.coordinator.agency], days=80)
    row = a_row(case, lead, categories=[3])
    a_referral(case, lead, newcomer.agency, rows=[row], ground="law", ground_note="試験")
    a_referral(a_case(newcomer), newcomer, lead.agency, rows=[], ground="law", ground_note="試験")
    for viewer in (lead, cast.coordinator):
        another = a_case(viewer)
        another.participations.create(agency=newcomer.agency, from_day=DAY)
        Consultation.objects.create(
            taken_on=DAY, channel="visit", summary="相談", agency=viewer.agency, author=viewer.membership
        )


def _sittings(cast, n):
    things, lead = cast.things, cast.lead
    for segment in (things.segment, things.next_segment, things.today_segment, things.past_segment):
        item = an_item(segment, a_case(lead), lead)
        seat(item, cast.coordinator, by=cast.coordinator)
        seat(item, lead, by=cast.coordinator)
        a_consent(item.case, to=[cast.coordinator.agency])
    for item in (things.item, things.next_item, things.today_item):
        enclose(item, a_row(cast.case, lead, categories=[6]), lead)
        seat(item, a_viewer(), by=cast.coordinator)
    a_segment(cast.coordinator, day=DAY + timedelta(days=1 + n))
    about = {
        "author": cast.coordinator.membership,
        "subjects": [cast.case.main_subject],
        "categories": [6],
        "day": DAY,
    }
    things.today_item.write(kind=Row.Kind.MINUTES, text=f"議事録{n}", model=MinutesParagraph, **about)
    decision = things.today_item.write(kind=Row.Kind.DECISION, text=f"決定{n}", model=Decision, **about)
    Assignment.objects.create(row_id=decision.pk, agency=lead.agency, due_on=DAY)


def _outreach(cast, n):
    case, lead, things = cast.case, cast.lead, cast.things
    for viewer in (lead, cast.coordinator):
        Hint.objects.create(
            noticed_on=DAY, source="resident", text="気づき", agency=viewer.agency, author=viewer.membership
        )
        a_row(case, viewer, model=Approach, categories=[6], means="visit", response="absent", next_on=DAY)
        host = Host.objects.create(name=f"受入れ先{n}", agency=viewer.agency, from_day=DAY)
        HostMenu.objects.create(host=host, name=f"メニュー{n}")
        a_row(case, viewer, model=Placement, categories=[3], host=host, stage_on=DAY)
        a_row(
            case,
            viewer,
            model=PlacementFollowUp,
            categories=[3],
            placement=things.placement,
            to="person",
            next_on=DAY,
        )
    HostMenu.objects.create(host=things.host, name=f"別のメニュー{n}")


def _community(cast, n):
    row = cast.things.plan_row
    for viewer in (cast.lead, cast.coordinator):
        place = Place.objects.create(
            name=f"場{n}", plan_row=row, agency=viewer.agency, from_day=date(2025, 4, 1)
        )
        at = {"plan_row": row, "agency": viewer.agency, "day": DAY}
        Activity.objects.create(place=cast.things.place, title=f"活動{n}", **at)
        Course.objects.create(place=place, title=f"講座{n}", **at)
        ConsultationDay.objects.create(place=place, **at)
