"""控え: the decision as it was when an agenda was confirmed, a paper made or minutes closed (contract §5)."""

from django.db import models
from django.db.models import Q

from nisshin_support.public_id import PublicIdField


class SnapshotQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """会議記録 alone opens it, for those who run the segment (contract §3.4)."""
        from cases.visibility import visible_snapshots

        return visible_snapshots(self, viewer, purpose)


class Snapshot(models.Model):
    """控え: who, which rows, which consents, by which version of the rule. Kept as it was; it opens nothing."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", "議題の確定"
        PAPER = "paper", "資料の作成"
        CLOSED = "closed", "議事録の閉鎖"

    public_id = PublicIdField()
    segment = models.ForeignKey("meetings.Segment", models.PROTECT, related_name="snapshots")
    kind = models.CharField("きっかけ", max_length=10, choices=Kind.choices)
    # For a paper: for whom it was made.
    reader = models.ForeignKey(
        "agencies.Membership", models.PROTECT, null=True, verbose_name="だれの資料か", related_name="+"
    )
    made_at = models.DateTimeField("日時", auto_now_add=True)
    made_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    rule_version = models.CharField("規則の版", max_length=64)
    decision = models.JSONField("判定")
    digest = models.CharField("要約値", max_length=64)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "控え"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="paper") | Q(reader__isnull=False), name="paper_has_reader"
            )
        ]

    def __str__(self):
        return f"控え {self.public_id}"
