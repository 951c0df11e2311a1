"""支援経過, contact details and the household: rows with a few more columns."""

from django.db import models, transaction

from cases.models.row import Row, RowVersion


class Record(Row):
    """支援経過: what happened, how, with whom, and what comes next (domain 3.6)."""

    KIND = Row.Kind.RECORD

    class Method(models.TextChoices):
        VISIT = "visit", "訪問・同行支援"
        INTERVIEW = "interview", "面談"
        TELEPHONE = "telephone", "電話相談・連絡"
        LETTER = "letter", "手紙・メール・FAX"
        INTERNAL = "internal", "所内会議"
        OTHER_AGENCY = "other_agency", "他機関との電話照会・協議"
        OTHER_MEETING = "other_meeting", "他機関との会議"
        OTHER = "other", "その他"

    happened_at = models.TimeField("時刻", null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("所要時間(分)", null=True, blank=True)
    method = models.CharField("対応方法", max_length=20, choices=Method.choices, blank=True)
    counterpart = models.CharField("相手", max_length=80, blank=True)
    judgement = models.TextField("所見・判断", blank=True)
    next_step = models.CharField("次の対応", max_length=200, blank=True)
    next_on = models.DateField("次の対応の期限", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援経過"

    def as_written(self):
        """Everything it says as one text: what an earlier version keeps."""
        parts = [self.text]
        if self.judgement:
            parts.append(f"【所見・判断】{self.judgement}")
        if self.next_step:
            parts.append(f"【次の対応】{self.next_step}")
        return "\n".join(parts)

    def rewrite(self, author, *, text, judgement, next_step, next_on, learnt=None):
        """Correct it as a new version; the earlier one keeps the judgement and the next step too."""
        self._say_learnt(author, learnt)
        with transaction.atomic():
            RowVersion.objects.create(
                row_id=self.pk, number=self.version, text=self.as_written(), author=self.author
            )
            self.text, self.judgement, self.next_step, self.next_on = text, judgement, next_step, next_on
            self.author, self.version = author, self.version + 1
            texts = ["text", "judgement", "next_step", "next_on"]
            self.save(update_fields=[*texts, "author", "version", "learned"])


class ContactDetail(Row):
    """連絡先: an address or telephone that is not concealed, with how it may be used. A row ①."""

    KIND = Row.Kind.CONTACT

    class Type(models.TextChoices):
        ADDRESS = "address", "住所"
        TELEPHONE = "telephone", "電話"
        MAIL = "mail", "メール"

    type = models.CharField("種類", max_length=20, choices=Type.choices)
    restriction = models.CharField(
        "連絡の制限", max_length=200, blank=True, help_text="例:留守番電話に残さない、同居の家族に知らせない"
    )

    class Meta:
        verbose_name = verbose_name_plural = "連絡先"


class HouseholdMember(Row):
    """世帯員 as told by the main subject: name, 続柄, 同居・別居 and since when. A row ① of the main subject."""

    KIND = Row.Kind.HOUSEHOLD

    class Living(models.TextChoices):
        TOGETHER = "together", "同居"
        APART = "apart", "別居"
        UNKNOWN = "unknown", "不明"

    name = models.CharField("氏名", max_length=80)
    relation = models.CharField("続柄", max_length=40)
    living = models.CharField("同居・別居", max_length=20, choices=Living.choices, default=Living.TOGETHER)
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="household_places"
    )
    from_day = models.DateField("いつから", null=True, blank=True)
    until_day = models.DateField("いつまで", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "世帯員"

    def as_written(self):
        """What it says as one text: what an earlier version keeps."""
        period = "".join(
            f" {word}{day}" for word, day in (("から", self.from_day), ("まで", self.until_day)) if day
        )
        return f"{self.name}({self.relation}) {self.get_living_display()}{period} {self.text}".strip()

    def rewrite(self, author, learnt=None):
        """Save what was changed as a new version; the stored one is kept with who wrote it."""
        self._say_learnt(author, learnt)
        with transaction.atomic():
            stored = HouseholdMember.objects.get(pk=self.pk)
            RowVersion.objects.create(
                row_id=self.pk, number=stored.version, text=stored.as_written(), author=stored.author
            )
            self.author, self.version = author, stored.version + 1
            self.save()
