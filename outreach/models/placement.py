"""参加支援: 受入れ先 and their menus (no personal data), and the placement of a case with follow-ups (rows)."""

from django.db import models

from cases.models.row import Row
from nisshin_support.public_id import PublicIdField


class Host(models.Model):
    """受入れ先(協力事業者). Names no person whom it hosts."""

    public_id = PublicIdField()
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("種別", max_length=60, blank=True, help_text="例:農園、商店、ボランティア団体")
    town = models.CharField("町名", max_length=40, blank=True)
    contact = models.CharField("担当者・連絡先", max_length=200, blank=True)
    capacity = models.PositiveSmallIntegerField("受け入れられる人数", default=1)
    note = models.TextField("配慮できること・条件", blank=True)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, verbose_name="登録した機関", related_name="hosts")
    from_day = models.DateField("協力の開始日")
    until_day = models.DateField("協力の終了日", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "受入れ先"
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class HostMenu(models.Model):
    """支援メニュー: what one can do at a host."""

    host = models.ForeignKey(Host, models.CASCADE, verbose_name="受入れ先", related_name="menus")
    name = models.CharField("メニュー", max_length=120)
    frequency = models.CharField("頻度の目安", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援メニュー"
        ordering = ["host", "name"]

    def __str__(self):
        return self.name


class Placement(Row):
    """マッチング: 打診 → 見学 → 体験 → 受入 → 定着 → 終了, of one case's person at one host."""

    # Named, because `row.placement` would clash with the field of that name on other kinds of row.
    row_ptr = models.OneToOneField(
        Row, models.CASCADE, parent_link=True, primary_key=True, related_name="as_placement"
    )

    KIND = Row.Kind.PLACEMENT

    class Stage(models.TextChoices):
        ASKED = "asked", "打診"
        VISIT = "visit", "見学"
        TRIAL = "trial", "体験"
        ACCEPTED = "accepted", "受入"
        SETTLED = "settled", "定着"
        ENDED = "ended", "終了"

    host = models.ForeignKey(Host, models.PROTECT, verbose_name="受入れ先", related_name="placements")
    menu = models.ForeignKey(HostMenu, models.PROTECT, verbose_name="メニュー", null=True, blank=True, related_name="placements")
    stage = models.CharField("段階", max_length=20, choices=Stage.choices, default=Stage.ASKED)
    stage_on = models.DateField("段階の日付")
    accepted_on = models.DateField("受入日", null=True, blank=True)
    settled_on = models.DateField("定着を確かめた日", null=True, blank=True)
    ended_on = models.DateField("終了日", null=True, blank=True)
    end_reason = models.CharField("終了の理由", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "マッチング"

    def move_to(self, stage, day, reason=""):
        """Go to `stage` on `day`, keeping the days that the counters need."""
        self.stage, self.stage_on = stage, day
        if stage == self.Stage.ACCEPTED:
            self.accepted_on = day
        if stage == self.Stage.SETTLED:
            self.settled_on = day
        if stage == self.Stage.ENDED:
            self.ended_on, self.end_reason = day, reason
        self.save(update_fields=["stage", "stage_on", "accepted_on", "settled_on", "ended_on", "end_reason"])


class PlacementFollowUp(Row):
    """定着支援・受入れ先支援: a follow-up to the person or to the host."""

    KIND = Row.Kind.FOLLOW_UP

    class To(models.TextChoices):
        PERSON = "person", "本人"
        HOST = "host", "受入れ先"

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="follow_ups")
    to = models.CharField("相手", max_length=10, choices=To.choices)
    next_on = models.DateField("次の予定日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定着支援"
