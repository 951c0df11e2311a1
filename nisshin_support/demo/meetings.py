"""Sittings past and to come, with rosters, items, papers on the table, minutes and decisions."""

import json
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from agencies.models import CitySetting, Role
from cases.models import Assignment, Category, Enclosure, Record, Row
from meetings.models import (
    AgendaItem,
    Attendance,
    Decision,
    LegalBasis,
    Meeting,
    MinutesParagraph,
    RosterTerm,
    Segment,
)

STORIES = settings.BASE_DIR / "fixtures" / "demo" / "meetings.json"
MEMBERS = (
    "suishin1",
    "suishin2",
    "kaicho",
    "hokatsu1",
    "hokatsu2",
    "shogai",
    "kodomo",
    "kurashi",
    "moribito",
    "minsei",
)
SATURDAY = 5


def next_opening_day(day: date) -> date:
    """The day itself, or the Monday after a weekend: nobody sits on a Sunday."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def make_roster(memberships, today: date):
    """Standing members of the 支援会議 with the secrecy acknowledged for a term of two fiscal years."""
    start = today - timedelta(days=400)
    for username in MEMBERS:
        membership = memberships[username]
        individual = membership.role == Role.EXTERNAL
        RosterTerm.objects.create(
            user=membership.user,
            agency=membership.agency,
            member_kind=RosterTerm.MemberKind.INDIVIDUAL if individual else RosterTerm.MemberKind.CORPORATION,
            from_day=start,
            until_day=today + timedelta(days=330),
            acknowledged_on=start,
            acknowledged_version=CitySetting.current().secrecy_version,
        )


class Calendar:
    """Tells the meetings' stories with the cases that the households made."""

    def __init__(self, teller):
        self.teller, self.today = teller, teller.today
        self.suishin, self.kaicho = teller.memberships["suishin1"], teller.memberships["kaicho"]

    def tell_all(self):
        for story in json.loads(STORIES.read_text("utf-8")):
            self.tell(story)

    def tell(self, story):
        day = next_opening_day(self.today + timedelta(days=story["in"]))
        meeting = Meeting.objects.create(
            day=day, start=time(14), place="市役所 会議室(架空)", convened_by=self.suishin.agency
        )
        for order, told in enumerate(story["segments"], 1):
            segment = self.segment(meeting, order, told)
            for number, item in enumerate(told["items"], 1):
                self.item(segment, number, item, story)
            self.progress(segment, story)

    def segment(self, meeting, order, told):
        names = CitySetting.current()
        statutory = told["basis"] == LegalBasis.STATUTE
        return Segment.objects.create(
            meeting=meeting,
            order=order,
            legal_basis=told["basis"],
            display_name=names.statute_meeting_name if statutory else names.consent_meeting_name,
            chair=self.kaicho.user if statutory else None,
            open_days=names.meeting_open_days,
        )

    def item(self, segment, number, told, story):
        day = segment.meeting.day
        bringer, case = self.teller.author(told["by"]), self.teller.cases[told["case"]]
        item = AgendaItem.objects.create(
            segment=segment, case=case, kind=told["kind"], order=number, minutes=20, brought_by=bringer.agency,
            author=bringer, brought_on=day - timedelta(days=21), no_consent_reason=told.get("reason", ""),
        )  # fmt: skip
        self.texts(item, told, bringer)
        self.seats(item, told, story)
        if story["in"] < 0 or "called" in story or "confirmed" in story:
            item.call(min(day - timedelta(days=14), self.today))
        self.enclose(item, told["enclose"])
        self.minutes(item, told)

    def texts(self, item, told, bringer):
        keys = {
            "item_title": "title",
            "item_question": "question",
            "item_reason": "why",
            "item_necessity": "necessity",
        }
        for kind, key in keys.items():
            if key in told:
                self.write(item, kind, told[key], bringer)

    def write(self, item, kind, text, author, model=None, **fields):
        options = {"model": model} if model else {}
        if not item.segment.is_statutory:
            options["learnt"] = {"learned": Row.Learned.BY_ONESELF}
        return item.write(
            kind=kind, text=text, author=author, subjects=[item.case.main_subject],
            categories=[Category.HISTORY], day=item.segment.meeting.day, **options, **fields,
        )  # fmt: skip

    def seats(self, item, told, story):
        selector = self.kaicho if item.segment.is_statutory else self.suishin
        start = timezone.make_aware(datetime.combine(item.segment.meeting.day, time(14)))
        for key in told["seats"]:
            membership = self.teller.memberships.get(key) or self.teller.author(key)
            Attendance.objects.create(
                item=item, user=membership.user, agency=membership.agency, selected_by=selector,
                planned_on=item.brought_on, checked_in_at=start if story["in"] < 0 else None,
            )  # fmt: skip

    def enclose(self, item, number):
        rows = Record.objects.filter(case=item.case, recorded_by__isnull=False).order_by("-happened_on")[
            :number
        ]
        for row in rows:
            Enclosure.objects.create(
                row_id=row.pk,
                item=item,
                agency=row.recorded_by,
                author=row.author,
                enclosed_on=item.brought_on,
            )

    def minutes(self, item, told):
        for order, (nature, text) in enumerate(told.get("minutes", []), 1):
            self.write(item, "minutes", text, self.suishin, MinutesParagraph, nature=nature, order=order)
        for order, (agency, text, due) in enumerate(told.get("decisions", []), 1):
            decision = self.write(item, "decision", text, self.suishin, Decision, order=order)
            doer = self.teller.author(agency)
            due_on = self.today + timedelta(days=due)
            Assignment.objects.create(
                row_id=decision.pk, agency=doer.agency, user=doer.user, due_on=due_on,
                ended_on=due_on if due_on < self.today else None,
            )  # fmt: skip

    def progress(self, segment, story):
        day = segment.meeting.day
        if story["in"] < 0:
            segment.confirm(day - timedelta(days=7))
            segment.close(day + timedelta(days=story["closed_after"]))
            segment.items.update(result=AgendaItem.Result.DISCUSSED)
        elif "confirmed" in story:
            segment.confirm(self.today)
