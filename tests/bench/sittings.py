"""The generated city's meetings: segments, items, what lies on their tables, and who is there; and one great sitting."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from meetings.models import AgendaItem, Attendance, Decision, Meeting, MinutesParagraph, Segment
from tests.bench.casework import TEXTS, Casework, OneCase
from tests.bench.loading import NOON, Loader

CHAIR = 4


@dataclass(frozen=True)
class Planned:
    """One item of one segment."""

    meeting: int
    segment: int
    item: int
    order: int
    case: OneCase
    is_statutory: bool
    day: date
    attendees: tuple[int, ...]
    enclosed: int


class Sittings:
    """Meetings 1… two or three a week; the last one is the great sitting, three days from now."""

    def __init__(self, loader: Loader, size: Any, casework: Casework, day: date) -> None:
        self.loader, self.size, self.casework, self.day = loader, size, casework, day
        self.random, self.items = loader.random, []

    @property
    def great_meeting(self) -> int:
        return self.size.meetings

    def plan(self) -> None:
        """Decide what each meeting has on its agenda, so that its rows can be counted."""
        items: list[Planned] = []
        for meeting in range(1, self.size.meetings):
            day = self.day + timedelta(days=20 - (self.size.meetings - meeting) * 3 // 5)
            for order in range(2 if meeting % 5 == 0 else 1):
                for place in range(1, 5):
                    case = self.random.choice(self.casework.cases[self.size.sitting[1] + 1 :])
                    attendees = tuple(
                        self.random.sample(range(1, self.size.agencies + 1), min(6, self.size.agencies))
                    )
                    statutory = (meeting + order) % 2 == 0
                    items.append(Planned(meeting, meeting * 2 + order, len(items) + 1, place, case, statutory, day,
                                         attendees, 3))  # fmt: skip
        attendees, number, enclosed = self.size.sitting
        for place, case in enumerate(self.casework.cases[1 : number + 1], 1):
            items.append(Planned(self.great_meeting, self.great_meeting * 2, len(items) + 1, place, case, False,
                                 self.day + timedelta(days=3), tuple(range(1, attendees + 1)), enclosed))  # fmt: skip
        self.items = items

    def rows_needed(self) -> int:
        """How many rows the items' texts, minutes and decisions will be."""
        return sum(self._texts_of(item) for item in self.items)

    def _texts_of(self, item: Planned) -> int:
        return (4 if item.is_statutory else 2) + (2 if item.day < self.day else 0)

    def write(self) -> None:
        self._meetings()
        item_table = self.loader.table(AgendaItem, "id", "segment_id", "case_id", "kind", "order", "brought_by_id",
                                       "author_id", "brought_on", "no_consent_reason", "called_on")  # fmt: skip
        for item in self.items:
            case, before = item.case, item.day - timedelta(days=20)
            by = self.casework.inhabitants.staff_of(case.lead)
            kind, reason = ("statutory", "refused") if item.is_statutory else ("monitoring", "")
            item_table.add(
                item.item, item.segment, case.id, kind, item.order, case.lead, by, before, reason, before
            )
        self._tables()
        self._seats()

    def _meetings(self) -> None:
        meeting_table = self.loader.table(Meeting, "id", "day", "place", "convened_by_id")
        segment_table = self.loader.table(Segment, "id", "meeting_id", "order", "legal_basis", "display_name", "chair_id",
                                          "status", "confirmed_on", "closed_on")  # fmt: skip
        segments = {item.segment: item for item in self.items}
        for item in {item.meeting: item for item in self.items}.values():
            meeting_table.add(item.meeting, item.day, "架空会館", 1)
        for key, item in segments.items():
            is_past = item.day < self.day
            confirmed = item.day - timedelta(days=7) if item.day - timedelta(days=7) <= self.day else None
            closed = (
                item.day + timedelta(days=3) if is_past and item.day + timedelta(days=3) < self.day else None
            )
            status = "closed" if closed else "confirmed" if confirmed else "preparing"
            basis, name = ("statute", "支援会議") if item.is_statutory else ("consent", "重層的支援会議")
            segment_table.add(key, item.meeting, key % 2 + 1, basis, name, CHAIR if item.is_statutory else None, status,
                              confirmed, closed)  # fmt: skip

    def _tables(self) -> None:
        minutes = self.loader.table(MinutesParagraph, "row_ptr_id", "nature")
        decision = self.loader.table(Decision, "row_ptr_id")
        staff_of = self.casework.inhabitants.staff_of
        for item in self.items:
            kinds = [
                "item_title",
                "item_question",
                *(["item_reason", "item_necessity"] if item.is_statutory else []),
            ]
            at = {
                "item": item.item,
                "origin": item.item if item.is_statutory else None,
                "day": item.day - timedelta(days=20),
            }
            for kind in kinds:
                self.casework.row(item.case, kind, self.random.choice(TEXTS), by=item.case.lead, **at)
            if item.day < self.day:
                at["day"] = item.day
                minutes.add(
                    self.casework.row(item.case, "minutes", self.random.choice(TEXTS), by=1, **at), "fact"
                )
                agreed = self.casework.row(item.case, "decision", self.random.choice(TEXTS), by=1, **at)
                decision.add(agreed)
                ended = item.day + timedelta(days=40) if item.day + timedelta(days=40) < self.day else None
                agency = self.random.choice(item.attendees)
                self.casework.assignments.add(
                    agreed, agency, staff_of(agency), item.day + timedelta(days=30), ended
                )
            self._enclose(item)

    def _enclose(self, item: Planned) -> None:
        rows = item.case.rows
        for row in self.random.sample(rows, min(item.enclosed, len(rows))):
            by = item.case.lead
            self.casework.enclosures.add(
                row, None, item.item, by, self.casework.inhabitants.staff_of(by), item.day - timedelta(days=9)
            )

    def _seats(self) -> None:
        seat = self.loader.table(
            Attendance, "item_id", "user_id", "agency_id", "selected_by_id", "planned_on", "checked_in_at"
        )
        for item in self.items:
            for agency in item.attendees:
                # In the great sitting everybody sits at every item; the first of each agency who is at the counter.
                user = (
                    agency + self.size.agencies if item.meeting == self.great_meeting else self._who(agency)
                )
                checked_in = NOON if item.day <= self.day else None
                seat.add(item.item, user, agency, 1, item.day - timedelta(days=15), checked_in)

    def _who(self, agency: int) -> int:
        return self.casework.inhabitants.staff_of(agency)
