"""ケース: one episode of support, who takes part in it and who leads it."""

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import connection, models, transaction
from django.db.models import F, Q

from agencies.models.agency import closed_period, in_force
from nisshin_support.public_id import PublicIdField
from nisshin_support.wareki import fiscal_year, fiscal_year_label

ONE_DAY = timedelta(days=1)


class Urgency(models.TextChoices):
    """緊急度, as on the つなぎシート (domain 3.2)."""

    TODAY = "today", "即日"
    THREE_DAYS = "three_days", "3日以内"
    WEEK = "week", "1週間以内"
    NORMAL = "normal", "通常"


class CaseQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Cases that exist for the viewer acting for `purpose` (contract §3.1)."""
        from cases.visibility import visible_cases

        return visible_cases(self, viewer, purpose)

    def with_header_for(self, viewer, purpose):
        """Of the visible cases, those whose header (name, kana, birth date) the viewer may see."""
        from cases.visibility import cases_with_header

        return cases_with_header(self, viewer, purpose)

    def writable_by(self, viewer, purpose):
        """Of the visible cases, those in which the viewer's agency takes part today and may write (§4)."""
        from cases.visibility import writable_cases

        return writable_cases(self, viewer, purpose)

    def led_by(self, agency, day):
        """Cases whose 主担当機関 on `day` is `agency`."""
        return self.filter(in_force(day, "leads__"), leads__agency=agency)

    def without_lead(self, day):
        """Cases that no agency leads on `day`."""
        return self.exclude(pk__in=LeadTerm.objects.filter(in_force(day)).values("case"))

    def open(self):
        """Cases that are not closed."""
        return self.exclude(stage__in=Case.Stage.closed())


class Case(models.Model):
    """ケース: one episode of support for one main subject and the household (contract §1)."""

    class Stage(models.TextChoices):
        RECEIVED = "received", "受付"
        INTAKE = "intake", "インテーク"
        APPROACH = "approach", "働きかけ中(同意前)"
        ASSESSMENT = "assessment", "アセスメント"
        PLANNING = "planning", "プラン"
        SUPPORT = "support", "支援中"
        EVALUATION = "evaluation", "評価"
        CLOSED = "closed", "終結"
        SUSPENDED = "suspended", "中断"

        @classmethod
        def closed(cls):
            return [cls.CLOSED, cls.SUSPENDED]

    class ClosingReason(models.TextChoices):
        """終結理由 (domain 3.7)."""

        REACHED = "reached", "目標達成・課題整理済(役割分担の合意)"
        MOVED_ON = "moved_on", "他機関・他制度へ移行"
        WISH = "wish", "本人の希望"
        LEFT_CITY = "left_city", "転出"
        DIED = "died", "死亡"
        UNREACHABLE = "unreachable", "連絡不能"
        NOT_ELIGIBLE = "not_eligible", "対象外"
        OTHER = "other", "その他"

    public_id = PublicIdField()
    fiscal_year = models.PositiveSmallIntegerField("年度", editable=False)
    serial = models.PositiveIntegerField("番号", editable=False)
    main_subject = models.ForeignKey(
        "cases.Person", models.PROTECT, verbose_name="主対象者", related_name="cases"
    )
    stage = models.CharField("段階", max_length=20, choices=Stage.choices, default=Stage.RECEIVED)
    urgency = models.CharField("緊急度", max_length=20, choices=Urgency.choices, default=Urgency.NORMAL)
    opened_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="開始した機関", related_name="+"
    )
    opened_on = models.DateField("開始日")
    closed_on = models.DateField("終結日", null=True, blank=True)
    closing_reason = models.CharField("終結の理由", max_length=40, blank=True)
    origin = models.ForeignKey(
        "meetings.AgendaItem", models.PROTECT, null=True, blank=True, related_name="opened_cases"
    )
    released_on = models.DateField("解除日", null=True, blank=True, editable=False)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="next_episodes")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "ケース"
        ordering = ["-fiscal_year", "-serial"]
        constraints = [models.UniqueConstraint(fields=["fiscal_year", "serial"], name="case_number")]

    def __str__(self):
        return self.number

    @property
    def number(self):
        """令和8年度-0001; shown only to those who see the case."""
        return f"{fiscal_year_label(self.fiscal_year)}-{self.serial:04d}"

    @property
    def is_closed(self):
        return self.stage in self.Stage.closed()

    @property
    def closing_reason_label(self):
        """終結の理由 in words."""
        return dict(self.ClosingReason.choices).get(self.closing_reason, self.closing_reason)

    @classmethod
    def start(
        cls, *, main_subject, agency, day, urgency=Urgency.NORMAL, stage=None, origin=None, previous=None
    ):
        """Open a case: number it, and make the opening agency its first participant and lead (§4)."""
        with transaction.atomic():
            year = fiscal_year(day)
            case = cls.objects.create(
                fiscal_year=year,
                serial=cls._next_serial(year),
                main_subject=main_subject,
                opened_by=agency,
                opened_on=day,
                urgency=urgency,
                stage=stage or cls.Stage.RECEIVED,
                origin=origin,
                previous=previous,
            )
            Participation.objects.create(case=case, agency=agency, from_day=day, begun_by="opened")
            LeadTerm.objects.create(case=case, agency=agency, from_day=day)
        return case

    @classmethod
    def _next_serial(cls, year):
        # Two counters opening a case at once must not get one number: an advisory lock per year. The second wall
        # counts, because nobody sees all cases of a year.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(106004, %s)", [year])
            cursor.execute("SELECT second_wall.next_serial(%s)", [year])
            return cursor.fetchone()[0]

    def move_to(self, stage):
        """Set the stage of the work. Consent is never encoded here: it is asked of the consents."""
        self.stage = stage
        self.save(update_fields=["stage"])

    def close(self, *, stage, reason, day):
        """終結 or 中断 on `day`, with its reason; participations and the lead end with it."""
        self.stage, self.closing_reason, self.closed_on = stage, reason, day
        self.save(update_fields=["stage", "closing_reason", "closed_on"])
        for terms in (self.participations, self.leads):
            terms.filter(Q(until_day__isnull=True) | Q(until_day__gt=day)).update(until_day=day)

    def hand_lead_to(self, agency, day):
        """Make another participating agency the 主担当機関 from `day` on.

        Raises ValueError if it does not take part on that day.
        """
        if not self.participations.filter(in_force(day), agency=agency).exists():
            raise ValueError("主担当を引き継げるのは、関与している機関だけです。")
        with transaction.atomic():
            self.leads.filter(from_day=day).delete()
            self.leads.filter(in_force(day)).update(until_day=day - ONE_DAY)
            LeadTerm.objects.create(case=self, agency=agency, from_day=day)


class Participation(models.Model):
    """関与: an agency takes part in a case for a period. Reveals services used, so it is a row ⑤ (§1)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="participations")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="機関", related_name="participations"
    )
    role_note = models.CharField("役割", max_length=120, blank=True)
    next_on = models.DateField("次の予定日", null=True, blank=True)
    begun_by = models.CharField("始まり", max_length=20, default="referral")
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "関与"
        ordering = ["from_day", "pk"]
        indexes = [models.Index(fields=["agency", "from_day", "until_day"], name="participation_of_agency")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")),
                name="participation_period",
            ),
            ExclusionConstraint(
                name="participation_no_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (closed_period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.case} {self.agency}"


class LeadTerm(models.Model):
    """主担当機関: which agency leads a case, and when. One at a time; none is possible and is shown as such."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="leads")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="主担当機関", related_name="leads"
    )
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "主担当"
        ordering = ["from_day"]
        constraints = [
            ExclusionConstraint(
                name="one_lead_at_a_time",
                expressions=[("case", RangeOperators.EQUAL), (closed_period(), RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self):
        return f"{self.case} {self.agency}"


class LeadOfferQuerySet(models.QuerySet):
    def waiting(self):
        """Offers that the agency asked has not answered."""
        return self.filter(accepted__isnull=True)

    def visible_to(self, viewer, purpose):
        """Offers in visible cases, from or to the viewer's agency (§4: the lead and an accepting participant)."""
        cases = Case.objects.visible_to(viewer, purpose).order_by()
        sides = Q(to_agency=viewer.agency_id) | Q(offered_by__agency=viewer.agency_id)
        return self.filter(sides, case__in=cases.values("pk"))


class LeadOffer(models.Model):
    """主担当の引継ぎの申し出: the lead asks another participant, who accepts or declines (§4)."""

    public_id = PublicIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="lead_offers")
    to_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="引き継ぐ機関", related_name="+"
    )
    offered_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    offered_on = models.DateField("申し出た日")
    answered_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField("返事の日", null=True, blank=True)
    accepted = models.BooleanField("引き受ける", null=True, blank=True)

    objects = LeadOfferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "主担当の引継ぎ"
        ordering = ["-offered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(accepted__isnull=True), name="one_lead_offer_waiting"
            )
        ]

    def __str__(self):
        return f"主担当の引継ぎ {self.public_id}"

    def accept(self, membership, day):
        """Take over: the case's lead passes on `day`. Raises ValueError if the agency takes part no more."""
        with transaction.atomic():
            self.case.hand_lead_to(self.to_agency, day)
            self._answer(True, membership, day)

    def decline(self, membership, day):
        """The lead stays where it is."""
        self._answer(False, membership, day)

    def _answer(self, accepted, membership, day):
        self.accepted, self.answered_by, self.answered_on = accepted, membership, day
        self.save(update_fields=["accepted", "answered_by", "answered_on"])
