"""会議: a sitting of one or two segments, each with its own legal basis (domain 2.3; vector 25)."""

from django.db import models

from nisshin_support.public_id import PublicIdField


class LegalBasis(models.TextChoices):
    """根拠; the display name of a meeting is a setting, its basis is not."""

    CONSENT = "consent", "本人同意(重層的支援会議)"
    STATUTE = "statute", "社会福祉法106条の6(支援会議)"


class MeetingQuerySet(models.QuerySet):
    def coming(self, day):
        """From `day` on, the nearest first."""
        return self.filter(day__gte=day).order_by("day", "start", "pk")

    def past(self, day):
        """Before `day`, the latest first."""
        return self.filter(day__lt=day).order_by("-day", "-pk")


class Meeting(models.Model):
    """会議の日: one sitting at one place. It says nothing of any case; what is on the table hangs from the items."""

    public_id = PublicIdField()
    day = models.DateField("開催日")
    start = models.TimeField("開始", null=True, blank=True)
    place = models.CharField("場所", max_length=120, blank=True)
    note = models.CharField(
        "連絡事項", max_length=200, blank=True, help_text="個人が分かることは書かないでください。"
    )
    convened_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="主催する機関", related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会議"
        ordering = ["-day", "-pk"]

    def __str__(self):
        return f"会議 {self.public_id}"


class SegmentQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Segments that the viewer has a part in: as office, chair or planned for one of its items."""
        from cases.visibility import visible_segments

        return visible_segments(self, viewer, purpose)


class Segment(models.Model):
    """会議の区分: the part of a sitting held on one legal basis, with its own roster, agenda and minutes."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "準備(照会)"
        CONFIRMED = "confirmed", "確定"
        HELD = "held", "開催"
        MINUTES = "minutes", "議事録"
        CLOSED = "closed", "閉鎖"
        CANCELLED = "cancelled", "中止"

    public_id = PublicIdField()
    meeting = models.ForeignKey(Meeting, models.PROTECT, verbose_name="会議", related_name="segments")
    order = models.PositiveSmallIntegerField("順番", default=1)
    legal_basis = models.CharField("根拠", max_length=10, choices=LegalBasis.choices, blank=True)
    display_name = models.CharField("表示名", max_length=60)
    chair = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="会長", null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="会長の代理", null=True, blank=True, related_name="+"
    )
    status = models.CharField("状態", max_length=20, choices=Status.choices, default=Status.PREPARING)
    confirmed_on = models.DateField("確定日", null=True, blank=True)
    cancelled_on = models.DateField("中止日", null=True, blank=True)
    closed_on = models.DateField("閉鎖日", null=True, blank=True)
    open_days = models.PositiveSmallIntegerField("閉鎖後に見られる日数", default=14)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会議の区分"
        ordering = ["meeting", "order"]
        constraints = [models.UniqueConstraint(fields=["meeting", "order"], name="segment_order")]

    def __str__(self):
        return f"{self.display_name} {self.public_id}"

    @property
    def is_statutory(self):
        """Whether it rests on 法106条の6 (支援会議)."""
        return self.legal_basis == LegalBasis.STATUTE

    def agenda_for(self, viewer):
        """The agenda as those who run the segment or keep its office count it: places, no headers (§3.2)."""
        return self.items.on_agenda_for(viewer)

    @property
    def is_over(self):
        """Closed or cancelled: nothing is prepared or written here any more."""
        return bool(self.closed_on or self.cancelled_on)

    def confirm(self, on):
        """確定: from now (at most 14 days before the day) its papers open to those planned (M3)."""
        self.status, self.confirmed_on = self.Status.CONFIRMED, on
        self.save(update_fields=["status", "confirmed_on"])

    def cancel(self, on):
        """中止: the segment opens nothing any more."""
        self.status, self.cancelled_on = self.Status.CANCELLED, on
        self.save(update_fields=["status", "cancelled_on"])

    def hold(self):
        """開催: the sitting has begun."""
        self.status = self.Status.HELD
        self.save(update_fields=["status"])

    def write_minutes(self):
        """議事録: the sitting is over, its minutes are being written."""
        self.status = self.Status.MINUTES
        self.save(update_fields=["status"])

    def close(self, on):
        """閉鎖: minutes are done; the table stays open for `open_days` more days, then 会議記録 alone opens it."""
        self.status, self.closed_on = self.Status.CLOSED, on
        self.save(update_fields=["status", "closed_on"])
