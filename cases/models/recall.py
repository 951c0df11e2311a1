"""回収: what somebody has seen, printed or been handed on a consent that was taken back, and what became of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models.row import Category
from nisshin_support.public_id import PublicIdField


class RecallEntryQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Entries of statements that the viewer sees whole (§1): those alone are told who had what."""
        from cases.models.consent import Consent
        from cases.visibility import visible_consents

        statements = visible_consents(Consent.objects.order_by(), viewer, purpose)
        return self.filter(statement__in=statements.values("pk"))

    def open(self):
        """Entries of which nobody has said yet what became of them."""
        return self.filter(outcome="")


class RecallEntry(models.Model):
    """回収リストの一行: one person of one agency, in one way, what of a person whose consent was taken back (§5)."""

    class How(models.TextChoices):
        SEEN = "seen", "画面で見た"
        PRINTED = "printed", "印刷・ファイルにした"
        HANDED = "handed", "つなぎで渡された"

    class Outcome(models.TextChoices):
        COLLECTED = "collected", "回収した"
        DESTROYED = "destroyed", "破棄を確かめた"
        ASKED = "asked", "使わないよう口頭で依頼した"
        IMPOSSIBLE = "impossible", "回収できない"

    public_id = PublicIdField()
    statement = models.ForeignKey(
        "cases.Consent", models.PROTECT, verbose_name="意思表示", related_name="recalls"
    )
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="recalls")
    handled_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="扱う機関", related_name="+"
    )
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, verbose_name="機関", related_name="+")
    user = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="職員", null=True, related_name="+"
    )
    how = models.CharField("どのように", max_length=10, choices=How.choices)
    categories = ArrayField(
        models.PositiveSmallIntegerField(choices=Category.choices), verbose_name="分類", default=list
    )
    rows = ArrayField(models.BigIntegerField(), verbose_name="行", default=list)
    first_on = models.DateField("初めの日")
    last_on = models.DateField("終わりの日")
    outcome = models.CharField("どうなったか", max_length=12, choices=Outcome.choices, blank=True)
    note = models.CharField("メモ", max_length=200, blank=True)
    settled_on = models.DateField("確かめた日", null=True, blank=True)
    settled_by = models.ForeignKey(
        "agencies.Membership", models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = RecallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回収リスト"
        ordering = ["statement", "agency", "how", "pk"]
        indexes = [models.Index(fields=["handled_by", "outcome"], name="recall_of_handler")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(settled_on__isnull=False, settled_by__isnull=False),
                name="recall_settled_by_somebody",
            )
        ]

    def __str__(self):
        return f"回収 {self.public_id}"

    def settle(self, *, outcome, note, on, by):
        """消し込む: what became of it. The first word counts: False when somebody has said it already."""
        said = {"outcome": outcome, "note": note, "settled_on": on, "settled_by": by}
        return bool(type(self).objects.open().filter(pk=self.pk).update(**said))
