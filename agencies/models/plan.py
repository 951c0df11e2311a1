"""The rows of the plan's tables (実施計画 5-1 4), and their planned numbers by fiscal year."""

from django.db import models

from agencies.programmes import ImplementationForm, Measure, Programme


class PlanRow(models.Model):
    """One row of a table of the plan. Its numbers are versioned by 年度 in `PlannedNumber`."""

    code = models.SlugField("符号", max_length=40, unique=True)
    programme = models.CharField("事業", max_length=20, choices=Programme.choices)
    group = models.CharField("まとまり", max_length=80, blank=True, help_text="例:地域介護予防活動支援事業")
    name = models.CharField("事業・実施機関等", max_length=120)
    measure = models.CharField("数え方", max_length=20, choices=Measure.choices)
    note = models.CharField("注", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("並び順")

    class Meta:
        verbose_name = verbose_name_plural = "計画の行"
        ordering = ["order"]

    def __str__(self):
        return self.name


class PlannedNumber(models.Model):
    """The number that the plan sets for a row (and layer) in one 年度, with its 実施形態 and unit."""

    plan_row = models.ForeignKey(PlanRow, models.CASCADE, verbose_name="計画の行", related_name="numbers")
    fiscal_year = models.PositiveSmallIntegerField("年度", help_text="西暦。令和7年度は2025。")
    layer = models.CharField("層・区分", max_length=20, blank=True)
    form = models.CharField("実施形態", max_length=20, choices=ImplementationForm.choices)
    number = models.PositiveSmallIntegerField("計画の数")
    unit = models.CharField("単位", max_length=10, default="か所")
    status = models.CharField(
        "状況", max_length=60, blank=True, help_text="数えられない行の稼働の状況を書きます。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "計画の数"
        ordering = ["fiscal_year", "plan_row", "layer"]
        constraints = [
            models.UniqueConstraint(fields=["plan_row", "fiscal_year", "layer"], name="planned_number_once")
        ]

    def __str__(self):
        return f"{self.plan_row} {self.layer} {self.fiscal_year}年度"
