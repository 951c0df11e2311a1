"""解除: two people let a row (or a case) born at a 支援会議 out of it, with a reason (contract §4)."""

from django.db import models
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField


class Release(models.Model):
    """解除: asked for by the segment's chair or the agency that brought the fact, granted by the other of the two."""

    public_id = PublicIdField()
    item = models.ForeignKey("meetings.AgendaItem", models.PROTECT, related_name="releases")
    row = models.ForeignKey("cases.Row", models.PROTECT, null=True, related_name="releases")
    # Without a row the case itself is let out: one that was opened because of the 支援会議.
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="releases")
    reason = models.CharField("解除の理由", max_length=200)
    asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    asked_on = models.DateField("申し出た日")
    answered_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField("返事の日", null=True, blank=True)
    granted = models.BooleanField("解除する", null=True, blank=True)
    refusal_note = models.CharField("解除しない理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "解除"
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(row__isnull=False, case__isnull=True) | Q(row__isnull=True, case__isnull=False),
                name="release_of_one",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | ~Q(answered_by=F("asked_by")), name="release_by_two"
            ),
            models.UniqueConstraint(
                fields=["row"],
                condition=Q(granted__isnull=True, row__isnull=False),
                name="one_release_of_row_waiting",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(granted__isnull=True, case__isnull=False),
                name="one_release_of_case_waiting",
            ),
        ]

    def __str__(self):
        return f"解除 {self.public_id}"
