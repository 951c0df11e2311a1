"""A small world for the tests of meetings: a case with consent, a sitting, and the people around it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from agencies.models import Role
from cases.visibility import Viewer
from meetings.models import LegalBasis
from tests.factories import a_case, a_consent, a_row, a_segment, a_term, a_viewer, an_item, enclose, seat

TODAY, DAY = date(2026, 6, 10), date(2026, 6, 20)
MORNING = timezone.make_aware(datetime(2026, 6, 20, 9, 0))


@dataclass
class MeetingWorld:
    """`lead` brought the case; `inside` attends with consent, `outside` attends without; `office` runs it."""

    lead: Viewer
    inside: Viewer
    outside: Viewer
    office: Viewer
    stranger: Viewer
    chair: Viewer
    case: Any
    segment: Any
    item: Any
    row: Any

    def confirm(self, on=TODAY):
        self.segment.confirm(on)

    def check_in(self, *viewers):
        for viewer in viewers:
            found = self.item.attendances.get(user=viewer.user)
            found.checked_in_at = MORNING
            found.save()


def a_consented_meeting():
    """A 重層的支援会議: consent towards `inside` and the office, not towards `outside`."""
    lead, inside, outside, office, stranger, chair = _people()
    case = a_case(lead)
    a_consent(case, to=[inside.agency, office.agency])
    segment = a_segment(office, day=DAY)
    item = an_item(segment, case, lead)
    row = a_row(case, lead, text="同封した記録", categories=[6])
    enclose(item, row, lead)
    for viewer in (lead, inside, outside, office):
        seat(item, viewer, by=office)
    return MeetingWorld(lead, inside, outside, office, stranger, chair, case, segment, item, row)


def a_statutory_meeting():
    """A 支援会議 without any consent: `inside` and the chair are members, `outside` is selected but no member."""
    lead, inside, outside, office, stranger, chair = _people()
    case = a_case(lead)
    for viewer in (lead, inside, office, chair):
        a_term(viewer)
    segment = a_segment(office, day=DAY, basis=LegalBasis.STATUTE, chair=chair.user)
    item = an_item(segment, case, lead)
    row = a_row(case, lead, text="同封した記録", categories=[6])
    enclose(item, row, lead)
    for viewer in (lead, inside, outside, office, chair):
        seat(item, viewer, by=chair)
    return MeetingWorld(lead, inside, outside, office, stranger, chair, case, segment, item, row)


def _people():
    roles = (Role.COUNTER, Role.COUNTER, Role.COUNTER, Role.COORDINATOR, Role.COUNTER, Role.CHAIR)
    return [a_viewer(role) for role in roles]
