"""議題: what is brought to a segment, who is planned for it, who came."""

from django.db import models, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from cases.models.row import Row
from nisshin_support.public_id import PublicIdField


class AgendaItemQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Items whose header the viewer may see for `purpose` (contract §§3.2–3.4)."""
        from cases.visibility import visible_items

        return visible_items(self, viewer, purpose)

    def tables_open_to(self, viewer, purpose):
        """Items on whose table rows may lie open to the viewer, whether or not the header is (§3.3)."""
        from cases.visibility import visible_tables

        return visible_tables(self, viewer, purpose)

    def to_enclose_in(self, viewer, purpose):
        """Items in preparation in which the viewer may lay rows: called, or brought by its agency (§3.2)."""
        from cases.visibility import items_to_enclose_in

        return items_to_enclose_in(self, viewer, purpose)

    def on_agenda_for(self, viewer):
        """Items as those who run their segment or keep its office count them: places, no headers (§3.2)."""
        from cases.visibility import items_on_agenda

        return items_on_agenda(self.still_on(), viewer)

    def still_on(self):
        """Items that nobody took off the agenda."""
        return self.filter(withdrawn_on__isnull=True)


class AgendaItem(models.Model):
    """案件: a case on the agenda of a segment. Its title, question and reasons are rows written in it."""

    class Kind(models.TextChoices):
        NEW_PLAN = "new_plan", "新規プラン"
        REPLAN = "replan", "再プラン"
        MONITORING = "monitoring", "モニタリング"
        CLOSING = "closing", "終結評価"
        SUSPENSION = "suspension", "中断"
        AFTERWARDS = "afterwards", "事後報告"
        STATUTORY = "statutory", "支援会議案件"
        RESOURCE = "resource", "社会資源"

    class NoConsentReason(models.TextChoices):
        """List E: why there is no consent (domain 3.8)."""

        NO_CONTACT = "no_contact", "未接触"
        UNIDENTIFIED = "unidentified", "所在・本人特定が未了"
        REFUSED = "refused", "本人が拒否"
        CAPACITY = "capacity", "本人の判断能力に課題(代理人なし)"
        DANGER = "danger", "同意を求めることで本人・第三者に危険(虐待・DV等)"
        RUPTURE = "rupture", "同意を求めることで支援拒絶・関係断絶のおそれ"
        EMERGENCY = "emergency", "緊急"
        PARTIAL = "partial", "世帯員の一部のみ同意"
        WITHDRAWN = "withdrawn", "撤回された"
        OTHER = "other", "その他"
        CONSENTED = "consented", "同意あり(同意の内容を下に記入)"

    class Result(models.TextChoices):
        DISCUSSED = "discussed", "協議済"
        POSTPONED = "postponed", "次回へ"
        DROPPED = "dropped", "取下げ"

    public_id = PublicIdField()
    segment = models.ForeignKey(
        "meetings.Segment", models.PROTECT, verbose_name="会議の区分", related_name="items"
    )
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="agenda_items")
    kind = models.CharField("種別", max_length=20, choices=Kind.choices)
    order = models.PositiveSmallIntegerField("順番", default=1)
    minutes = models.PositiveSmallIntegerField("時間(分)", default=20)
    brought_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="提出した機関", related_name="+"
    )
    author = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    brought_on = models.DateField("提出日")
    no_consent_reason = models.CharField(
        "同意を得ていない理由", max_length=20, choices=NoConsentReason.choices, blank=True
    )
    called_on = models.DateField("照会日", null=True, blank=True)
    withdrawn_on = models.DateField("取下げ日", null=True, blank=True)
    result = models.CharField("結果", max_length=20, choices=Result.choices, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        ordering = ["segment", "order", "pk"]

    def __str__(self):
        return f"案件 {self.public_id}"

    @property
    def origin_of_what_is_written(self):
        """What is written at a 支援会議 stays inside it (§3.4); at a 重層的支援会議 it has no origin."""
        return self if self.segment.is_statutory else None

    @classmethod
    def bring(cls, *, segment, case, author, day, kind, texts, categories, no_consent_reason="", learnt=None):
        """提出: put the case at the end of the segment's agenda with its texts {kind of row: text} (§4)."""
        with transaction.atomic():
            type(segment).objects.select_for_update().get(pk=segment.pk)
            last = segment.items.aggregate(last=Max("order"))["last"] or 0
            item = cls.objects.create(
                segment=segment,
                case=case,
                kind=kind,
                order=last + 1,
                brought_by=author.agency,
                author=author,
                brought_on=day,
                no_consent_reason=no_consent_reason,
            )
            about = {"subjects": [case.main_subject], "categories": categories, "day": day, "learnt": learnt}
            for row_kind, text in texts.items():
                item.write(kind=row_kind, text=text, author=author, **about)
        return item

    @classmethod
    def numbers_for(cls, viewer, meetings):
        """{segment: how many items}, of segments in these meetings that the viewer runs or keeps the office of."""
        items = cls.objects.on_agenda_for(viewer).filter(segment__meeting__in=meetings).order_by()
        return dict(items.values_list("segment").annotate(number=Count("pk")))

    def seat(self, user, agency, *, by, on, substitute=False):
        """Select somebody for this item, once; a substitute is there already, so checked in at once (M1, P2)."""
        seat, new = self.attendances.get_or_create(
            user=user,
            agency=agency,
            removed_on=None,
            defaults={"selected_by": by, "planned_on": on, "substitute": substitute},
        )
        if substitute and new:
            seat.check_in()
        return seat

    def enclosures_of(self, agency):
        """What an agency laid on this item's table and did not take off again."""
        return (
            self.enclosures.filter(agency=agency, removed_on__isnull=True)
            .select_related("row")
            .order_by("pk")
        )

    def enclose(self, row, author, on):
        """同封: lay a row on this item's table; the row itself does not change."""
        given = {"agency": author.agency, "author": author, "enclosed_on": on}
        self.enclosures.get_or_create(row_id=row.pk, removed_on=None, defaults=given)

    def take_back(self, enclosure, on):
        """Take an enclosure off the table."""
        enclosure.removed_on = on
        enclosure.save(update_fields=["removed_on"])

    def write(self, *, kind, text, author, subjects, categories, day, model=Row, **fields):
        """Write a row at this item's table, with the segment's origin if it is a 支援会議."""
        return model.write(
            case=self.case,
            author=author,
            subjects=subjects,
            categories=categories,
            day=day,
            kind=kind,
            text=text,
            item=self,
            origin=self.origin_of_what_is_written,
            brought_by=author.agency,
            **fields,
        )

    def call(self, on):
        """照会: the selected agencies see header and question and prepare (§3.2)."""
        self.called_on = on
        self.save(update_fields=["called_on"])

    def conclude(self, result):
        """協議済, 次回へ or 取下げ: what the meeting did with the item."""
        self.result = result
        self.save(update_fields=["result"])

    def take_off(self, on):
        """取下げ: the item is off the agenda; nothing lies on its table any more."""
        self.withdrawn_on = on
        self.save(update_fields=["withdrawn_on"])


class Attendance(models.Model):
    """出席: somebody selected and planned for an item, checked in on the day; substitutes with the time (M1, P2)."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, verbose_name="案件", related_name="attendances")
    user = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="出席者", related_name="attendances"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="機関", related_name="attendances"
    )
    selected_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    planned_on = models.DateField("予定に入れた日")
    substitute = models.BooleanField("代理出席", default=False)
    added_at = models.DateTimeField("追加した日時", auto_now_add=True)
    checked_in_at = models.DateTimeField("出席を確認した日時", null=True, blank=True)
    removed_on = models.DateField("外した日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "出席"
        ordering = ["item", "agency", "pk"]
        indexes = [models.Index(fields=["user", "agency"], name="attendance_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "user", "agency"], condition=Q(removed_on__isnull=True), name="attends_once"
            )
        ]

    def __str__(self):
        return f"出席 {self.pk}"

    def check_in(self):
        """出席を確認: from the day on, only who is checked in sees the table (M1)."""
        if self.checked_in_at is None:
            self.checked_in_at = timezone.now()
            self.save(update_fields=["checked_in_at"])

    def remove(self, on):
        """Take somebody out of the plan: what lay open by it closes."""
        self.removed_on = on
        self.save(update_fields=["removed_on"])
