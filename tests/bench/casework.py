"""The generated city's cases: who takes part, what was consented, what was written, what was referred."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cases.models import (
    Assignment,
    Case,
    Consent,
    Consultation,
    ContactDetail,
    Enclosure,
    HouseholdMember,
    LeadTerm,
    Matter,
    Participation,
    Plan,
    PlanAction,
    PlanGoal,
    Record,
    Referral,
    Row,
)
from nisshin_support.wareki import fiscal_year
from tests.bench.inhabitants import Inhabitants
from tests.bench.loading import Loader

TEXTS = [
    f"{who}と{how}話した。{what}。次は{then}。"
    for who in ("本人", "家族", "近隣の人", "支援機関の担当者")
    for how in ("電話で", "窓口で", "訪問して", "同行して")
    for what in (
        "体調は落ち着いている",
        "家計の見通しが立たず不安がある",
        "通所を休みがちになっている",
        "手続きの書類がそろった",
    )
    for then in ("二週間後に様子を確かめる", "関係機関と予定を合わせる")
]
KINDS = ["record"] * 84 + ["household"] * 6 + ["contact"] * 4 + ["assessment"] * 6
OPEN_STAGES = ["intake", "assessment", "planning", "support", "support", "evaluation"]


@dataclass
class OneCase:
    """What the other tables need to know of a case."""

    id: int
    person: int
    lead: int
    opened_on: date
    closed_on: date | None
    agencies: list[int] = field(default_factory=list)
    household: list[int] = field(default_factory=list)
    rows: range = range(0)


class Casework:
    """Cases 1…: the first is the long one, the next ones are those of the great sitting, `busy_cases` have one lead."""

    def __init__(self, loader: Loader, size: Any, inhabitants: Inhabitants, day: date) -> None:
        self.loader, self.size, self.inhabitants, self.day = loader, size, inhabitants, day
        self.random = loader.random
        self.cases = [self._planned(number) for number in range(1, size.cases + 1)]
        self.next_row = 1
        self.rows = loader.table(Row, "id", "case_id", "kind", "text", "happened_on", "recorded_by_id", "author_id",
                                 "item_id", "referral_id", "origin_id", "brought_by_id")  # fmt: skip
        self.matters = loader.table(Matter, "row_id", "subject_id", "category")
        self.enclosures = loader.table(
            Enclosure, "row_id", "referral_id", "item_id", "agency_id", "author_id", "enclosed_on"
        )
        self.assignments = loader.table(Assignment, "row_id", "agency_id", "user_id", "due_on", "ended_on")

    def _planned(self, number: int) -> OneCase:
        size, random = self.size, self.random
        others = range(2, size.agencies + 1)
        lead = (
            1 if number <= size.busy_cases else random.choices(others, [1 / agency for agency in others])[0]
        )
        opened_on = self.day - timedelta(days=random.randint(30, 1800))
        is_closed = number > size.busy_cases and random.random() < 0.3
        closed_on = opened_on + timedelta(days=random.randint(10, 30)) if is_closed else None
        case = OneCase(number, number, lead, opened_on, closed_on)
        attendees, items, _ = size.sitting
        case.agencies = [
            lead,
            *random.sample([a for a in others if a != lead], random.choice([0, 1, 1, 2, 2, 3, 4])),
        ]
        if number <= items + 1:
            case.agencies = list(range(1, attendees + 1))
        first = size.cases + 1
        case.household = random.sample(range(first, size.people + 1), random.choice([0, 1, 1, 2, 3]))
        return case

    def write(self, rows: int) -> None:
        self._cases()
        self._consents()
        self._all_rows(rows)
        self._plans()
        self._referrals()
        self._consultations()

    # --- who takes part, what was said ---

    def _cases(self) -> None:
        case_table = self.loader.table(Case, "id", "fiscal_year", "serial", "main_subject_id", "stage", "urgency",
                                       "opened_by_id", "opened_on", "closed_on", "closing_reason")  # fmt: skip
        part = self.loader.table(
            Participation, "id", "case_id", "agency_id", "begun_by", "from_day", "until_day"
        )
        lead = self.loader.table(LeadTerm, "case_id", "agency_id", "from_day", "until_day")
        for case in self.cases:
            stage = "closed" if case.closed_on else self.random.choice(OPEN_STAGES)
            reason = "reached" if case.closed_on else ""
            case_table.add(case.id, fiscal_year(case.opened_on), case.id, case.person, stage,
                           self.random.choice(["normal", "normal", "week", "today"]), case.lead, case.opened_on,
                           case.closed_on, reason)  # fmt: skip
            for place, agency in enumerate(case.agencies):
                ended = self.day - timedelta(days=9) if place > 4 and case.id > 50 else case.closed_on
                part.add(
                    case.id * 100 + place,
                    case.id,
                    agency,
                    "referral" if place else "opened",
                    case.opened_on,
                    ended,
                )
            lead.add(case.id, case.lead, case.opened_on, case.closed_on)

    def _consents(self) -> None:
        self.statements = self.loader.table(
            Consent, "id", "person_id", "case_id", "kind", "given_on", "given_by", "method", "recipient_list_id",
            "all_agencies", "categories", "from_day", "until_day", "withdrawn_on", "recorded_by_id", "author_id")  # fmt: skip
        self.recipients = self.loader.table(Consent.recipients.through, "consent_id", "agency_id")
        self.excluded = self.loader.table(Consent.excluded.through, "consent_id", "agency_id")
        self.next_consent = 1
        for case in self.cases:
            for person in [case.person, *case.household]:
                if person == case.person or self.random.random() < 0.4:
                    self._statements_of(case, person)

    def _statements_of(self, case: OneCase, person: int) -> None:
        chance, random = self.random.random(), self.random
        certain = case.id <= self.size.sitting[1] + 1 and person == case.person
        if chance < 0.12 and not certain:
            return
        categories = (
            [1, 2, 3, 4, 5, 6] if random.random() < 0.6 else sorted({1, *random.sample(range(2, 7), 3)})
        )
        given = case.opened_on + timedelta(days=random.randint(0, 20))
        until = given + timedelta(days=365 * random.randint(1, 5)) if not certain else date(2030, 3, 31)
        withdrawn = self.day - timedelta(days=5) if chance > 0.95 and not certain else None
        listed = random.random() < 0.4 and not certain
        self._state(case, person, "given", given, categories, until, withdrawn=withdrawn, recipient_list=1 if listed else None,
                    recipients=[] if listed else case.agencies)  # fmt: skip
        if 0.12 <= chance < 0.16 and not certain:
            self._state(case, person, "refused", given + timedelta(days=20), [2], None, all_agencies=True)
        elif chance < 0.2 and not certain:
            self._state(
                case, person, "narrowed", given + timedelta(days=20), [], None, excluded=case.agencies[-1:]
            )

    def _state(self, case: OneCase, person: int, kind: str, day: date, categories: list[int], until: date | None, *,
               withdrawn: date | None = None, recipient_list: int | None = None, recipients: Any = (),
               excluded: Any = (), all_agencies: bool = False) -> None:  # fmt: skip
        key, by = self.next_consent, case.lead
        self.next_consent += 1
        self.statements.add(key, person, case.id, kind, day, "self", "written", recipient_list, all_agencies, categories,
                            day if until else None, until, withdrawn, by, self.inhabitants.staff_of(by))  # fmt: skip
        for agency in recipients:
            self.recipients.add(key, agency)
        for agency in excluded:
            self.excluded.add(key, agency)

    # --- what was written ---

    def _all_rows(self, number: int) -> None:
        record = self.loader.table(
            Record, "row_ptr_id", "method", "counterpart", "minutes", "next_step", "next_on"
        )
        member = self.loader.table(HouseholdMember, "row_ptr_id", "name", "relation", "person_id")
        contact = self.loader.table(ContactDetail, "row_ptr_id", "type")
        plans = 4 * sum(1 for case in self.cases if case.id % 3 == 0)
        texts = 2 * (self.size.cases // 2)
        for case, count in zip(self.cases, self._shares(number - plans - texts), strict=True):
            first = self.next_row
            for place in range(count):
                kind = KINDS[(case.id * 31 + place * 7) % 100]
                row = self.row(case, kind, self.random.choice(TEXTS))
                if kind == "record":
                    due = self.day + timedelta(days=place % 30) if place == 3 else None
                    record.add(row, "visit", "本人", 30, "様子を確かめる" if due else "", due)
                elif kind == "household":
                    person = self.random.choice(case.household) if case.household else None
                    member.add(row, "架空 世帯員", "親族", person)
                elif kind == "contact":
                    contact.add(row, "telephone")
            case.rows = range(first, self.next_row)

    def _shares(self, number: int) -> list[int]:
        """How many rows each case has: many have few, few have many, the first has as many as was asked for."""
        weights = [self.random.lognormvariate(0, 0.8) for _ in self.cases[1:]]
        least = 8 if number > 12 * len(weights) else 3
        _, items, enclosed = self.size.sitting
        rest = number - self.size.long_case - least * len(weights)
        scale = rest / sum(weights)
        shares = [least + int(weight * scale) for weight in weights]
        shares = [max(s, enclosed * 2) if i < items else s for i, s in enumerate(shares)]
        shares[-1] += number - self.size.long_case - sum(shares)
        return [self.size.long_case, *shares]

    def row(self, case: OneCase, kind: str, text: str, *, day: date | None = None, by: int | None = None,
            item: int | None = None, origin: int | None = None, referral: int | None = None) -> int:  # fmt: skip
        """Write one row of the case and its pairs; its key."""
        random, key = self.random, self.next_row
        self.next_row += 1
        by = by or (case.lead if random.random() < 0.6 else random.choice(case.agencies))
        last = case.closed_on or self.day
        day = day or case.opened_on + timedelta(days=random.randint(0, max((last - case.opened_on).days, 0)))
        self.rows.add(key, case.id, kind, text, day, by, self.inhabitants.staff_of(by), item, referral, origin,
                      by if origin else None)  # fmt: skip
        about = [case.person]
        if case.household and random.random() < 0.15:
            about = (
                [random.choice(case.household)] if random.random() < 0.5 else [case.person, case.household[0]]
            )
        chosen = {1} if kind in ("household", "contact") else {random.randint(1, 6)}
        if random.random() < 0.2:
            chosen.add(random.randint(1, 6))
        for subject in about:
            for category in sorted(chosen):
                self.matters.add(key, subject, category)
        return key

    def _plans(self) -> None:
        plan = self.loader.table(Plan, "row_ptr_id", "type", "state", "from_day", "until_day", "review_on")
        goal = self.loader.table(PlanGoal, "row_ptr_id", "plan_id", "term")
        action = self.loader.table(PlanAction, "row_ptr_id", "plan_id", "goal_id", "doer")
        for case in self.cases:
            if case.id % 3:
                continue
            cover = self.row(case, "plan", "支援プラン", by=case.lead)
            plan.add(cover, "coordination", "running", case.opened_on, date(2027, 3, 31), date(2026, 9, 30))
            aim = self.row(case, "goal", "生活の見通しを立てる", by=case.lead)
            goal.add(aim, cover, "short")
            for _ in range(2):
                work = self.row(case, "action", "手続きに同行する", by=case.lead)
                action.add(work, cover, aim, "agency")
                given = self.random.choice(case.agencies)
                ended = self.day - timedelta(days=30) if self.random.random() < 0.5 else None
                self.assignments.add(
                    work, given, self.inhabitants.staff_of(given), self.day + timedelta(days=20), ended
                )

    def _referrals(self) -> None:
        referral = self.loader.table(
            Referral, "id", "case_id", "from_agency_id", "to_agency_id", "ground", "ground_note", "status", "sent_on",
            "answer_due", "answered_on", "sender_id", "participation_id", "urgency")  # fmt: skip
        for number in range(1, self.size.cases // 2 + 1):
            case = self.cases[number * 2 - 1]
            by_law, day = self.random.random() < 0.3, case.opened_on
            ground, note = ("law", "法令の定めによる") if by_law else ("consent", "")
            accepted = len(case.agencies) > 1
            to = case.agencies[1] if accepted else case.lead % self.size.agencies + 1
            status = "accepted" if accepted else self.random.choice(["sent", "returned"])
            part = case.id * 100 + 1 if accepted else None
            referral.add(number, case.id, case.lead, to, ground, note, status, day, day + timedelta(days=7),
                         None if status == "sent" else day, self.inhabitants.staff_of(case.lead), part, "normal")  # fmt: skip
            self.row(case, "referral_text", "支援をお願いします。", by=case.lead, referral=number, day=day)
            self.row(case, "referral_answer", "承知しました。", by=to, referral=number, day=day)
            for row in self.random.sample(case.rows, 2):
                self.enclosures.add(row, number, None, case.lead, self.inhabitants.staff_of(case.lead), day)

    def _consultations(self) -> None:
        taken = self.loader.table(Consultation, "id", "taken_on", "channel", "summary", "agency_id", "author_id",
                                  "person_id", "case_id")  # fmt: skip
        for number in range(1, self.size.cases * 3 // 2 + 1):
            case = self.cases[number - 1] if number <= self.size.cases else None
            agency = case.lead if case else self.random.randint(1, self.size.agencies)
            person = case.person if case else self.random.randint(1, self.size.people)
            day = case.opened_on if case else self.day - timedelta(days=self.random.randint(0, 900))
            taken.add(number, day, "visit", "生活のことで相談したい。", agency, self.inhabitants.staff_of(agency), person,
                      case.id if case else None)  # fmt: skip
