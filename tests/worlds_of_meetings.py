"""Random meetings on top of random cases; with them a world is whole."""

from datetime import timedelta
from typing import Any

from tests.oracle import world as w
from tests.worlds import by
from tests.worlds_of_cases import Cases

TEXTS = ["item_title", "item_question", "item_reason", "item_necessity"]
# From the day of the meeting to today: 60 days after it, 14 before, and what lies around.
OFFSETS = [-75, -61, -60, -59, -20, -14, -1, 0, 0, 1, 7, 13, 14, 15]


class WorldMaker(Cases):
    """Makes one world from one seed. `cases`, `staff` and `rows` (times ten a case) say how large."""

    def __init__(self, seed: int, cases: int = 22, staff: int = 12, rows: int = 1):
        super().__init__(seed, cases, staff, rows)

    def make(self) -> w.World:
        self.make_people()
        self.make_cases()
        for step in (self._meetings, self._standing, self._items, self._snapshots, self._born_cases,
                     self._enclosures, self.make_conflicts):  # fmt: skip
            step()
        return self.world.index()

    def _meetings(self) -> None:
        world = self.world
        chairs = [m.user for m in world.memberships.values() if m.role == "chair"]
        self.chairs = chairs or world.users
        for _ in range(max(7, self.cases // 7)):
            day = self.today + timedelta(days=self.pick(OFFSETS))
            meeting = self.add(world.meetings, w.Meeting, day=day, convened_by=self.pick(world.agencies))
            for order in range(1, self.dice.randint(2, 3)):
                self._segment(meeting, order)

    def _segment(self, meeting: w.Meeting, order: int) -> None:
        later = meeting.day > self.today
        confirmed = meeting.day - timedelta(days=self.pick([13, 14, 14, 15, 3]))
        if self.chance(0.3):
            confirmed = self.near(self.today)
        is_confirmed, days = self.chance(0.5 if later else 0.85), self.pick([0, 7, 14])
        closed = None
        if not later and self.chance(0.5):
            closed = max(meeting.day, self.near(self.today, others=[-days, -days, -days - 1]))
        status = self.pick(["confirmed", "held", "minutes"] if is_confirmed else ["preparing"])
        cancelled = self.chance(0.06)
        self.add(
            self.world.segments, w.Segment, meeting=meeting.id, order=order,
            basis=self.pick(["consent"] * 6 + ["statute"] * 6 + [""]), chair=self.pick(self.chairs),
            deputy=self.pick(self.chairs) if self.chance(0.2) else None,
            status="cancelled" if cancelled else "closed" if closed else status,
            confirmed_on=confirmed if is_confirmed else None, closed_on=closed, open_days=days,
            cancelled_on=self.near(self.today) if cancelled else None,
        )  # fmt: skip

    def _standing(self) -> None:
        self.standing: set[tuple[int, int]] = set()
        for member in self.members:
            if self.chance(0.75):
                self._term(member, None)

    def _term(self, member: w.Membership, item: int | None) -> None:
        """Standing (one per person and agency), or designated for one item; spoilt at today's edge."""
        if item is None:
            if (member.user, member.agency) in self.standing:
                return
            self.standing.add((member.user, member.agency))
        start, end = self.period(0.1)
        start = start - timedelta(days=80 if self.chance(0.7) else 0)
        acknowledged = self.near(self.today) if self.chance(0.2) else start
        self.add(
            self.world.terms, w.RosterTerm, user=member.user, agency=member.agency, item=item, from_day=start,
            until_day=end or self.today + timedelta(days=200),
            acknowledged_on=None if self.chance(0.08) else acknowledged,
        )  # fmt: skip

    def _items(self) -> None:
        self.parts_in = by(self.world.participations, "case")
        cases = list(self.world.cases.values())
        for segment in list(self.world.segments.values()):
            for case in self.some(cases, 3, 1):
                self._item(segment, case)

    def _item(self, segment: w.Segment, case: w.Case) -> None:
        world, statute = self.world, segment.basis == "statute"
        day = world.meetings[segment.meeting].day
        item = self.add(
            world.items, w.Item, segment=segment.id, case=case.id,
            brought_by=self.pick([p.agency for p in self.parts_in[case.id]]),
            brought_on=self.near(self.today) if self.chance(0.15) else min(self.today, day) - timedelta(days=20),
            reason=self.pick(["no_contact", "refused", "consented"]) if statute and self.chance(0.9) else "",
            called_on=self.near(self.today, others=[-9]) if self.chance(0.8) else None,
            withdrawn_on=self.maybe_near(0.06),
        )  # fmt: skip
        self._seats(item)
        for kind in TEXTS if statute else TEXTS[:2]:
            if kind != "item_necessity" or self.chance(0.9):
                text = "" if kind == "item_necessity" and self.chance(0.05) else "試験の文"
                self._written(item, case, kind, recorded_by=item.brought_by, text=text)
        for kind in self.some(["answer", "answer", "minutes", "decision", "decision"], 5, 2):
            self.assign(self._written(item, case, kind))

    def _written(self, item: w.Item, case: w.Case, kind: str, **fields: Any) -> w.Row:
        """What is written at a 支援会議 has it as origin, unless somebody forgot; some is released."""
        statute = self.world.segments[item.segment].basis == "statute"
        origin = item.id if statute and self.chance(0.97) else None
        released = self.near(self.today) if origin and self.chance(0.12) else None
        told = self.pick(self.world.agencies) if self.chance(0.5) else None
        return self.row(
            case, kind, item=item.id, origin=origin, brought_by=told, released_on=released, **fields
        )

    def _seats(self, item: w.Item) -> None:
        seated = set()
        for member in self.some(self.members, 9, 4):
            if (member.user, member.agency) in seated:
                continue
            seated.add((member.user, member.agency))
            self.add(
                self.world.attendances, w.Attendance, item=item.id, user=member.user, agency=member.agency,
                checked_in=self.chance(0.75), removed_on=self.maybe_near(0.07),
            )  # fmt: skip
            if self.chance(0.1):
                self._term(member, item.id)

    def _snapshots(self) -> None:
        for segment in self.world.segments:
            for _ in range(self.dice.randint(0, 2)):
                self.add(self.world.snapshots, w.Snapshot, segment=segment)

    def _born_cases(self) -> None:
        """A few cases, and rows of cases, became known in a 支援会議."""
        world = self.world
        statute = [i.id for i in world.items.values() if world.segments[i.segment].basis == "statute"]
        for case in self.some(world.cases, self.cases // 6) if statute else []:
            released = self.near(self.today) if self.chance(0.3) else None
            old = world.cases[case]
            world.cases[case] = w.Case(case, old.main, old.opened_by, self.pick(statute), released)
        of_person = by(world.cases, "main")
        for item in statute:
            mine = of_person[world.cases[world.items[item].case].main]
            for _ in range(self.dice.randint(0, 3)):
                released = self.near(self.today) if self.chance(0.3) else None
                told = self.pick(world.agencies) if self.chance(0.7) else None
                kind = self.pick(["record", "decision", "action"])
                self.assign(
                    self.row(self.pick(mine), kind, origin=item, brought_by=told, released_on=released)
                )

    def _enclosures(self) -> None:
        world, rows_of, cases_of = self.world, by(self.world.rows, "case"), by(self.world.cases, "main")
        seats = by(world.attendances, "item")
        for referral in world.referrals.values():
            for row in self.some(rows_of[referral.case], 4, 1):
                self._enclose(row, referral=referral.id)
        for item in world.items.values():
            mine = cases_of[world.cases[item.case].main]
            rows = [r for case in mine for r in rows_of[case.id] if r.item != item.id]
            near = [r for r in rows if r.case == item.case] or rows
            inside = [r for r in rows if r.origin is not None]
            seated = {seat.agency for seat in seats[item.id]}
            own = [r for r in rows if r.recorded_by in seated and r.origin is None]
            picked = [*self.some(near, 7, 2), *self.some(rows, 2), *self.some(inside, 4), *self.some(own, 8)]
            laid = {r.id: r for r in picked}
            for row in laid.values():
                self._enclose(row, item=item.id)

    def _enclose(self, row: w.Row, referral: int | None = None, item: int | None = None) -> None:
        self.add(
            self.world.enclosures, w.Enclosure, row=row.id, referral=referral, item=item, agency=row.recorded_by,
            removed_on=self.maybe_near(0.1),
        )  # fmt: skip
