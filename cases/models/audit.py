"""What was seen and done: written in the same transaction, never changed (the web role may only insert)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Cast, Coalesce

# The number of the transaction that wrote the entry: sealing needs it, because commit order is not key order.
THIS_TRANSACTION = Cast(
    Cast(Func(function="pg_current_xact_id", output_field=models.TextField()), models.TextField()),
    models.BigIntegerField(),
)


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """監査 alone reads the trail (contract §3.5)."""
        allowed = purpose == "audit" and viewer.may_act_for(purpose)
        return self if allowed else self.none()

    def not_sealed_since(self, check):
        """Entries that were not sealed yet when `check` was written; every one without a check."""
        return self.filter(transaction__gte=check.horizon, pk__gt=check.floor) if check else self

    def for_audit_page(self):
        """What 監査 reads: time, user, agency, purpose, act, rule, case number. No rows, reasons or names of people."""
        number = {
            "year": Coalesce("case__fiscal_year", "item__case__fiscal_year"),
            "serial": Coalesce("case__serial", "item__case__serial"),
        }
        return self.annotate(**number).values(
            "pk",
            "at",
            "user__name",
            "agency__short_name",
            "membership__role",
            "purpose",
            "act",
            "rule",
            "year",
            "serial",
        )


class AuditEntry(models.Model):
    """One act or sight: who, through which membership, for which purpose, of which case and rows. No contents."""

    at = models.DateTimeField("日時", auto_now_add=True)
    user = models.ForeignKey("agencies.User", models.PROTECT, null=True, related_name="+")
    membership = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    purpose = models.CharField("目的", max_length=20, blank=True)
    act = models.CharField("行為", max_length=60)
    rule = models.CharField("規則", max_length=60, blank=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("meetings.AgendaItem", models.PROTECT, null=True, related_name="+")
    rows = ArrayField(models.BigIntegerField(), default=list, verbose_name="行")
    things = ArrayField(models.CharField(max_length=60), default=list, verbose_name="対象")
    reason = models.TextField("理由", blank=True)
    transaction = models.BigIntegerField(
        "取引の番号", db_default=THIS_TRANSACTION, db_index=True, editable=False
    )

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "監査記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["case", "at"], name="audit_of_case")]

    def __str__(self):
        return f"監査記録 {self.pk}"
