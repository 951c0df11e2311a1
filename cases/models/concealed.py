"""住所秘匿: what must not be found by the wrong person. Never in a meeting, packet, export, list or search."""

from django.db import models


class ConcealedContact(models.Model):
    """Concealed contact of a case's main subject; only the lead of that open case opens it, on a typed reason (§1)."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="concealed_contacts")
    person = models.ForeignKey("cases.Person", models.PROTECT, related_name="+")
    address = models.CharField("住所・居所", max_length=200, blank=True)
    telephone = models.CharField("電話", max_length=60, blank=True)
    workplace = models.CharField("勤め先・学校など", max_length=200, blank=True)
    note = models.TextField("安全のための注意", blank=True)
    recorded_on = models.DateField("記録日")
    recorded_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    lift_asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    lifted_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "秘匿された連絡先"

    def __str__(self):
        return f"秘匿 {self.pk}"

    def ask_to_lift(self, membership):
        """The first of the two people who lift the concealment; it stands until the second."""
        self.lift_asked_by = membership
        self.save(update_fields=["lift_asked_by"])

    def lift(self, membership):
        """The second person lifts it. Raises ValueError for the one who asked (§4: to lift, a second person)."""
        if self.lift_asked_by is None or self.lift_asked_by.user_id == membership.user_id:
            raise ValueError("解除には、申し出た人とは別の人の確認が必要です。")
        self.lifted_by = membership
        self.save(update_fields=["lifted_by"])


class ConcealedHandover(models.Model):
    """The lead hands a concealed contact to one named agency for one act, with ground and approver (§1)."""

    contact = models.ForeignKey(ConcealedContact, models.PROTECT, related_name="handovers")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, verbose_name="渡す機関", related_name="+")
    act = models.CharField("何のために", max_length=200)
    ground = models.CharField("根拠", max_length=200)
    handed_on = models.DateField("渡した日")
    handed_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        "agencies.Membership", models.PROTECT, verbose_name="承認者", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "秘匿連絡先の引渡し"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(handed_by=models.F("approver")), name="concealed_handover_by_two"
            )
        ]

    def __str__(self):
        return f"引渡し {self.pk}"
