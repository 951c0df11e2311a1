"""Households from their stories: people, consultation, case, records, consents, plans, approaches, placements."""

import json
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from agencies.models import Membership
from cases.models import (
    Assignment,
    Authority,
    Case,
    Category,
    Consent,
    Consultation,
    Enclosure,
    Evaluation,
    HouseholdMember,
    LeadTerm,
    Participation,
    Person,
    Plan,
    PlanAction,
    PlanGoal,
    Record,
    Referral,
    Row,
    Separation,
)
from outreach.models import Approach, Host, Placement, PlacementFollowUp

STORIES = settings.BASE_DIR / "fixtures" / "demo" / "households.json"
ALL = list(Category.values)


class Teller:
    """Tells the stories into the database, with days counted back from `today`."""

    def __init__(self, today: date, agencies, memberships):
        self.today, self.agencies, self.memberships = today, agencies, memberships
        self.people: dict[str, Person] = {}
        self.cases: dict[str, Case] = {}
        self.hosts = list(Host.objects.order_by("pk"))

    def tell_all(self):
        for story in json.loads(STORIES.read_text("utf-8")):
            self.tell(story)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def author(self, agency: str) -> Membership:
        """Who writes for an agency: its account in the demonstration."""
        usernames = {"city": "suishin1", "school": "gakko"}
        return self.memberships[usernames.get(agency, agency)]

    def tell(self, story):
        for key, name, kana, sex, born in story["people"]:
            self.people[key] = Person.objects.create(
                name=name, kana=kana, sex=sex, birth_date=date.fromisoformat(born)
            )
        key = story.get("case", {}).get("subject") or story.get("use") or story["people"][0][0]
        first = self.people[key]
        consultation = self.consult(story["consultation"], first)
        if "case" in story:
            told = story["case"]
            case = self.open(told, consultation, first)
            self.tell_household(case, story, told)
            self.cases[key] = case
            for step in (
                self.join,
                self.write,
                self.consents,
                self.approach,
                self.plan,
                self.place,
                self.refer,
            ):
                step(case, told)
            self.separate(case, told)
            self.close(case, told)

    # --- the parts of a story ----------------------------------------------------------------------------------------

    def consult(self, told, person):
        author = self.author(told["agency"])
        return Consultation.objects.create(
            taken_on=self.ago(told["ago"]),
            taken_at=time(10, 20),
            channel=told["channel"],
            summary=told["summary"],
            wish=told.get("wish", ""),
            agency=author.agency,
            author=author,
            person=person,
            topics=told["topics"],
            main_topic=told["main"],
            fields=told["fields"],
            main_field=told["fields"][0],
            route=told["route"],
            introduced_by=told.get("introduced", ""),
            urgency=told["urgency"],
            address_concealed=told.get("concealed", False),
            outcome=told["outcome"],
            settled_on=self.ago(told["ago"]) if told["outcome"] else None,
        )

    def open(self, told, consultation, subject):
        case = Case.start(
            main_subject=subject,
            agency=consultation.agency,
            day=self.ago(told["ago"]),
            urgency=told["urgency"],
            stage=told["stage"],
        )
        consultation.case = case
        consultation.save(update_fields=["case"])
        self.row(
            Record, case, consultation.agency, told["ago"], [6], consultation.summary, method="interview"
        )
        if consultation.address_concealed:
            case.concealed_contacts.create(
                person=subject,
                address="(架空の住所)",
                note="郵便を出さない。電話は本人だけ。",
                recorded_on=self.ago(told["ago"]),
                recorded_by=consultation.author,
            )
        return case

    def row(self, model, case, agency, ago, categories, text, subjects=None, **fields):
        """A row by the account of an agency, dated when it happened."""
        author = next(m for m in self.memberships.values() if m.agency_id == agency.pk)
        day = self.ago(ago)
        row = model.write(
            case=case,
            author=author,
            subjects=subjects or [case.main_subject],
            categories=categories,
            day=day,
            text=text,
            **fields,
        )
        Row.objects.filter(pk=row.pk).update(
            recorded_at=timezone.make_aware(datetime.combine(day, time(15, 30)))
        )
        return row

    def tell_household(self, case, story, told):
        for key, relation, living in story["members"]:
            member = self.people[key]
            if member.pk != case.main_subject_id:
                self.row(HouseholdMember, case, case.opened_by, told["ago"], [1], "", name=member.name,
                         relation=relation, living=living, person=member)  # fmt: skip

    def join(self, case, told):
        for key, ago in told["join"]:
            Participation.objects.create(case=case, agency=self.agencies[key], from_day=self.ago(ago))
        if "lead_ended" in told:
            LeadTerm.objects.filter(case=case).update(until_day=self.ago(told["lead_ended"]))

    def write(self, case, told):
        for ago, agency, method, categories, subjects, text in told["records"]:
            about = [self.people[key] for key in subjects]
            self.row(Record, case, self.agencies[agency], ago, categories, text, about, method=method)

    def consents(self, case, told):
        for said in told["consents"]:
            self.consent(case, said)

    def consent(self, case, said):
        kind, given = said.get("kind", Consent.Kind.GIVEN), self.ago(said["ago"])
        author = next(m for m in self.memberships.values() if m.agency_id == case.opened_by_id)
        consent = Consent.objects.create(
            person=self.people[said["who"]],
            case=case,
            kind=kind,
            given_on=given,
            method=Consent.Method.WRITTEN if kind == Consent.Kind.GIVEN else "",
            all_agencies=kind == Consent.Kind.REFUSED,
            categories=said.get("cats", ALL),
            from_day=given if "days" in said else None,
            until_day=given + timedelta(days=said["days"]) if "days" in said else None,
            form_version="第1版",
            explained="目的、提供先、項目、期間、いつでもやめられること",
            recorded_by=case.opened_by,
            author=author,
            **self.given_by(said, author, given),
        )
        consent.recipients.set([self.agencies[key] for key in said.get("to", [])])
        consent.excluded.set([self.agencies[key] for key in said.get("exclude", [])])
        if "withdrawn" in said:
            day = self.ago(said["withdrawn"])
            consent.withdraw(author=author, on=day, at=timezone.make_aware(datetime.combine(day, time(11))))

    def given_by(self, said, author, given):
        if "by" not in said:
            return {}
        holder = self.people[said["by"].split(":")[1]]
        authority = Authority.objects.create(
            person=self.people[said["who"]],
            holder=holder,
            holder_name=holder.name,
            kind=Authority.Kind.PARENT,
            proof="戸籍謄本",
            covers_sharing=True,
            from_day=given,
            recorded_by=author,
        )
        return {"given_by": Consent.GivenBy.REPRESENTATIVE, "authority": authority, "giver_name": holder.name}

    def approach(self, case, told):
        for ago, agency, means, response, text in told.get("approaches", []):
            self.row(Approach, case, self.agencies[agency], ago, [6], text, means=means, response=response)

    def plan(self, case, told):
        if "plan" not in told:
            return
        said = told["plan"]
        agency = self.agencies[said["agency"]]
        decided = said["state"] not in ("draft", "in_meeting")
        plan = self.row(
            Plan, case, agency, said["ago"], [6], said["text"], type=said["type"], state=said["state"],
            person_wish=said["wish"], from_day=self.ago(said["ago"]), until_day=self.ago(said["ago"] - 365),
            review_on=self.ago(-said["review"]), decided_on=self.ago(said["ago"] - 7) if decided else None,
        )  # fmt: skip
        for order, goal in enumerate(said["goals"], 1):
            self.row(PlanGoal, case, agency, said["ago"], [6], goal, plan=plan, order=order)
        for doer, text, due in said["actions"]:
            action = self.row(PlanAction, case, agency, said["ago"], [5], text, plan=plan)
            Assignment.objects.create(row_id=action.pk, agency=self.agencies[doer], due_on=self.ago(-due))
        if "evaluation" in said:
            reached, result, text = said["evaluation"]
            self.row(Evaluation, case, agency, 10, [6], text, plan=plan, reached=reached, result=result)

    def place(self, case, told):
        if "placement" not in told:
            return
        said = told["placement"]
        agency = self.agencies[said["agency"]]
        host = self.hosts[said["host"]]
        first = said["stages"][0][1]
        placement = self.row(
            Placement, case, agency, first, [3], said["text"], host=host, menu=host.menus.first(),
            stage=Placement.Stage.ASKED, stage_on=self.ago(first),
        )  # fmt: skip
        for stage, ago in said["stages"][1:]:
            placement.move_to(stage, self.ago(ago))
        for ago, to, text in said["follow"]:
            self.row(PlacementFollowUp, case, agency, ago, [3], text, placement=placement, to=to)

    def refer(self, case, told):
        if "referral" not in told:
            return
        said = told["referral"]
        sender = self.author(said["from"])
        referral = Referral.objects.create(
            case=case, kind=said["kind"], from_agency=sender.agency, to_agency=self.agencies[said["to"]],
            ground=said["ground"], urgency=said["urgency"], sender=sender,
        )  # fmt: skip
        for row in Row.objects.filter(case=case, kind=Row.Kind.RECORD, recorded_by=sender.agency):
            Enclosure.objects.create(
                row=row,
                referral=referral,
                agency=sender.agency,
                author=sender,
                enclosed_on=self.ago(said["ago"]),
            )
        self.row(
            Row,
            case,
            sender.agency,
            said["ago"],
            [5],
            said["text"],
            kind=Row.Kind.REFERRAL_TEXT,
            referral=referral,
        )
        referral.send(on=self.ago(said["ago"]), due=self.ago(-2))

    def separate(self, case, told):
        if "separate" in told:
            first, second = (self.people[key] for key in told["separate"])
            author = next(m for m in self.memberships.values() if m.agency_id == case.opened_by_id)
            Separation.objects.create(
                first=first,
                second=second,
                reason="本人の申出",
                recorded_on=self.ago(told["ago"]),
                recorded_by=author,
            )

    def close(self, case, told):
        if "close" in told:
            said = told["close"]
            if "died" in said:
                Person.objects.filter(pk=case.main_subject_id).update(died_on=self.ago(said["died"]))
            case.close(
                stage=said.get("stage", Case.Stage.CLOSED), reason=said["reason"], day=self.ago(said["ago"])
            )
