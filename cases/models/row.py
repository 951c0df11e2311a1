"""行: everything confidential that is written about people, in one table, so that one gate decides over all of it.

See docs/decisions/one-row-table.md. What needs more columns (a plan, a visit) extends the row; the rule never has to
know how.
"""

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from nisshin_support import clock
from nisshin_support.public_id import PublicIdField


class Category(models.IntegerChoices):
    """The six information categories of the national 管理・取扱規程 (domain 5.4)."""

    IDENTITY = 1, "①基本属性"
    HEALTH = 2, "②健康"
    WORK = 3, "③就労・就学・通所"
    MONEY = 4, "④経済"
    SERVICES = 5, "⑤福祉制度の利用"
    HISTORY = 6, "⑥生活歴・課題その他"


class InformationCategory(models.Model):
    """The six categories as rows, so that a rule over "some" or "every" category is one sub-query, not six."""

    number = models.PositiveSmallIntegerField("分類", primary_key=True, choices=Category.choices)

    class Meta:
        verbose_name = verbose_name_plural = "情報の分類"
        ordering = ["number"]

    def __str__(self):
        return self.get_number_display()


class MustSayWhereLearnt(ValueError):
    """The writer saw a 支援会議 about the person within 90 days and has not said where the fact was learnt (§3.4)."""


class RowQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose, item=None):
        """Rows the viewer may see for `purpose`; for a meeting's purposes, on the table of `item` (contract §3)."""
        from cases.visibility import visible_rows

        return visible_rows(self, viewer, purpose, item)

    def editable_by(self, viewer, purpose):
        """Of the visible rows, those the viewer's agency wrote and may correct (§4)."""
        from cases.visibility import editable_rows

        return editable_rows(self, viewer, purpose)

    def about(self, person):
        """Rows that say something about `person`, each once."""
        return self.filter(Exists(Matter.objects.order_by().filter(row=OuterRef("pk"), subject=person)))

    def in_category(self, number):
        """Rows that say something of the category, each once."""
        return self.filter(Exists(Matter.objects.order_by().filter(row=OuterRef("pk"), category=number)))

    def older_than(self, row):
        """Rows that stand after `row` in a timeline, newest first."""
        same_day = Q(happened_on=row.happened_on)
        same_moment = same_day & Q(recorded_at=row.recorded_at)
        return self.filter(
            Q(happened_on__lt=row.happened_on)
            | same_day & Q(recorded_at__lt=row.recorded_at)
            | same_moment & Q(pk__lt=row.pk)
        )

    def for_timeline(self):
        """Everything one line of a timeline shows: three queries, however many rows."""
        return (
            self.select_related("recorded_by", "case")
            .prefetch_related("matters__subject")
            .order_by("-happened_on", "-recorded_at", "-pk")
        )


class Row(models.Model):
    """行: one thing said about one or more people, in one or more categories, by one agency (contract §1)."""

    class Kind(models.TextChoices):
        RECORD = "record", "支援経過"
        ASSESSMENT = "assessment", "アセスメント"
        CONTACT = "contact", "連絡先"
        HOUSEHOLD = "household", "世帯員"
        PLAN = "plan", "プラン"
        GOAL = "goal", "目標"
        ACTION = "action", "支援内容"
        EVALUATION = "evaluation", "評価"
        REFERRAL_TEXT = "referral_text", "つなぎの内容"
        REFERRAL_ANSWER = "referral_answer", "つなぎへの回答"
        ITEM_TITLE = "item_title", "議題"
        ITEM_QUESTION = "item_question", "論点"
        ITEM_REASON = "item_reason", "同意を得ていない理由"
        ITEM_NECESSITY = "item_necessity", "共有の必要性"
        ANSWER = "answer", "照会への回答"
        MINUTES = "minutes", "議事録"
        DECISION = "decision", "決定事項"
        APPROACH = "approach", "働きかけ・訪問"
        PLACEMENT = "placement", "マッチング"
        FOLLOW_UP = "follow_up", "定着支援"

    class Learned(models.TextChoices):
        """What a writer says who saw a 支援会議 about the person in the last 90 days (contract §3.4)."""

        AT_MEETING = "at_meeting", "会議で知った"
        BY_ONESELF = "by_oneself", "自ら確認した"

    public_id = PublicIdField()
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="rows")
    kind = models.CharField("種類", max_length=20, choices=Kind.choices)
    text = models.TextField("内容", blank=True)
    happened_on = models.DateField("日付")
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)
    recorded_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="記録した機関", related_name="rows"
    )
    author = models.ForeignKey(
        "agencies.Membership", models.PROTECT, verbose_name="記録した人", related_name="+"
    )
    item = models.ForeignKey(
        "meetings.AgendaItem", models.PROTECT, null=True, blank=True, related_name="written_rows"
    )
    referral = models.ForeignKey("cases.Referral", models.PROTECT, null=True, blank=True, related_name="rows")
    origin = models.ForeignKey(
        "meetings.AgendaItem", models.PROTECT, null=True, blank=True, related_name="born_rows"
    )
    brought_by = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    released_on = models.DateField("解除日", null=True, editable=False)
    released_by = models.ForeignKey(
        "agencies.Membership", models.PROTECT, null=True, related_name="+", editable=False
    )
    release_confirmed_by = models.ForeignKey(
        "agencies.Membership", models.PROTECT, null=True, related_name="+", editable=False
    )
    release_reason = models.CharField("解除の理由", max_length=200, blank=True, editable=False)
    # Written within 90 days of a 支援会議 about the person: learnt there (has its origin), or found out by oneself.
    learned = models.CharField(
        "どこで知ったか", max_length=10, choices=Learned.choices, blank=True, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行"
        ordering = ["-happened_on", "-recorded_at", "-pk"]
        indexes = [
            models.Index(fields=["case", "-happened_on"], name="row_of_case"),
            models.Index(fields=["recorded_by", "case"], name="row_of_agency"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_on__isnull=True)
                | Q(released_by__isnull=False)
                & Q(release_confirmed_by__isnull=False)
                & ~Q(released_by=F("release_confirmed_by")),
                name="released_by_two",
            )
        ]

    KIND = Kind.RECORD

    def __str__(self):
        return f"{self.get_kind_display()} {self.public_id}"

    @classmethod
    def write(cls, *, case, author, subjects, categories, day, learnt=None, **fields):
        """Write a row about every (subject, category) pair; `author` is the membership acted through.

        `learnt` is the answer to 「どこで知ったか」 (cases.where_learnt): how, and at which 支援会議 item.
        Raises ValueError without a subject or a category: a row about nobody would pass every test of consent.
        """
        subjects, categories = list(subjects), list(categories)
        if not subjects or not categories:
            raise ValueError("だれの、どの分類のことかを選んでください。")
        fields |= learnt or {}
        if not fields.get("origin") and not fields.get("learned"):
            cls._refuse_if_seen_lately(author, subjects)
        fields.setdefault("kind", cls.KIND)
        with transaction.atomic():
            row = cls.objects.create(
                case=case, author=author, recorded_by=author.agency, happened_on=day, **fields
            )
            row.say_about(subjects, categories)
        return row

    @staticmethod
    def _refuse_if_seen_lately(author, subjects):
        from cases.visibility.learnt import items_seen_lately

        if items_seen_lately(author.user_id, subjects, clock.today()).exists():
            raise MustSayWhereLearnt("会議で知ったことか、自ら確認したことかを選んでください。")

    def copied(self):
        """What a copy of this row says of where it was learnt: as this one, or found out by oneself."""
        return {"learned": self.learned or self.Learned.BY_ONESELF, "origin": self.origin}

    def say_about(self, subjects, categories):
        """Set whom and what the row is about. Not for an enclosed row: that is enclosed anew (§4)."""
        Matter.objects.filter(row_id=self.pk).delete()
        Matter.objects.bulk_create(
            Matter(row_id=self.pk, subject=subject, category=category)
            for subject in subjects
            for category in categories
        )

    def _say_learnt(self, author, learnt):
        """A correction answers 「どこで知ったか」 as well; what was learnt at a 支援会議 needs a row of its own."""
        if learnt is None:
            self._refuse_if_seen_lately(author, self.subject_list())
        elif learnt.get("origin"):
            raise ValueError("会議で知ったことは、訂正ではなく、新しい記録に書いてください。")
        else:
            self.learned = self.learned or learnt["learned"]

    def correct(self, text, author, learnt=None):
        """Replace the text by a new version; the old one is kept with who wrote it."""
        self._say_learnt(author, learnt)
        with transaction.atomic():
            RowVersion.objects.create(row_id=self.pk, number=self.version, text=self.text, author=self.author)
            self.text, self.author, self.version = text, author, self.version + 1
            self.save(update_fields=["text", "author", "version", "learned"])

    def let_out(self, asked_by, confirmed_by, reason, day):
        """解除: two people let the row out of the 支援会議 where it was born (§4)."""
        self.released_by, self.release_confirmed_by = asked_by, confirmed_by
        self.released_on, self.release_reason = day, reason
        self.save(update_fields=["released_on", "released_by", "release_confirmed_by", "release_reason"])

    @property
    def is_enclosed(self):
        """Whether the row lies in a referral or on a meeting's table."""
        return self.enclosures.filter(removed_on__isnull=True).exists()

    def subject_list(self):
        """The people it is about, each once (from prefetched matters)."""
        return list({matter.subject_id: matter.subject for matter in self.matters.all()}.values())

    def category_list(self):
        """Its categories, in their order (from prefetched matters)."""
        return [Category(number) for number in sorted({matter.category for matter in self.matters.all()})]


class Matter(models.Model):
    """One (subject, category) pair of a row: where consent is asked, every pair must hold (contract §1)."""

    row = models.ForeignKey(Row, models.CASCADE, related_name="matters")
    subject = models.ForeignKey("cases.Person", models.PROTECT, related_name="matters")
    category = models.PositiveSmallIntegerField("分類", choices=Category.choices)

    class Meta:
        verbose_name = verbose_name_plural = "行の対象"
        ordering = ["row", "category", "subject"]
        constraints = [
            models.UniqueConstraint(fields=["row", "subject", "category"], name="matter_once"),
            models.CheckConstraint(condition=Q(category__gte=1, category__lte=6), name="matter_category"),
        ]

    def __str__(self):
        return f"{self.row_id}:{self.category}"


class RowVersion(models.Model):
    """An earlier text of a row. Seen by whoever sees the row today, never by an older rule."""

    row = models.ForeignKey(Row, models.CASCADE, related_name="earlier_versions")
    number = models.PositiveIntegerField()
    text = models.TextField("内容")
    author = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField("訂正日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "訂正前の内容"
        ordering = ["row", "-number"]
        constraints = [models.UniqueConstraint(fields=["row", "number"], name="row_version_once")]

    def __str__(self):
        return f"{self.row_id} 第{self.number}版"
