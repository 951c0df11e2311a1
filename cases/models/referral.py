"""つなぎ: one agency hands a case to another, with the rows it encloses; and enclosure, which meetings use too."""

from django.db import models, transaction
from django.db.models import Q

from nisshin_support.public_id import PublicIdField


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Referrals from or to the viewer's agency (S6: no visible case is needed)."""
        from cases.visibility import visible_referrals

        return visible_referrals(self, viewer, purpose)

    def to_answer(self):
        """Sent and waiting for an answer."""
        return self.filter(status=Referral.Status.SENT)

    def answered_or_recalled(self):
        """Those that wait for nothing any more."""
        return self.exclude(status__in=[Referral.Status.SENT, Referral.Status.DRAFT])

    def most_urgent_first(self):
        """By urgency, then by how long they have waited."""
        from cases.models.case import Urgency

        ranks = [models.When(urgency=urgency, then=rank) for rank, urgency in enumerate(Urgency.values)]
        return self.order_by(models.Case(*ranks, default=len(ranks)), "sent_on", "pk")

    def with_agencies(self):
        """With what one line of a list names: both agencies and the sender."""
        return self.select_related("from_agency", "to_agency", "sender__user", "case")


class Referral(models.Model):
    """つなぎ(依頼): also the lead's invitation to take part. Its text and answer are rows of the case (S6)."""

    class Kind(models.TextChoices):
        REFERRAL = "referral", "つなぎ"
        COORDINATION = "coordination", "多機関協働への依頼"
        INVITATION = "invitation", "関与の依頼"

    class Ground(models.TextChoices):
        CONSENT = "consent", "本人の同意"
        LAW = "law", "法令に基づく(個人情報保護法69条1項)"
        INTERNAL_USE = "internal_use", "内部での利用(69条2項2号)"
        OTHER_BODY = "other_body", "他の行政機関等への提供(69条2項3号)"
        CLEAR_BENEFIT = "clear_benefit", "明らかに本人の利益等(69条2項4号)"

    class Status(models.TextChoices):
        DRAFT = "draft", "下書き"
        SENT = "sent", "送付"
        ACCEPTED = "accepted", "受理"
        RETURNED = "returned", "差戻し"
        RECALLED = "recalled", "取下げ"

    public_id = PublicIdField()
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="referrals")
    consultation = models.ForeignKey(
        "cases.Consultation",
        models.PROTECT,
        verbose_name="添える相談受付",
        null=True,
        blank=True,
        related_name="referrals",
    )
    kind = models.CharField("種類", max_length=20, choices=Kind.choices, default=Kind.REFERRAL)
    from_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="つなぎ元", related_name="+"
    )
    to_agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="つなぎ先", related_name="+"
    )
    ground = models.CharField("共有の根拠", max_length=20, choices=Ground.choices, blank=True)
    ground_note = models.TextField("根拠の説明", blank=True)
    urgency = models.CharField("緊急度", max_length=20, blank=True)
    status = models.CharField("状態", max_length=20, choices=Status.choices, default=Status.DRAFT)
    sent_on = models.DateField("送付日", null=True, blank=True)
    answer_due = models.DateField("回答期限", null=True, blank=True)
    answered_on = models.DateField("回答日", null=True, blank=True)
    sender = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    answerer = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    participation = models.ForeignKey(
        "cases.Participation", models.PROTECT, null=True, related_name="referrals"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "つなぎ"
        ordering = ["-sent_on", "-pk"]
        indexes = [models.Index(fields=["to_agency", "status"], name="referral_to_agency")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_agency=models.F("to_agency")),
                name="referral_to_another",
                violation_error_message="自分の機関にはつなげません。ほかの機関を選んでください。",
            )
        ]

    def __str__(self):
        return f"つなぎ {self.public_id}"

    @classmethod
    def refer(cls, *, case, author, text, categories, rows, day, due, learnt=None, **fields):
        """Write a referral with its text and the rows enclosed, and send it; `author` is the membership."""
        from cases.models.row import Row

        with transaction.atomic():
            referral = cls.objects.create(case=case, sender=author, from_agency=author.agency, **fields)
            Row.write(
                case=case,
                author=author,
                subjects=[case.main_subject],
                categories=categories,
                day=day,
                kind=Row.Kind.REFERRAL_TEXT,
                referral=referral,
                text=text,
                learnt=learnt,
            )
            Enclosure.objects.bulk_create(
                Enclosure(
                    row_id=row.pk, referral=referral, agency=author.agency, author=author, enclosed_on=day
                )
                for row in rows
            )
            referral.send(on=day, due=due)
        return referral

    def send(self, *, on, due):
        """送付: from now the receiver sees what is enclosed, as far as the ground carries it (S3)."""
        self.status, self.sent_on, self.answer_due = self.Status.SENT, on, due
        self.save(update_fields=["status", "sent_on", "answer_due"])

    def accept(self, *, author, on, text, subjects, role_note="", next_on=None, learnt=None):
        """受理: the receiver begins to take part in the case (§4); the sender stays a participant."""
        self.participation = self._taking_part(on)
        if role_note or next_on:
            self.participation.role_note, self.participation.next_on = role_note, next_on
            self.participation.save(update_fields=["role_note", "next_on"])
        self._answer(self.Status.ACCEPTED, author, on, text, subjects, learnt)

    def _taking_part(self, on):
        """The receiver's participation from `on`: a new one, or the one not over yet, without its end."""
        theirs = self.case.participations.filter(agency=self.to_agency)
        found = theirs.filter(Q(until_day__isnull=True) | Q(until_day__gte=on)).first()
        if found is None:
            return self.case.participations.create(agency=self.to_agency, from_day=on)
        found.from_day, found.until_day = min(found.from_day, on), None
        found.save(update_fields=["from_day", "until_day"])
        return found

    def return_to_sender(self, *, author, on, text, subjects, learnt=None):
        """差戻し with a reason; the receiver's sight of the referral's text ends 30 days later (S6)."""
        self._answer(self.Status.RETURNED, author, on, text, subjects, learnt)

    def recall(self, on):
        """取下げ by the sender before it is answered: the receiver sees nothing any more."""
        self.status, self.answered_on = self.Status.RECALLED, on
        self.save(update_fields=["status", "answered_on"])

    def waits_for(self, agency_id):
        """Whether it is sent to this agency and not answered yet."""
        return self.status == self.Status.SENT and self.to_agency_id == agency_id

    def _answer(self, status, author, on, text, subjects, learnt):
        from cases.models.row import Category, Row

        self.status, self.answered_on, self.answerer = status, on, author
        self.save(update_fields=["status", "answered_on", "answerer", "participation"])
        if text:
            Row.write(
                case=self.case,
                author=author,
                subjects=subjects,
                categories=[Category.SERVICES],
                day=on,
                kind=Row.Kind.REFERRAL_ANSWER,
                referral=self,
                text=text,
                learnt=learnt,
            )


class Enclosure(models.Model):
    """同封: a row laid into a referral or onto the table of a meeting's item. It never changes the row (S1)."""

    public_id = PublicIdField()
    row = models.ForeignKey("cases.Row", models.PROTECT, related_name="enclosures")
    referral = models.ForeignKey(Referral, models.PROTECT, null=True, blank=True, related_name="enclosures")
    item = models.ForeignKey(
        "meetings.AgendaItem", models.PROTECT, null=True, blank=True, related_name="enclosures"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="同封した機関", related_name="+"
    )
    author = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    enclosed_on = models.DateField("同封した日")
    removed_on = models.DateField("外した日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "同封"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(referral__isnull=False, item__isnull=True)
                | Q(referral__isnull=True, item__isnull=False),
                name="enclosed_in_one",
            ),
            models.UniqueConstraint(
                fields=["row", "referral"],
                condition=Q(removed_on__isnull=True),
                name="enclosed_once_in_referral",
            ),
            models.UniqueConstraint(
                fields=["row", "item"], condition=Q(removed_on__isnull=True), name="enclosed_once_in_item"
            ),
        ]

    def __str__(self):
        return f"同封 {self.public_id}"
