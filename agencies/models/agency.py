"""機関: the units a person can name in a consent, and what the city has them do."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func, Q

from agencies.programmes import ImplementationForm
from nisshin_support.public_id import PublicIdField


class DateRange(Func):
    """A closed period of days: both ends belong to it, an open end is null."""

    function = "DATERANGE"
    output_field = DateRangeField()


def closed_period(start="from_day", end="until_day"):
    """The period of a model with a first and a last day, for overlap constraints."""
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def in_force(day, prefix=""):
    """The condition that a dated row holds on `day`; both ends are inside (visibility contract, head)."""
    return Q(**{f"{prefix}from_day__lte": day}) & (
        Q(**{f"{prefix}until_day__isnull": True}) | Q(**{f"{prefix}until_day__gte": day})
    )


class AgencyQuerySet(models.QuerySet):
    def active_on(self, day):
        """Agencies that exist on `day`."""
        return self.filter(in_force(day))


class Agency(models.Model):
    """機関: a section of the city, a contractor or one 民生委員; "the city" as a whole is not one."""

    class Kind(models.TextChoices):
        SECTION = "section", "市の課・係"
        CENTRE = "centre", "相談支援機関"
        CONTRACTOR = "contractor", "委託・指定管理の事業者"
        WELFARE_COMMISSIONER = "commissioner", "民生委員・児童委員"
        SCHOOL = "school", "学校・保育所等"
        MEDICAL = "medical", "医療機関"
        OTHER = "other", "その他の支援関係機関"

    public_id = PublicIdField()
    # Names change; the roster files find their agency by its code.
    code = models.SlugField("符号", max_length=40, unique=True, null=True, blank=True, editable=False)
    name = models.CharField("名称", max_length=120, unique=True)
    short_name = models.CharField("略称", max_length=30)
    kana = models.CharField("ふりがな", max_length=200, blank=True)
    kind = models.CharField("種別", max_length=20, choices=Kind.choices)
    provisional = models.BooleanField(
        "仮称", default=False, help_text="正式な名称を確認できていない機関に付けます。"
    )
    function = models.CharField(
        "担う機能", max_length=120, blank=True, help_text="例:地域包括支援センター運営事業"
    )
    postal_address = models.CharField("所在地", max_length=200, blank=True)
    telephone = models.CharField("電話", max_length=40, blank=True)
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)
    order = models.PositiveSmallIntegerField("並び順", default=100)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "機関"
        ordering = ["order", "kana", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=models.F("from_day")),
                name="agency_period",
                violation_error_message="終了日が開始日より前です。日付を直してください。",
            )
        ]

    def __str__(self):
        return f"{self.name}(仮称)" if self.provisional else self.name


class Commission(models.Model):
    """機関 × 計画の行 × 期間 × 実施形態: who carries out which line of the plan, and when."""

    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="機関", related_name="commissions")
    plan_row = models.ForeignKey(
        "agencies.PlanRow", models.PROTECT, verbose_name="計画の行", related_name="commissions"
    )
    layer = models.CharField("層・区分", max_length=20, blank=True, help_text="例:第1層")
    form = models.CharField("実施形態", max_length=20, choices=ImplementationForm.choices)
    headcount = models.PositiveSmallIntegerField(
        "配置人数", null=True, blank=True, help_text="人数で数える行だけ入力します。"
    )
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "委託等の実施"
        ordering = ["plan_row", "agency", "from_day"]
        constraints = [
            ExclusionConstraint(
                name="commission_no_overlap",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("plan_row", RangeOperators.EQUAL),
                    ("layer", RangeOperators.EQUAL),
                    (closed_period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="同じ機関と行の期間が重なっています。前の期間の終了日を確かめてください。",
            )
        ]

    def __str__(self):
        return f"{self.agency} {self.plan_row}"


class AgencyList(models.Model):
    """別表の版: a named, dated list of 支援関係機関 that a consent may refer to as a whole (contract §2, 6)."""

    name = models.CharField("名称", max_length=60, default="支援関係機関等 別表")
    version = models.CharField("版", max_length=20)
    from_day = models.DateField("施行日")
    agencies = models.ManyToManyField(Agency, verbose_name="機関", related_name="lists")

    class Meta:
        verbose_name = verbose_name_plural = "別表(支援関係機関等)"
        ordering = ["-from_day"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="agency_list_version")]

    def __str__(self):
        return f"{self.name} {self.version}"
