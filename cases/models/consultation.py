"""相談受付: one contact at a counter, on the telephone, on a visit or at a 相談会 (domain 3.1)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from cases.models.case import Case, Urgency
from cases.models.concealed import ConcealedContact
from cases.models.record import ContactDetail, Record
from cases.models.row import Category
from nisshin_support.public_id import PublicIdField


class Topic(models.TextChoices):
    """相談内容: list A, the 16 official wordings."""

    HEALTH = "health", "病気や健康、障害のこと"
    HOUSING = "housing", "住まいについて"
    INCOME = "income", "収入・生活費のこと"
    RENT = "rent", "家賃やローンの支払いのこと"
    TAXES = "taxes", "税金や公共料金等の支払いについて"
    DEBT = "debt", "債務について"
    JOB_SEARCH = "job_search", "仕事探し、就職について"
    JOB_TROUBLE = "job_trouble", "仕事上の不安やトラブル"
    NEIGHBOURHOOD = "neighbourhood", "地域との関係について"
    FAMILY = "family", "家族との関係について"
    CHILDCARE = "childcare", "子育てのこと"
    CARE = "care", "介護のこと"
    WITHDRAWAL = "withdrawal", "ひきこもり・不登校"
    VIOLENCE = "violence", "DV・虐待"
    FOOD = "food", "食べるものがない"
    OTHER = "other", "その他"


class Field(models.TextChoices):
    """分野: list D."""

    ELDERLY = "elderly", "高齢"
    DISABILITY = "disability", "障害"
    CHILDREN = "children", "こども・子育て"
    POVERTY = "poverty", "生活困窮"
    BETWEEN = "between", "その他(制度の狭間)"


class Route(models.TextChoices):
    """相談経路: list C."""

    SELF_VISIT = "self_visit", "本人自ら連絡(来所)"
    SELF_CALL = "self_call", "本人自ら連絡(電話・メール)"
    FAMILY_VISIT = "family_visit", "家族・知人から連絡(来所)"
    FAMILY_CALL = "family_call", "家族・知人から連絡(電話・メール)"
    OUTREACH = "outreach", "機関がアウトリーチして勧めた"
    AGENCY = "agency", "関係機関・関係者からの紹介"
    OTHER = "other", "その他"


class Channel(models.TextChoices):
    """相談方法."""

    VISIT = "visit", "来所"
    TELEPHONE = "telephone", "電話"
    HOME = "home", "訪問"
    MAIL = "mail", "メール・FAX"
    ONLINE = "online", "オンライン"
    FAIR = "fair", "相談会"
    OTHER = "other", "その他"


RECORD_METHODS = {
    Channel.VISIT: Record.Method.INTERVIEW,
    Channel.TELEPHONE: Record.Method.TELEPHONE,
    Channel.HOME: Record.Method.VISIT,
    Channel.MAIL: Record.Method.LETTER,
    Channel.ONLINE: Record.Method.INTERVIEW,
    Channel.FAIR: Record.Method.INTERVIEW,
}


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Consultations the viewer's agency took, or to which they are referred (§1)."""
        from cases.visibility import visible_consultations

        return visible_consultations(self, viewer, purpose)

    def taken_by(self, agency):
        """Those that `agency` took: it alone may change them, settle them and make a case of them (§1)."""
        return self.filter(agency=agency)

    def open(self):
        """Those whose outcome is not settled yet."""
        return self.filter(outcome="")


class Consultation(models.Model):
    """相談受付. Can be saved with date, channel and one line; anonymous is normal."""

    class Outcome(models.TextChoices):
        INFORMED = "informed", "情報提供で終了"
        OWN_SUPPORT = "own_support", "自機関で支援"
        REFER = "refer", "つなぐ"
        TOWARDS_CONSENT = "towards_consent", "同意に向け働きかける"
        COORDINATION = "coordination", "多機関協働へ"

    class ConsentSaid(models.TextChoices):
        YES = "yes", "あり"
        NO = "no", "なし"
        UNKNOWN = "unknown", "未確認"

    public_id = PublicIdField()
    taken_on = models.DateField("受付日")
    taken_at = models.TimeField("時刻", null=True, blank=True)
    channel = models.CharField("相談方法", max_length=20, choices=Channel.choices)
    summary = models.TextField("相談の内容")
    wish = models.TextField("希望・配慮してほしいこと", blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="受付機関", related_name="consultations"
    )
    author = models.ForeignKey("agencies.Membership", models.PROTECT, verbose_name="受付者", related_name="+")
    consultation_day = models.ForeignKey(
        "agencies.ConsultationDay",
        models.PROTECT,
        verbose_name="相談会",
        null=True,
        blank=True,
        related_name="consultations",
    )
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, null=True, blank=True, related_name="consultations"
    )
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="consultations"
    )
    caller_name = models.CharField("来談者(本人以外)の氏名", max_length=80, blank=True)
    caller_relation = models.CharField("本人との関係", max_length=60, blank=True)
    caller_telephone = models.CharField("来談者の電話", max_length=60, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    address_concealed = models.BooleanField("住所秘匿", default=False)
    telephone = models.CharField("電話", max_length=60, blank=True)
    contact_restriction = models.CharField("連絡の制限", max_length=200, blank=True)
    topics = ArrayField(
        models.CharField(max_length=20, choices=Topic.choices),
        verbose_name="相談内容",
        default=list,
        blank=True,
    )
    main_topic = models.CharField("一番困っていること", max_length=20, choices=Topic.choices, blank=True)
    fields = ArrayField(
        models.CharField(max_length=20, choices=Field.choices), verbose_name="分野", default=list, blank=True
    )
    main_field = models.CharField("主な分野", max_length=20, choices=Field.choices, blank=True)
    route = models.CharField("相談経路", max_length=20, choices=Route.choices, blank=True)
    introduced_by = models.CharField("紹介元", max_length=120, blank=True)
    urgency = models.CharField("緊急度", max_length=20, choices=Urgency.choices, default=Urgency.NORMAL)
    household_note = models.TextField("世帯のようす", blank=True)
    consent_said = models.CharField(
        "情報共有への同意", max_length=20, choices=ConsentSaid.choices, default=ConsentSaid.UNKNOWN
    )
    screening_note = models.TextField("スクリーニングの結果", blank=True)
    outcome = models.CharField("対応", max_length=20, choices=Outcome.choices, blank=True)
    settled_on = models.DateField("対応を決めた日", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "相談受付"
        ordering = ["-taken_on", "-pk"]
        indexes = [models.Index(fields=["agency", "-taken_on"], name="consultation_of_agency")]

    def __str__(self):
        return f"相談受付 {self.public_id}"

    @property
    def is_anonymous(self):
        """匿名: nobody of the register is known to it yet; it stays its agency's own (vector 21)."""
        return self.person_id is None

    def settle(self, outcome, day):
        """対応を決める on `day`; it may be decided anew as long as the work goes on."""
        self.outcome, self.settled_on, self.version = outcome, day, self.version + 1
        self.save(update_fields=["outcome", "settled_on", "version"])

    def open_case(self, *, author, day, stage=Case.Stage.RECEIVED, learnt=None):
        """Make a case of it, or return the case it has become already; nothing is typed twice.

        Raises ValueError for an anonymous one: a case has a main subject.
        """
        if self.is_anonymous:
            raise ValueError("本人が分からない受付は、ケースにできません。")
        with transaction.atomic():
            stored = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if stored.case_id:
                self.case = stored.case
                return self.case
            case = Case.start(
                main_subject=self.person, agency=self.agency, day=day, urgency=self.urgency, stage=stage
            )
            self.join(case, author, learnt)
        return case

    def join(self, case, author, learnt=None):
        """Write what was heard into `case`, and belong to it: text and household ⑥, contact details ①."""
        with transaction.atomic():
            self.case = case
            self._write_records(author, learnt)
            if self.address_concealed:
                self._seal_contact(author)
            else:
                self._write_contacts(author, learnt)
            self.version += 1
            self.save(update_fields=["case", "address", "telephone", "contact_restriction", "version"])

    def _write_records(self, author, learnt):
        about = {"case": self.case, "author": author, "subjects": [self.person], "day": self.taken_on}
        about |= {
            "learnt": learnt,
            "categories": [Category.HISTORY],
            "method": RECORD_METHODS.get(self.channel, Record.Method.OTHER),
        }
        wish = f"希望・配慮してほしいこと\n{self.wish}" if self.wish else ""
        text = "\n\n".join(part for part in (self.summary, wish) if part)
        # The caller's name stays in the consultation: who asked for help is not everybody's to know.
        counterpart = self.caller_relation or ("" if self.caller_name else "本人")
        Record.write(text=text, happened_at=self.taken_at, counterpart=counterpart, **about)
        if self.household_note:
            Record.write(text=f"世帯のようす\n{self.household_note}", **about)

    def _write_contacts(self, author, learnt):
        details = [(ContactDetail.Type.ADDRESS, self.address), (ContactDetail.Type.TELEPHONE, self.telephone)]
        known = [(kind, text) for kind, text in details if text]
        if self.contact_restriction and not known:
            known = [(ContactDetail.Type.TELEPHONE, "番号は聞いていません")]
        for kind, text in known:
            ContactDetail.write(
                case=self.case,
                author=author,
                subjects=[self.person],
                categories=[Category.IDENTITY],
                day=self.taken_on,
                learnt=learnt,
                type=kind,
                text=text,
                restriction=self.contact_restriction,
            )

    def _seal_contact(self, author):
        """住所秘匿: from now on only the lead opens it, on a typed reason; the consultation forgets it (§1)."""
        if self.address or self.telephone or self.contact_restriction:
            ConcealedContact.objects.create(
                case=self.case,
                person=self.person,
                address=self.address,
                telephone=self.telephone,
                note=self.contact_restriction,
                recorded_on=self.taken_on,
                recorded_by=author,
            )
        self.address = self.telephone = self.contact_restriction = ""
