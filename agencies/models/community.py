"""地域づくり: places, activities, courses and 相談会 days. Nothing in here names a person."""

from django.db import models
from django.db.models import Q

from agencies.models.agency import Agency
from agencies.models.plan import PlanRow
from nisshin_support.public_id import PublicIdField


class Place(models.Model):
    """場・居場所・会場: where a line of the plan happens."""

    public_id = PublicIdField()
    code = models.SlugField("符号", max_length=40, unique=True, null=True, blank=True, editable=False)
    name = models.CharField("名称", max_length=120)
    provisional = models.BooleanField("仮称", default=False)
    plan_row = models.ForeignKey(PlanRow, models.PROTECT, verbose_name="計画の行", related_name="places")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="担当機関", related_name="places")
    town = models.CharField("町名", max_length=40, blank=True)
    note = models.TextField("案内", blank=True)
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "場・会場"
        ordering = ["plan_row", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=models.F("from_day")),
                name="place_period",
                violation_error_message="終了日が開始日より前です。日付を直してください。",
            )
        ]

    def __str__(self):
        return f"{self.name}(仮称)" if self.provisional else self.name


class Activity(models.Model):
    """活動の記録: what happened at a place (or for a line without a place) on a day, and how many came."""

    public_id = PublicIdField()
    plan_row = models.ForeignKey(PlanRow, models.PROTECT, verbose_name="計画の行", related_name="activities")
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name="場", related_name="activities", null=True, blank=True
    )
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="記録した機関", related_name="activities")
    day = models.DateField("日")
    title = models.CharField("内容", max_length=120)
    participants = models.PositiveIntegerField("参加者数(延べ)", default=0)
    helpers = models.PositiveIntegerField("担い手の数", default=0)
    coordinated = models.PositiveIntegerField("コーディネート件数", default=0)
    note = models.TextField("気づいたこと", blank=True, help_text="個人が分かることは書かないでください。")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "活動の記録"
        ordering = ["-day", "-pk"]

    def __str__(self):
        return f"{self.day} {self.title}"


class Course(models.Model):
    """まちの守り人養成などの講座: held where, by whom, how many took part and finished."""

    public_id = PublicIdField()
    plan_row = models.ForeignKey(PlanRow, models.PROTECT, verbose_name="計画の行", related_name="courses")
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name="会場", related_name="courses", null=True, blank=True
    )
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="実施機関", related_name="courses")
    day = models.DateField("日")
    title = models.CharField("講座名", max_length=120)
    participants = models.PositiveIntegerField("受講者数", default=0)
    completed = models.PositiveIntegerField("修了者数", default=0)
    note = models.TextField("記録", blank=True, help_text="個人が分かることは書かないでください。")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "講座"
        ordering = ["-day", "-pk"]

    def __str__(self):
        return f"{self.day} {self.title}"


class ConsultationDay(models.Model):
    """福祉なんでも相談会: one session at one venue; consultations are logged to it."""

    public_id = PublicIdField()
    plan_row = models.ForeignKey(
        PlanRow, models.PROTECT, verbose_name="計画の行", related_name="consultation_days"
    )
    place = models.ForeignKey(Place, models.PROTECT, verbose_name="会場", related_name="consultation_days")
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="担当機関", related_name="consultation_days"
    )
    day = models.DateField("日")
    start = models.TimeField("開始", null=True, blank=True)
    end = models.TimeField("終了", null=True, blank=True)
    staff_count = models.PositiveSmallIntegerField("相談員の数", default=0)
    note = models.TextField("記録", blank=True, help_text="個人が分かることは書かないでください。")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "福祉なんでも相談会"
        ordering = ["-day", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "day"],
                name="consultation_day_once",
                violation_error_message="同じ会場と日の相談会が登録されています。",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.place}"
