"""緊急提供: what was handed over because life, body or property was in danger, without consent (contract S4, §3.5)."""

from django.db import models
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField


class EmergencyDisclosureQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Disclosures of cases in which the agency takes part, and those to it that are open (§3.1)."""
        from cases.visibility import visible_disclosures

        return visible_disclosures(self, viewer, purpose)


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
