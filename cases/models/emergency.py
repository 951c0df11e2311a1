"""緊急提供: what was handed over because life, body or property was in danger, without consent (contract S4, §3.5)."""

from django.db import models, transaction
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField


class EmergencyDisclosureQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Disclosures of cases in which the agency takes part, and those to it that are open (§3.1)."""
        from cases.visibility import visible_disclosures

        return visible_disclosures(self, viewer, purpose)

    def to_approve_by(self, user, day):
        """Those that still open something and wait for this person's approval, the most urgent first."""
        waiting = self.filter(approver__user=user, approved_on__isnull=True, ended_on__isnull=True)
        return waiting.filter(until_day__gte=day).order_by("approve_by", "pk")


class EmergencyDisclosure(models.Model):
    """緊急提供: recipient, rows, ground, approver (another person, or an approve-by day) and end. It opens no meeting
    and changes no consent (vector 20)."""

    class Ground(models.TextChoices):
        LIFE = "life", "本人・第三者の生命、身体、財産の保護(緊急)"
        REPORT_DUTY = "report_duty", "法律上の通報義務(虐待など)"
        LAW = "law", "その他の法令"

    public_id = PublicIdField()
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="disclosures")
    from_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="提供した機関", related_name="+"
    )
    to_agency = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        verbose_name="提供先の機関",
        null=True,
        blank=True,
        related_name="+",
    )
    to_outside = models.CharField(
        "提供先(この仕組みの外)", max_length=120, blank=True, help_text="例:消防(救急)、警察"
    )
    ground = models.CharField("根拠", max_length=20, choices=Ground.choices)
    ground_note = models.CharField("根拠の条項など", max_length=200, blank=True)
    facts = models.TextField("緊急と判断した事実")
    with_header = models.BooleanField("氏名・ふりがな・生年月日を含める", default=False)
    rows = models.ManyToManyField("cases.Row", verbose_name="提供した記録", blank=True, related_name="+")
    disclosed_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)
    from_day = models.DateField("提供した日")
    until_day = models.DateField("見られる最終日")
    approver = models.ForeignKey(
        "agencies.Membership", models.PROTECT, verbose_name="承認する人", related_name="+"
    )
    approve_by = models.DateField("承認の期限")
    approved_on = models.DateField("承認日", null=True, blank=True)
    # Refused by the approver, or ended early by the agency that gave it.
    ended_on = models.DateField("打ち切った日", null=True, blank=True)
    end_reason = models.CharField("打ち切った理由", max_length=200, blank=True)

    objects = EmergencyDisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "緊急提供"
        ordering = ["-from_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_agency__isnull=False) | ~Q(to_outside=""), name="disclosed_to_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(approver=F("disclosed_by")),
                name="disclosure_approved_by_another",
                violation_error_message="承認する人には、提供した人とは別の人を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(until_day__gte=F("from_day")) & Q(approve_by__gte=F("from_day")),
                name="disclosure_period",
                violation_error_message="期限が提供した日より前です。日付を直してください。",
            ),
        ]

    def __str__(self):
        return f"緊急提供 {self.public_id}"

    @classmethod
    def give(cls, *, case, author, day, rows, **fields):
        """Hand over these rows from `day` on; `author` is the membership acted through. Consent is not touched."""
        with transaction.atomic():
            given = cls.objects.create(
                case=case, from_agency=author.agency, disclosed_by=author, from_day=day, **fields
            )
            given.rows.set([row.pk for row in rows])
        return given

    @property
    def recipient(self):
        """The agency, or whoever outside the system, in words."""
        return self.to_agency.name if self.to_agency else self.to_outside

    def waits_for(self, user_id, day):
        """Whether this person's approval is still asked for; a late one opens what is left of the period."""
        undecided = self.approved_on is None and self.ended_on is None
        return undecided and self.until_day >= day and self.approver.user_id == user_id

    def approve(self, membership, day):
        """The approver named agrees: it stays open to its last day. Raises ValueError for anybody else."""
        self._decided_by(membership, day)
        self.approved_on = day
        self.save(update_fields=["approved_on"])

    def refuse(self, membership, day, reason):
        """The approver does not agree: it closes at once. Raises ValueError for anybody else."""
        self._decided_by(membership, day)
        self.end(day, reason)

    def _decided_by(self, membership, day):
        if membership.user_id == self.disclosed_by.user_id or not self.waits_for(membership.user_id, day):
            raise ValueError("承認できるのは、承認する人に選ばれた人だけで、一度だけです。")

    def end(self, day, reason):
        """Close it before its last day. Raises ValueError if it is closed already."""
        if self.ended_on or self.until_day < day:
            raise ValueError("この緊急提供は、もう終わっています。")
        self.ended_on, self.end_reason = day, reason
        self.save(update_fields=["ended_on", "end_reason"])
