"""Two fiscal years of 地域づくり, 相談会, courses, anonymous consultations, hints and host organisations."""

import json
from datetime import date, time, timedelta
from random import Random

from django.conf import settings

from agencies.models import Activity, ConsultationDay, Course, Place, PlanRow
from cases.models import Consultation
from nisshin_support.wareki import fiscal_year, fiscal_year_start
from outreach.models import Hint, Host, HostMenu, Informant

STORIES = json.loads((settings.BASE_DIR / "fixtures" / "demo" / "community.json").read_text("utf-8"))
COUNTERS = ("hokatsu1", "hokatsu2", "shogai", "kodomo", "kosodate", "kurashi")
SEED = 106


class Neighbourhood:
    """What happens around the cases; nothing here names a real person."""

    def __init__(self, today: date, agencies, memberships):
        self.today, self.agencies, self.memberships = today, agencies, memberships
        self.chance = Random(SEED)
        self.first = fiscal_year_start(fiscal_year(today) - 1)

    def hosts(self):
        for told in STORIES["hosts"]:
            host = Host.objects.create(
                name=told["name"], kind=told["kind"], capacity=told["capacity"], note=told["note"],
                agency=self.agencies["sanka"], from_day=self.first,
            )  # fmt: skip
            HostMenu.objects.bulk_create(HostMenu(host=host, name=n, frequency=f) for n, f in told["menus"])

    def months(self):
        day = self.first
        while day <= self.today:
            yield day
            day = (day + timedelta(days=32)).replace(day=1)

    def activities(self):
        made = []
        for place in Place.objects.filter(plan_row__code__in=STORIES["activities"]).select_related(
            "plan_row", "agency"
        ):
            titles = STORIES["activities"][place.plan_row.code]
            for month in self.months():
                day = month + timedelta(days=self.chance.randrange(26))
                if day <= self.today:
                    made.append(self.activity(place, day, self.chance.choice(titles)))
        Activity.objects.bulk_create(made)

    def activity(self, place, day, title):
        return Activity(
            plan_row=place.plan_row, place=place, agency=place.agency, day=day, title=title,
            participants=self.chance.randrange(6, 32), helpers=self.chance.randrange(1, 6),
            coordinated=self.chance.randrange(3),
        )  # fmt: skip

    def consultation_days(self):
        row, city = PlanRow.objects.get(code="nandemo-sodan"), self.agencies["city"]
        venues = list(Place.objects.filter(plan_row=row).order_by("pk"))
        upcoming = (self.today + timedelta(days=40)).replace(day=1)
        for number, month in enumerate([*self.months(), upcoming]):
            ConsultationDay.objects.create(
                plan_row=row, place=venues[number % len(venues)], agency=city, day=month + timedelta(days=9),
                start=time(13, 30), end=time(16), staff_count=self.chance.randrange(3, 6),
            )  # fmt: skip

    def courses(self):
        row, agency = PlanRow.objects.get(code="machi-no-mamoribito"), self.agencies["moribito"]
        places: list[Place | None] = [*Place.objects.filter(plan_row=row).order_by("pk")] or [None]
        for number, month in enumerate(list(self.months())[1::2]):
            taking_part = self.chance.randrange(8, 25)
            Course.objects.create(
                plan_row=row, place=places[number % len(places)], agency=agency, day=month + timedelta(days=14),
                title="まちの守り人養成講座", participants=taking_part, completed=taking_part - self.chance.randrange(3),
            )  # fmt: skip

    def anonymous_consultations(self):
        fairs = list(ConsultationDay.objects.filter(day__lte=self.today).order_by("day"))
        made = []
        for month in self.months():
            for _ in range(self.chance.randrange(3, 7)):
                day = month + timedelta(days=self.chance.randrange(27))
                if day <= self.today:
                    made.append(self.consultation(day, fairs))
        Consultation.objects.bulk_create(made)

    def consultation(self, day, fairs):
        channel, summary, topics, fields = self.chance.choice(STORIES["anonymous"])
        fair = next((fair for fair in fairs if fair.day >= day), None) if channel == "fair" else None
        author = self.memberships["suishin2" if fair else self.chance.choice(COUNTERS)]
        return Consultation(
            taken_on=fair.day if fair else day, channel=channel, summary=summary, agency=author.agency, author=author,
            consultation_day=fair, topics=topics, main_topic=topics[0], fields=fields, main_field=fields[0],
            route="self_visit" if channel in ("visit", "fair") else "self_call",
            outcome=Consultation.Outcome.INFORMED, settled_on=day,
        )  # fmt: skip

    def hints(self):
        for told in STORIES["hints"]:
            author = self.memberships[told["agency"]]
            hint = Hint.objects.create(
                noticed_on=self.today - timedelta(days=told["ago"]), source=told["source"], text=told["text"],
                area=told.get("area", ""), about=told["about"], agency=author.agency, author=author,
                status=told.get("status", Hint.Status.NEW),
                next_on=self.today + timedelta(days=told["next"]) if "next" in told else None,
            )  # fmt: skip
            name, relation = told["informant"]
            if name:
                Informant.objects.create(
                    hint=hint, name=name, relation=relation, wish="名前は出さないでほしい"
                )
