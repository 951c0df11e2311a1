"""アウトリーチ: 気づき (a hint, its informant sealed) and the attempts and visits before and after consent."""

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef

from cases.models.case import Case
from cases.models.record import Record
from cases.models.row import Category, Row, RowQuerySet
from nisshin_support.public_id import PublicIdField


class HintQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Hints that the viewer's agency took (§1)."""
        from cases.visibility import visible_hints

        return visible_hints(self, viewer, purpose)

    def waiting(self):
        """New hints and those being watched: somebody still has to do something."""
        return self.filter(status__in=[Hint.Status.NEW, Hint.Status.WATCHING])

    def soonest_first(self):
        """The next day to look again first, then the longest waiting."""
        return self.order_by(F("next_on").asc(nulls_last=True), "noticed_on", "pk")


class Hint(models.Model):
    """気づき: a sign that somebody may need support. Seen by the agency that took it; becomes a case 同意前."""

    class Source(models.TextChoices):
        RESIDENT = "resident", "近隣・地域の人"
        COMMISSIONER = "commissioner", "民生委員・児童委員"
        GUARDIAN = "guardian", "まちの守り人"
        AGENCY = "agency", "関係機関"
        SHOP = "shop", "店・配達・電気ガス水道など"
        OWN = "own", "自機関の活動の中で"
        OTHER = "other", "その他"

    class Status(models.TextChoices):
        NEW = "new", "新しい気づき"
        WATCHING = "watching", "見守り"
        CASE = "case", "ケースにした"
        ENDED = "ended", "対応を終えた"

    public_id = PublicIdField()
    noticed_on = models.DateField("気づいた日")
    source = models.CharField("どこから", max_length=20, choices=Source.choices)
    text = models.TextField("気づいたこと")
    area = models.CharField("地区・場所", max_length=120, blank=True)
    about = models.CharField("だれについて(分かる範囲で)", max_length=120, blank=True)
    person = models.ForeignKey("cases.Person", models.PROTECT, null=True, blank=True, related_name="hints")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="受けた機関", related_name="hints"
    )
    author = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    status = models.CharField("状態", max_length=20, choices=Status.choices, default=Status.NEW)
    next_on = models.DateField("次に確かめる日", null=True, blank=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="hints")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = HintQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "気づき"
        ordering = ["-noticed_on", "-pk"]

    def __str__(self):
        return f"気づき {self.public_id}"

    @property
    def is_open(self):
        """Whether somebody still has to do something."""
        return self.status in {self.Status.NEW, self.Status.WATCHING}

    def watch(self, next_on):
        """見守り: look again on `next_on`."""
        self.status, self.next_on = self.Status.WATCHING, next_on
        self.save(update_fields=["status", "next_on"])

    def end(self):
        """対応を終える: nothing more is to be done."""
        self.status, self.next_on = self.Status.ENDED, None
        self.save(update_fields=["status", "next_on"])

    def sealed_informant(self):
        """Who told it, or an empty form of it. To be opened on the informant's own page only."""
        return Informant.objects.filter(hint=self).first() or Informant(hint=self)

    def become_case(self, *, person, author, day, learnt=None):
        """Open a case 働きかけ中(同意前) about `person`; what was noticed becomes its first row, the informant never."""
        with transaction.atomic():
            self.case = Case.start(
                main_subject=person, agency=author.agency, day=day, stage=Case.Stage.APPROACH
            )
            self.person, self.status, self.next_on = person, self.Status.CASE, None
            self.save(update_fields=["case", "person", "status", "next_on"])
            Record.write(
                case=self.case,
                author=author,
                subjects=[person],
                categories=[Category.HISTORY],
                day=self.noticed_on,
                learnt=learnt,
                text=self.told(),
            )
        return self.case

    def told(self):
        """What was noticed and where, as one text."""
        return f"{self.text}\n\n場所: {self.area}" if self.area else self.text


class Informant(models.Model):
    """通報者: seen by the agency that took the hint, by nobody else, for no other purpose (§1)."""

    hint = models.OneToOneField(Hint, models.PROTECT, related_name="informant")
    name = models.CharField("氏名", max_length=80, blank=True)
    contact = models.CharField("連絡先", max_length=120, blank=True)
    relation = models.CharField("本人との関係", max_length=80, blank=True)
    wish = models.CharField("匿名などの希望", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "情報を寄せた人"

    def __str__(self):
        return f"情報提供者 {self.pk}"


class ApproachQuerySet(RowQuerySet):
    def planned(self):
        """The next days agreed on, soonest first; one that a later attempt by the same agency has overtaken is gone."""
        later = Approach.objects.order_by().filter(
            case=OuterRef("case"),
            recorded_by=OuterRef("recorded_by"),
            happened_on__gt=OuterRef("happened_on"),
        )
        return self.filter(~Exists(later), next_on__isnull=False).order_by("next_on", "pk")

    def newest_first(self):
        """As they happened, the newest first."""
        return self.order_by("-happened_on", F("happened_at").desc(nulls_last=True), "-pk")


class Approach(Row):
    """働きかけ・訪問: any attempt counts as one, whether or not somebody was met (domain 2.4, 4.2)."""

    KIND = Row.Kind.APPROACH

    class Means(models.TextChoices):
        VISIT = "visit", "訪問"
        TELEPHONE = "telephone", "電話"
        LETTER = "letter", "手紙・メモ"
        COMPANION = "companion", "同行"
        PLACE = "place", "居場所などで"
        OTHER = "other", "その他"

    class Response(models.TextChoices):
        MET = "met", "本人と話せた"
        FAMILY = "family", "家族と話せた"
        INTERCOM = "intercom", "インターホン越し"
        ABSENT = "absent", "不在・応答なし"
        REFUSED = "refused", "断られた"

    happened_at = models.TimeField("時刻", null=True, blank=True)
    means = models.CharField("方法", max_length=20, choices=Means.choices)
    response = models.CharField("結果", max_length=20, choices=Response.choices)
    staff_count = models.PositiveSmallIntegerField("職員の数", default=1)
    safety_note = models.CharField("安全の配慮", max_length=200, blank=True)
    next_on = models.DateField("次の予定日", null=True, blank=True)

    # 接触成功: the person or the family answered.
    REACHED = (Response.MET, Response.FAMILY, Response.INTERCOM)

    objects = ApproachQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "働きかけ・訪問"

    @property
    def reached(self):
        """接触成功, whatever came of it."""
        return self.response in self.REACHED

    def locked_version(self):
        """The version as stored, held until the act is done: in the row's own table, not its extension's."""
        return Row.objects.select_for_update().values_list("version", flat=True).get(pk=self.pk)

    def amend(self, *, author, text, learnt=None, **columns):
        """Correct the entry: the text as a new version, the other columns in place."""
        with transaction.atomic():
            for name, value in columns.items():
                setattr(self, name, value)
            self.save(update_fields=list(columns))
            self.correct(text, author, learnt)
