"""控え: the decision as it was when an agenda was confirmed, a paper made or minutes closed (contract §5)."""

import hashlib
import json

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

    @property
    def mark(self):
        """The beginning of the digest, as a paper carries it: the same decision has the same mark."""
        return self.digest[:8]

    @classmethod
    def of_confirmation(cls, segment, maker, day):
        """議題の確定: what everybody selected may see from now on."""
        return cls._keep(segment, cls.Kind.CONFIRMED, maker, _decided().at_tables_of(segment, day))

    @classmethod
    def of_closing(cls, segment, maker, day):
        """議事録の閉鎖: what lay open to everybody when the minutes were done."""
        return cls._keep(segment, cls.Kind.CLOSED, maker, _decided().at_tables_of(segment, day))

    @classmethod
    def of_paper(cls, item, rows, *, header, reader, maker, day):
        """資料の作成: what a paper carries for its reader; made again from the same facts it has the same digest."""
        decision = _decided().on_paper(item, reader, rows, header, day)
        return cls._keep(item.segment, cls.Kind.PAPER, maker, decision, reader)

    @classmethod
    def _keep(cls, segment, kind, maker, decision, reader=None):
        from meetings.rule_version import RULE_VERSION

        return cls.objects.create(
            segment=segment,
            kind=kind,
            reader=reader,
            made_by=maker,
            rule_version=RULE_VERSION,
            decision=decision,
            digest=digest_of(decision),
        )


def digest_of(decision):
    """SHA-256 over the decision written in one way only: sorted keys, no spaces, UTF-8."""
    written = json.dumps(decision, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _decided():
    from meetings import decided

    return decided
