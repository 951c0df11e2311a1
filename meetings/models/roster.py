"""構成員: who belongs to the 支援会議, for which term, and when secrecy was acknowledged for that term (P1)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from agencies.models.agency import closed_period


class RosterTerm(models.Model):
    """構成員の任期: standing, or designated by the chair for one item; with the 守秘の確認 of that term."""

    class MemberKind(models.TextChoices):
        PUBLIC_BODY = "public_body", "国・地方公共団体の機関"
        CORPORATION = "corporation", "法人"
        INDIVIDUAL = "individual", "個人"

    user = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="構成員", related_name="roster_terms"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="機関", related_name="roster_terms"
    )
    member_kind = models.CharField("区分", max_length=20, choices=MemberKind.choices)
    item = models.ForeignKey(
        "meetings.AgendaItem",
        models.PROTECT,
        verbose_name="指名された案件",
        null=True,
        blank=True,
        related_name="designations",
    )
    designated_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_day = models.DateField("任期の開始日")
    until_day = models.DateField("任期の終了日")
    acknowledged_on = models.DateField("守秘を確認した日", null=True, blank=True)
    acknowledged_version = models.CharField("確認文の版", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援会議の構成員"
        ordering = ["agency", "user", "from_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__gte=F("from_day")),
                name="roster_term_period",
                violation_error_message="任期の終了日が開始日より前です。日付を直してください。",
            ),
            ExclusionConstraint(
                name="roster_term_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (closed_period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(item__isnull=True),
                violation_error_message="同じ人の任期が重なっています。前の任期の終了日を確かめてください。",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.from_day}〜{self.until_day}"

    @classmethod
    def designate(cls, item, *, user, agency, member_kind, by, on, until, acknowledged_on, version):
        """指名: the chair makes somebody a member for this item alone, with the acknowledgement of secrecy (P1)."""
        return cls.objects.create(
            user=user,
            agency=agency,
            member_kind=member_kind,
            item=item,
            designated_by=by,
            from_day=on,
            until_day=until,
            acknowledged_on=acknowledged_on,
            acknowledged_version=version,
        )
