"""参加支援: 受入れ先 and their menus (no personal data), and the placement of a case with follow-ups (rows)."""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Prefetch, Value, When

from agencies.models.agency import in_force
from cases.models.row import Row, RowQuerySet
from nisshin_support.public_id import PublicIdField


class HostQuerySet(models.QuerySet):
    def active_on(self, day):
        """Hosts that cooperate on `day`."""
        return self.filter(in_force(day))

    def kept_by(self, agency):
        """Hosts that `agency` registered and therefore keeps up to date."""
        return self.filter(agency=agency)

    def with_menus(self):
        """Each with its menus still offered, as `offered`."""
        return self.select_related("agency").prefetch_related(
            Prefetch("menus", HostMenu.objects.offered(), to_attr="offered")
        )


class Host(models.Model):
    """受入れ先(協力事業者). Names no person whom it hosts."""

    public_id = PublicIdField()
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("種別", max_length=60, blank=True, help_text="例:農園、商店、ボランティア団体")
    town = models.CharField("町名", max_length=40, blank=True)
    contact = models.CharField("担当者・連絡先", max_length=200, blank=True)
    capacity = models.PositiveSmallIntegerField("受け入れられる人数", default=1)
    note = models.TextField("配慮できること・条件", blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="登録した機関", related_name="hosts"
    )
    from_day = models.DateField("協力の開始日")
    until_day = models.DateField("協力の終了日", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = HostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受入れ先"
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class HostMenuQuerySet(models.QuerySet):
    def offered(self):
        """Menus that have not been taken back."""
        return self.filter(retired_on__isnull=True)


class HostMenu(models.Model):
    """支援メニュー: what one can do at a host."""

    host = models.ForeignKey(Host, models.CASCADE, verbose_name="受入れ先", related_name="menus")
    name = models.CharField("メニュー", max_length=120)
    frequency = models.CharField("頻度の目安", max_length=60, blank=True)
    # Never deleted: a refusal to delete would tell that somebody is hosted there.
    retired_on = models.DateField("やめた日", null=True, blank=True, editable=False)

    objects = HostMenuQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支援メニュー"
        ordering = ["host", "name"]

    def __str__(self):
        return self.name

    def retire(self, day):
        """Offer it no more from `day` on; placements that use it keep it."""
        self.retired_on = day
        self.save(update_fields=["retired_on"])


class PlacementQuerySet(RowQuerySet):
    def running(self):
        """Placements that have not ended."""
        return self.exclude(stage=Placement.Stage.ENDED)

    def by_stage(self):
        """In the order of the stages, the newest first within each."""
        places = [When(stage=stage, then=Value(place)) for place, stage in enumerate(Placement.Stage.values)]
        return self.order_by(Case(*places, default=Value(99)), "-stage_on", "-pk")

    def for_list(self):
        """Everything a line of the list shows."""
        return self.select_related("case", "host", "menu", "recorded_by")


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
    menu = models.ForeignKey(
        HostMenu, models.PROTECT, verbose_name="メニュー", null=True, blank=True, related_name="placements"
    )
    stage = models.CharField("段階", max_length=20, choices=Stage.choices, default=Stage.ASKED)
    stage_on = models.DateField("段階の日付")
    visited_on = models.DateField("見学日", null=True, blank=True)
    tried_on = models.DateField("体験の開始日", null=True, blank=True)
    accepted_on = models.DateField("受入日", null=True, blank=True)
    settled_on = models.DateField("定着を確かめた日", null=True, blank=True)
    ended_on = models.DateField("終了日", null=True, blank=True)
    end_reason = models.CharField("終了の理由", max_length=120, blank=True)

    # The day on which each stage was reached, first to last; 打診 is the row's own day.
    DAYS = {
        Stage.ASKED: "happened_on",
        Stage.VISIT: "visited_on",
        Stage.TRIAL: "tried_on",
        Stage.ACCEPTED: "accepted_on",
        Stage.SETTLED: "settled_on",
        Stage.ENDED: "ended_on",
    }

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "マッチング"

    def day_of(self, stage):
        """When `stage` was reached, or None."""
        return getattr(self, self.DAYS[stage])

    def earliest_day_for(self, stage):
        """A move to `stage` cannot lie before the days of the stages before it."""
        earlier = list(self.DAYS)[: list(self.DAYS).index(stage)]
        return max(day for other in [self.Stage.ASKED, *earlier] if (day := self.day_of(other)))

    def move_to(self, stage, day, reason=""):
        """Go to `stage` on `day`. Going back is a correction: the days of the later stages are taken back."""
        order = list(self.DAYS)
        for later in order[max(order.index(stage), 1) :]:
            setattr(self, self.DAYS[later], None)
        if stage != self.Stage.ASKED:
            setattr(self, self.DAYS[stage], day)
        self.stage, self.stage_on, self.end_reason = stage, day, reason if stage == self.Stage.ENDED else ""
        self.save(update_fields=["stage", "stage_on", "end_reason", *list(self.DAYS.values())[1:]])


class FollowUpQuerySet(RowQuerySet):
    def planned(self):
        """The next days agreed on, soonest first, of placements not ended, where no later follow-up has come."""
        later = self.model.objects.order_by().filter(
            placement=OuterRef("placement"),
            recorded_by=OuterRef("recorded_by"),
            happened_on__gt=OuterRef("happened_on"),
        )
        running = self.exclude(placement__stage=Placement.Stage.ENDED)
        return running.filter(~Exists(later), next_on__isnull=False).order_by("next_on", "pk")


class PlacementFollowUp(Row):
    """定着支援・受入れ先支援: a follow-up to the person or to the host."""

    KIND = Row.Kind.FOLLOW_UP

    class To(models.TextChoices):
        PERSON = "person", "本人"
        HOST = "host", "受入れ先"

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="follow_ups")
    to = models.CharField("相手", max_length=10, choices=To.choices)
    next_on = models.DateField("次の予定日", null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定着支援"
