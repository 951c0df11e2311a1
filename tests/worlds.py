"""Random worlds full of near misses, as plain data. `tests/worlds_in_database.py` writes the same through the models."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from tests.oracle import world as w

TODAYS = [date(2026, 6, 10), date(2026, 6, 10), date(2028, 2, 29), date(2027, 2, 28), date(2027, 3, 1)]
ROLES = ["counter"] * 7 + ["coordinator"] * 4 + ["chair"] * 3 + ["external"] * 2 + ["roster"]
# Roles with the purposes of another one, or with none of these: each costs a new set of queries, so one world in ten.
RARE_ROLES = ["chief", "outreach", "participation", "statistics", "audit"]
ADULTS = ["adult_guardian", "curator", "assistant", "voluntary"]
TEXTS = ["item_title", "item_question", "item_reason", "item_necessity"]
GROUNDS = ["consent"] * 5 + ["law", "other_body", "clear_benefit", ""]
PLAIN_KINDS = ["record"] * 6 + ["assessment", "plan", "household", "action", "decision", "follow_up"]


class WorldMaker:
    """Makes one world from one seed. Mostly sound data, each part spoilt now and then at a boundary."""

    def __init__(self, seed: int, cases: int = 22):
        self.dice = random.Random(seed)
        self.today = self.dice.choice(TODAYS)
        self.number = count(1_000_000 + seed % 1000 * 20_000)
        self.world = w.World(oral_counts=self.dice.random() < 0.5)
        self.cases = cases

    def make(self) -> w.World:
        for step in (
            self._agencies, self._staff, self._people, self._separations, self._cases, self._authorities,
            self._statements, self._consultations, self._referrals, self._rows, self._meetings, self._items,
            self._born_cases, self._enclosures, self._conflicts,
        ):  # fmt: skip
            step()
        return self.world.index()

    # --- dice

    def chance(self, part: float) -> bool:
        return self.dice.random() < part

    def pick(self, things: Sequence[Any] | dict) -> Any:
        return self.dice.choice(list(things))

    def some(self, things: Sequence[Any] | dict, most: int, least: int = 0) -> list:
        things = list(things)
        return self.dice.sample(things, min(len(things), self.dice.randint(least, most)))

    def near(self, day: date, *, others: Sequence[int] = ()) -> date:
        """The day, its neighbours, or a boundary of the contract counted from it."""
        return day + timedelta(days=self.dice.choice([-1, 0, 0, 1, *others]))

    def before(self, day: date, most: int = 60) -> date:
        return day - timedelta(days=self.dice.randint(0, most))

    def period(self, spoilt: float = 0.2) -> tuple[date, date | None]:
        """Mostly in force today; sometimes beginning or ending next to today."""
        start, end = self.before(self.today, 200), None
        if self.chance(spoilt):
            start = self.near(self.today)
        if self.chance(spoilt + 0.15):
            end = max(start, self.near(self.today, others=[30]))
        return start, end

    def add(self, place: dict, made_of: type, /, **fields: Any) -> Any:
        thing = made_of(id=next(self.number), **fields)
        place[thing.id] = thing
        return thing

    # --- who

    def _agencies(self) -> None:
        world = self.world
        for _ in range(8):
            end = self.near(self.today) if self.chance(0.15) else None
            self.add(world.agencies, w.Agency, from_day=date(2020, 4, 1), until_day=end)
        for _ in range(2):
            self.add(world.lists, w.AgencyList, agencies=frozenset(self.some(world.agencies, 6, 3)))

    def _staff(self) -> None:
        world = self.world
        world.users = [next(self.number) for _ in range(12)]
        roles = ROLES + RARE_ROLES if self.chance(0.1) else ROLES
        peopled = list(world.agencies)[:-1]  # one agency stays without staff
        taken = set()
        for user in [*world.users, *self.some(world.users, 8, 5)]:
            agency, role = self.pick(peopled), self.pick(roles)
            if (user, agency, role) in taken:
                continue
            taken.add((user, agency, role))
            start, end = self.period(0.08)
            self.add(
                world.memberships,
                w.Membership,
                user=user,
                agency=agency,
                role=role,
                from_day=start,
                until_day=end,
            )

    def _people(self) -> None:
        for _ in range(18):
            died = self.near(self.today, others=[10, -10]) if self.chance(0.08) else None
            precision = "day" if self.chance(0.85) else self.pick(["month", "year"])
            self.add(
                self.world.people, w.Person, birth_date=self._birth_date(), precision=precision,
                estimated=self.chance(0.1), died_on=died,
            )  # fmt: skip

    def _birth_date(self) -> date | None:
        if self.chance(0.1):
            return None
        if self.chance(0.5):
            return self.pick([date(1970, 5, 5), date(2008, 2, 29), date(2012, 2, 29), date(2009, 1, 1)])
        year = self.today.year - self.pick([14, 15, 16, 17, 18, 19])
        day = self.near(self.today, others=[5])
        return date(year, day.month, min(day.day, 28))

    def _separations(self) -> None:
        for _ in range(4):
            first, second = self.dice.sample(list(self.world.people), 2)
            self.add(
                self.world.separations, w.Separation, first=first, second=second, lifted=self.chance(0.3)
            )

    def _conflicts(self) -> None:
        for _ in range(4):
            user = self.pick(self.world.users) if self.chance(0.6) else None
            agency = None if user and self.chance(0.8) else self.pick(self.world.agencies)
            person = self.pick(self.world.people)
            self.add(self.world.conflicts, w.Conflict, person=person, user=user, agency=agency)

    # --- cases

    def _cases(self) -> None:
        world, mains = self.world, list(self.world.people)[:14]
        for _ in range(self.cases):
            opener = self.pick(world.agencies)
            case = self.add(
                world.cases, w.Case, main=self.pick(mains), opened_by=opener, origin=None, released_on=None
            )
            for agency in {opener, *self.some(world.agencies, 3)}:
                start, end = self.period(0.12)
                self.add(
                    world.participations, w.Term, case=case.id, agency=agency, from_day=start, until_day=end
                )
            self._lead(case, opener)

    def _lead(self, case: w.Case, opener: int) -> None:
        """One lead, or two after each other, handed over next to today; or none."""
        if self.chance(0.1):
            return
        turn, start = self.near(self.today), self.before(self.today, 100) - timedelta(days=3)
        leads = self.world.leads
        if self.chance(0.3):
            yesterday = turn - timedelta(days=1)
            self.add(leads, w.Term, case=case.id, agency=opener, from_day=start, until_day=yesterday)
            self.add(
                leads,
                w.Term,
                case=case.id,
                agency=self.pick(self.world.agencies),
                from_day=turn,
                until_day=None,
            )
        else:
            end = turn if self.chance(0.15) else None
            self.add(leads, w.Term, case=case.id, agency=opener, from_day=start, until_day=end)

    def _authorities(self) -> None:
        for person in self.some(self.world.people, 14, 8):
            for _ in range(self.dice.randint(1, 2)):
                minor = self.chance(0.6)
                kind = self.pick(["parent", "minor_guardian"]) if minor else self.pick(ADULTS)
                start, end = self.period(0.1)
                self.add(
                    self.world.authorities, w.Authority, person=person, kind=kind,
                    holder=self.pick([p for p in self.world.people if p != person]) if self.chance(0.5) else None,
                    proof="登記事項証明書" if self.chance(0.8) else "", covers_sharing=self.chance(0.8),
                    suspected_of_harm=self.chance(0.1), from_day=start, until_day=end,
                )  # fmt: skip

    # --- consent

    def _statements(self) -> None:
        for case in self.world.cases.values():
            people = {case.main, *self.some(self.world.people, 2)}
            for person in people:
                given = [self._statement(case, person, "given") for _ in range(self.dice.randint(0, 2))]
                if self.chance(0.3):
                    kind = self.pick(["refused", "refused", "narrowed", "not_asked"])
                    self._statement(case, person, kind, after=given)

    def _statement(
        self, case: w.Case, person: int, kind: str, after: Sequence[w.Statement] = ()
    ) -> w.Statement:
        by, authority = self._speaker(person)
        given_on = self.near(self.pick(after).given_on) if after else self.before(self.today, 25)
        if self.chance(0.1):
            given_on = self.near(self.today)
        start = given_on if self.chance(0.8) else self.near(self.today)
        end = self.near(self.today) if self.chance(0.15) else self.today + timedelta(days=90)
        says_yes, method = kind == "given", self.pick(["written"] * 6 + ["electronic", "oral", ""])
        return self.add(
            self.world.statements, w.Statement, person=person, case=case.id, kind=kind,
            for_programme=self.chance(0.95), given_on=given_on, given_by=by, authority=authority,
            method=method, oral_record="聴取した" if method == "oral" and self.chance(0.7) else "",
            **self._scope(says_yes, kind), from_day=start, until_day=max(start, end),
            withdrawn_on=self.near(self.today) if self.chance(0.06) else None, recorded_by=case.opened_by,
        )  # fmt: skip

    def _scope(self, says_yes: bool, kind: str) -> dict[str, Any]:
        world = self.world
        every = not says_yes and self.chance(0.4)
        named = (
            frozenset() if every else frozenset(self.some(world.agencies, 6 if says_yes else 2, says_yes * 2))
        )
        listed = self.pick(world.lists) if self.chance(0.25 if says_yes else 0.08) else None
        excluded = (
            frozenset(self.some(world.agencies, 1))
            if kind != "not_asked" and self.chance(0.15)
            else frozenset()
        )
        few = self.some(w.SIX, 5 if says_yes else 3, 1 if says_yes else 0)
        return {
            "all_agencies": every, "recipients": named, "recipient_list": listed, "excluded": excluded,
            "categories": frozenset(w.SIX if self.chance(0.6) else few),
        }  # fmt: skip

    def _speaker(self, person: int) -> tuple[str, int | None]:
        own = [a.id for a in self.world.authorities.values() if a.person == person]
        if self.chance(0.06):
            return "relative", None
        if own and self.chance(0.55):
            return "representative", self.pick(self.world.authorities if self.chance(0.03) else own)
        return "self", None

    # --- before a case, referrals, rows

    def _consultations(self) -> None:
        world = self.world
        for _ in range(14):
            person = self.pick(world.people) if self.chance(0.75) else None
            case = self.pick(world.cases) if self.chance(0.5) else None
            self.add(
                world.consultations,
                w.Consultation,
                agency=self.pick(world.agencies),
                person=person,
                case=case,
            )
            self.add(world.hints, w.Hint, agency=self.pick(world.agencies), person=person, case=case)

    def _referrals(self) -> None:
        world = self.world
        for case in self.some(world.cases, self.cases, self.cases // 2):
            sender, receiver = self.dice.sample(list(world.agencies), 2)
            status = self.pick(["sent"] * 4 + ["accepted"] * 4 + ["returned"] * 2 + ["draft", "recalled"])
            answered = status in ("accepted", "returned", "recalled")
            ground = self.pick(GROUNDS)
            self.add(
                world.referrals, w.Referral, case=case, from_agency=sender, to_agency=receiver, ground=ground,
                consultation=self.pick(world.consultations) if self.chance(0.4) else None, status=status,
                note="通報義務" if ground not in ("", "consent") and self.chance(0.75) else "",
                answered_on=self.near(self.today, others=[-29, -30, -31]) if answered else None,
                participation=self._accepted_part(case, receiver) if status == "accepted" else None,
            )  # fmt: skip

    def _accepted_part(self, case: int, agency: int) -> int | None:
        parts = self.world.participations
        mine = [p.id for p in parts.values() if p.case == case and p.agency == agency]
        if mine or self.chance(0.1):
            return self.pick(mine) if mine else None
        start, end = self.period(0.2)
        return self.add(parts, w.Term, case=case, agency=agency, from_day=start, until_day=end).id

    def _rows(self) -> None:
        for case in self.world.cases.values():
            for _ in range(self.dice.randint(5, 12)):
                self._assign(self._row(case, self.pick(PLAIN_KINDS)))
        for referral in self.world.referrals.values():
            case = self.world.cases[referral.case]
            self._row(case, "referral_text", referral=referral.id, recorded_by=referral.from_agency)
            if referral.status in ("accepted", "returned"):
                self._row(case, "referral_answer", referral=referral.id, recorded_by=referral.to_agency)

    def _row(self, case: w.Case, kind: str, **fields: Any) -> w.Row:
        subjects = {case.main} if self.chance(0.75) else set(self.some(self.world.people, 2, 1))
        categories = self.some(w.SIX, 3, 1) if self.chance(0.3) else self.some(w.SIX, 1, 1)
        pairs = frozenset((p, c) for p in subjects for c in categories)
        given: dict[str, Any] = {
            "recorded_by": self.pick(self.world.agencies), "item": None, "referral": None, "origin": None,
            "brought_by": None, "released_on": None, "text": "試験の文",
            "matters": frozenset() if self.chance(0.04) else pairs,
        }  # fmt: skip
        return self.add(self.world.rows, w.Row, case=case.id, kind=kind, **{**given, **fields})

    def _assign(self, row: w.Row) -> None:
        if not self.chance(0.7 if row.kind in ("decision", "action") else 0.02):
            return
        member = self.pick(self.world.memberships.values())
        self.add(
            self.world.assignments, w.Assignment, row=row.id, agency=member.agency,
            user=member.user if self.chance(0.7) else None,
            ended_on=self.near(self.today) if self.chance(0.2) else None,
        )  # fmt: skip

    # --- meetings

    def _meetings(self) -> None:
        world = self.world
        offsets = [-75, -61, -60, -59, -20, -1, 0, 0, 1, 7, 13, 14, 15]
        for _ in range(7):
            day = self.today + timedelta(days=self.pick(offsets))
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
        status = (
            "closed"
            if closed
            else self.pick(["confirmed", "held", "minutes"] if is_confirmed else ["preparing"])
        )
        cancelled = self.chance(0.06)
        self.add(
            self.world.segments, w.Segment, meeting=meeting.id, order=order,
            basis=self.pick(["consent"] * 6 + ["statute"] * 6 + [""]), chair=self._chair(),
            deputy=self._chair() if self.chance(0.2) else None, status="cancelled" if cancelled else status,
            confirmed_on=confirmed if is_confirmed else None, closed_on=closed, open_days=days,
            cancelled_on=self.near(self.today) if cancelled else None,
        )  # fmt: skip

    def _chair(self) -> int:
        chairs = [m.user for m in self.world.memberships.values() if m.role == "chair"]
        return self.pick(chairs or self.world.users)

    def _items(self) -> None:
        for member in self.world.memberships.values():
            if self.chance(0.7):
                self._term(member, None)
        for segment in list(self.world.segments.values()):
            for case in self.some(self.world.cases, 3, 1):
                self._item(segment, self.world.cases[case])

    def _term(self, member: w.Membership, item: int | None) -> None:
        """Standing (one per person and agency), or designated for one item; spoilt at today's edge."""
        mine = [t for t in self.world.terms.values() if (t.user, t.agency) == (member.user, member.agency)]
        if item is None and any(t.item is None for t in mine):
            return
        start, end = self.period(0.1)
        start = start - timedelta(days=80 if self.chance(0.7) else 0)
        acknowledged = self.near(self.today) if self.chance(0.2) else start
        self.add(
            self.world.terms, w.RosterTerm, user=member.user, agency=member.agency, item=item, from_day=start,
            until_day=end or self.today + timedelta(days=200),
            acknowledged_on=None if self.chance(0.08) else acknowledged,
        )  # fmt: skip

    def _item(self, segment: w.Segment, case: w.Case) -> None:
        world, statute = self.world, segment.basis == "statute"
        day = world.meetings[segment.meeting].day
        parts = [p.agency for p in world.participations.values() if p.case == case.id]
        item = self.add(
            world.items, w.Item, segment=segment.id, case=case.id, brought_by=self.pick(parts),
            brought_on=self.near(self.today) if self.chance(0.15) else min(self.today, day) - timedelta(days=20),
            reason=self.pick(["no_contact", "refused", "consented"]) if statute and self.chance(0.9) else "",
            called_on=self.near(self.today, others=[-9]) if self.chance(0.8) else None,
            withdrawn_on=self.near(self.today) if self.chance(0.06) else None,
        )  # fmt: skip
        self._seats(item)
        for kind in TEXTS if statute else TEXTS[:2]:
            if kind != "item_necessity" or self.chance(0.9):
                text = "" if kind == "item_necessity" and self.chance(0.05) else "試験の文"
                self._written(item, case, kind, recorded_by=item.brought_by, text=text)
        for kind in self.some(["answer", "answer", "minutes", "decision", "decision"], 5, 2):
            self._assign(self._written(item, case, kind))

    def _written(self, item: w.Item, case: w.Case, kind: str, **fields: Any) -> w.Row:
        """What is written at a 支援会議 has it as origin, unless somebody forgot; some is released."""
        statute = self.world.segments[item.segment].basis == "statute"
        origin = item.id if statute and self.chance(0.97) else None
        released = self.near(self.today) if origin and self.chance(0.12) else None
        told = self.pick(self.world.agencies) if self.chance(0.5) else None
        return self._row(
            case, kind, item=item.id, origin=origin, brought_by=told, released_on=released, **fields
        )

    def _seats(self, item: w.Item) -> None:
        for member in self.some(self.world.memberships.values(), 7, 3):
            if any((t.item, t.user, t.agency) == (item.id, member.user, member.agency)
                   for t in self.world.attendances.values()):  # fmt: skip
                continue
            self.add(
                self.world.attendances, w.Attendance, item=item.id, user=member.user, agency=member.agency,
                checked_in=self.chance(0.75), removed_on=self.near(self.today) if self.chance(0.07) else None,
            )  # fmt: skip
            if self.chance(0.1):
                self._term(member, item.id)

    def _born_cases(self) -> None:
        """A few cases, and rows of cases, became known in a 支援会議."""
        world = self.world
        statute = [i.id for i in world.items.values() if world.segments[i.segment].basis == "statute"]
        for case in self.some(world.cases, 4) if statute else []:
            born = self.pick(statute)
            released = self.near(self.today) if self.chance(0.3) else None
            old = world.cases[case]
            world.cases[case] = w.Case(case, old.main, old.opened_by, born, released)
        for item in statute:
            case = world.cases[world.items[item].case]
            mine = [c for c in world.cases.values() if c.main == case.main]
            for _ in range(self.dice.randint(0, 3)):
                released = self.near(self.today) if self.chance(0.3) else None
                told = self.pick(world.agencies) if self.chance(0.7) else None
                kind = self.pick(["record", "decision", "action"])
                self._assign(
                    self._row(self.pick(mine), kind, origin=item, brought_by=told, released_on=released)
                )

    def _enclosures(self) -> None:
        world = self.world
        for referral in world.referrals.values():
            rows = [r.id for r in world.rows.values() if r.case == referral.case]
            for row in self.some(rows, 4, 1):
                self._enclose(row, referral=referral.id)
        for item in world.items.values():
            main = world.cases[item.case].main
            rows = [r for r in world.rows.values() if world.cases[r.case].main == main and r.item != item.id]
            near = [r.id for r in rows if r.case == item.case] or [r.id for r in rows]
            for row in {*self.some(near, 7, 2), *self.some([r.id for r in rows], 2)} if rows else []:
                self._enclose(row, item=item.id)

    def _enclose(self, row: int, referral: int | None = None, item: int | None = None) -> None:
        removed = self.near(self.today) if self.chance(0.1) else None
        agency = self.world.rows[row].recorded_by
        self.add(
            self.world.enclosures, w.Enclosure, row=row, referral=referral, item=item, agency=agency,
            removed_on=removed,
        )  # fmt: skip
