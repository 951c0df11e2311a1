"""Random cases: who takes part, what is consented, what was written, referred and given in an emergency."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.oracle import world as w
from tests.worlds import People

ADULTS = ["adult_guardian", "curator", "assistant", "voluntary"]
GROUNDS = ["consent"] * 5 + ["law", "other_body", "clear_benefit", ""]
PLAIN_KINDS = ["record"] * 6 + ["assessment", "plan", "household", "action", "decision", "follow_up"]


class Cases(People):
    def make_cases(self) -> None:
        for step in (self._cases, self._authorities, self._statements, self._consultations, self._referrals,
                     self._rows, self._apart_within_cases, self._disclosures):  # fmt: skip
            step()

    def _cases(self) -> None:
        world = self.world
        self.parts: dict[tuple[int, int], list[int]] = {}
        for _ in range(self.cases):
            opener = self.pick(world.agencies)
            case = self.add(
                world.cases,
                w.Case,
                main=self.pick(self.mains),
                opened_by=opener,
                origin=None,
                released_on=None,
            )
            for agency in {opener: 0, **dict.fromkeys(self.some(world.agencies, 2))}:
                self._part(case.id, agency, 0.1)
            self._lead(case, opener)

    def _part(self, case: int, agency: int, spoilt: float) -> int:
        start, end = self.period(spoilt)
        part = self.add(
            self.world.participations, w.Term, case=case, agency=agency, from_day=start, until_day=end
        )
        self.parts.setdefault((case, agency), []).append(part.id)
        return part.id

    def _lead(self, case: w.Case, opener: int) -> None:
        """One lead, or two after each other, handed over next to today; or none."""
        if self.chance(0.1):
            return
        turn, start = self.near(self.today), self.before(self.today, 100) - timedelta(days=3)
        yesterday, next_lead = turn - timedelta(days=1), self.pick(self.world.agencies)
        terms = [(opener, start, turn if self.chance(0.15) else None)]
        if self.chance(0.3):
            terms = [(opener, start, yesterday), (next_lead, turn, None)]
        for agency, first, last in terms:
            self.add(self.world.leads, w.Term, case=case.id, agency=agency, from_day=first, until_day=last)

    def _authorities(self) -> None:
        self.authorities_of: dict[int, list[int]] = {}
        people = list(self.world.people)
        for person in self.some(people, len(people) * 3 // 4, len(people) // 2):
            for _ in range(self.dice.randint(1, 2)):
                minor = self.chance(0.6)
                kind = self.pick(["parent", "minor_guardian"]) if minor else self.pick(ADULTS)
                start, end = self.period(0.1)
                made = self.add(
                    self.world.authorities, w.Authority, person=person, kind=kind, holder=self._holder(person),
                    proof="登記事項証明書" if self.chance(0.8) else "", covers_sharing=self.chance(0.8),
                    suspected_of_harm=self.chance(0.1), from_day=start, until_day=end,
                )  # fmt: skip
                self.authorities_of.setdefault(person, []).append(made.id)

    def _holder(self, person: int) -> int | None:
        """Somebody of the register, now and then one whom a separation concerns; or nobody of it."""
        if self.chance(0.5):
            return None
        sides = [s for s in self.world.separations.values() if person in (s.first, s.second)]
        if sides and self.chance(0.5):
            return next(p for p in (sides[0].first, sides[0].second) if p != person)
        other = self.pick(self.world.people)
        return other if other != person else None

    # --- consent

    def _statements(self) -> None:
        twins: dict[int, list[int]] = {}
        for link in self.world.links.values():
            twins.setdefault(link.first, []).append(link.second)
            twins.setdefault(link.second, []).append(link.first)
        for case in self.world.cases.values():
            people = {case.main: 0, **dict.fromkeys(twins.get(case.main, ()))}
            for person in {**people, **dict.fromkeys(self.some(self.world.people, 2))}:
                given = [
                    self._statement(case, person, "given") for _ in range(self.dice.choice([0, 1, 1, 1, 2]))
                ]
                if self.chance(0.22):
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
        end = self.near(self.today) if self.chance(0.12) else self.today + timedelta(days=90)
        says_yes, method = kind == "given", self.pick(["written"] * 6 + ["electronic", "oral", ""])
        return self.add(
            self.world.statements, w.Statement, person=person, case=case.id, kind=kind,
            for_programme=self.chance(0.95), given_on=given_on, given_by=by, authority=authority,
            method=method, oral_record="聴取した" if method == "oral" and self.chance(0.7) else "",
            **self._scope(says_yes, kind), from_day=start, until_day=max(start, end),
            withdrawn_on=self.maybe_near(0.06), recorded_by=case.opened_by,
            names_function=says_yes and self.chance(0.4),
        )  # fmt: skip

    def _scope(self, says_yes: bool, kind: str) -> dict[str, Any]:
        world, agencies = self.world, self.world.agencies
        every = not says_yes and self.chance(0.3)
        named = [] if every else self.some(agencies, 7 if says_yes else 2, int(says_yes))
        listed = self.pick(world.lists) if self.chance(0.15 if says_yes else 0.08) else None
        excluded = self.some(agencies, 1) if kind != "not_asked" and self.chance(0.15) else []
        few = self.some(w.SIX, 5 if says_yes else 3, 1 if says_yes else 0)
        return {
            "all_agencies": every, "recipients": frozenset(named), "recipient_list": listed,
            "excluded": frozenset(excluded), "categories": frozenset(w.SIX if self.chance(0.7) else few),
        }  # fmt: skip

    def _speaker(self, person: int) -> tuple[str, int | None]:
        own = self.authorities_of.get(person, [])
        if self.chance(0.05):
            return "relative", None
        if own and self.chance(0.45):
            return "representative", self.pick(self.world.authorities if self.chance(0.03) else own)
        return "self", None

    # --- before a case, referrals, rows

    def _consultations(self) -> None:
        world = self.world
        for _ in range(max(14, self.cases // 3)):
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
        world, agencies, taken = self.world, list(self.world.agencies), list(self.world.consultations)
        for case in self.some(world.cases, self.cases, self.cases // 2):
            sender, receiver = self.dice.sample(agencies, 2)
            status = self.pick(["sent"] * 4 + ["accepted"] * 4 + ["returned"] * 2 + ["draft", "recalled"])
            answered = status in ("accepted", "returned", "recalled")
            ground = self.pick(GROUNDS)
            self.add(
                world.referrals, w.Referral, case=case, from_agency=sender, to_agency=receiver, ground=ground,
                consultation=self.pick(taken) if self.chance(0.4) else None, status=status,
                note="通報義務" if ground not in ("", "consent") and self.chance(0.75) else "",
                answered_on=self.near(self.today, others=[-29, -30, -31]) if answered else None,
                participation=self._accepted_part(case, receiver) if status == "accepted" else None,
            )  # fmt: skip

    def _accepted_part(self, case: int, agency: int) -> int | None:
        mine = self.parts.get((case, agency), [])
        if mine or self.chance(0.1):
            return self.pick(mine) if mine else None
        return self._part(case, agency, 0.2)

    def _rows(self) -> None:
        self.members = list(self.world.memberships.values())
        for case in self.world.cases.values():
            for _ in range(self.dice.randint(6, 14) * self.rows):
                self.assign(self.row(case, self.pick(PLAIN_KINDS)))
        for referral in self.world.referrals.values():
            case = self.world.cases[referral.case]
            self.row(case, "referral_text", referral=referral.id, recorded_by=referral.from_agency)
            if referral.status in ("accepted", "returned"):
                self.row(case, "referral_answer", referral=referral.id, recorded_by=referral.to_agency)

    def _apart_within_cases(self) -> None:
        """Separations that matter: between the main subject of a case and somebody whom a row of it is about."""
        about = [
            (self.world.cases[row.case].main, p) for row in self.world.rows.values() for p, _ in row.matters
        ]
        found = {frozenset(pair) for pair in self.some(about, self.cases // 2, self.cases // 3)}
        known = {frozenset((s.first, s.second)) for s in self.world.separations.values()}
        for pair in sorted(sorted(pair) for pair in found - known if len(pair) == 2):
            self.add(
                self.world.separations, w.Separation, first=pair[0], second=pair[1], lifted=self.chance(0.2)
            )

    def row(self, case: w.Case, kind: str, **fields: Any) -> w.Row:
        subjects = {case.main: 0} if self.chance(0.75) else dict.fromkeys(self.some(self.world.people, 2, 1))
        categories = self.some(w.SIX, 3, 1) if self.chance(0.3) else self.some(w.SIX, 1, 1)
        pairs = frozenset((p, c) for p in subjects for c in categories)
        given: dict[str, Any] = {
            "recorded_by": self.pick(self.world.agencies), "item": None, "referral": None, "origin": None,
            "brought_by": None, "released_on": None, "text": "試験の文",
            "matters": frozenset() if self.chance(0.03) else pairs,
        }  # fmt: skip
        return self.add(self.world.rows, w.Row, case=case.id, kind=kind, **{**given, **fields})

    def assign(self, row: w.Row) -> None:
        if not self.chance(0.7 if row.kind in ("decision", "action") else 0.02):
            return
        member = self.pick(self.members)
        self.add(
            self.world.assignments, w.Assignment, row=row.id, agency=member.agency,
            user=member.user if self.chance(0.7) else None, ended_on=self.maybe_near(0.2),
        )  # fmt: skip

    # --- 緊急提供

    def _disclosures(self) -> None:
        rows_of: dict[int, list[int]] = {}
        for row in self.world.rows.values():
            rows_of.setdefault(row.case, []).append(row.id)
        agencies = list(self.world.agencies)
        for case in self.some(self.world.cases, self.cases * 2 // 5, self.cases // 4):
            giver, receiver = self.dice.sample(agencies, 2)
            start = self.near(self.today) if self.chance(0.25) else self.before(self.today, 10)
            end = self.near(self.today) if self.chance(0.3) else self.today + timedelta(days=20)
            approve_by = self.near(self.today) if self.chance(0.7) else start
            self.add(
                self.world.disclosures, w.Disclosure, case=case, from_agency=giver,
                to_agency=receiver if self.chance(0.92) else None, with_header=self.chance(0.6),
                rows=frozenset(self.some(rows_of.get(case, ()), 5, 0)), from_day=start,
                until_day=max(start, end), approve_by=max(start, approve_by), approved_on=self.maybe_near(0.5),
                ended_on=self.maybe_near(0.1),
            )  # fmt: skip
