"""同意: what a person has said about sharing. Nothing is copied from here: the gate reads it at every request."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q

from cases.models.row import Category
from nisshin_support.public_id import PublicIdField

DAYS_SOON = timedelta(days=30)


class AuthorityQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Authorities recorded for the people of cases that the viewer's agency leads, or behind visible consents."""
        from cases.visibility.consenting import visible_authorities

        return visible_authorities(self, viewer, purpose)


class Authority(models.Model):
    """代理権: the recorded power of somebody to speak for a person (contract §2, 2)."""

    class Kind(models.TextChoices):
        PARENT = "parent", "親権者"
        MINOR_GUARDIAN = "minor_guardian", "未成年後見人"
        ADULT_GUARDIAN = "adult_guardian", "成年後見人"
        CURATOR = "curator", "保佐人"
        ASSISTANT = "assistant", "補助人"
        VOLUNTARY = "voluntary", "任意後見人"

    FOR_MINORS = (Kind.PARENT, Kind.MINOR_GUARDIAN)

    public_id = PublicIdField()
    person = models.ForeignKey(
        "cases.Person", models.PROTECT, verbose_name="本人", related_name="authorities"
    )
    holder = models.ForeignKey(
        "cases.Person", models.PROTECT, verbose_name="代理人(登録者)", null=True, blank=True, related_name="+"
    )
    holder_name = models.CharField("代理人の氏名", max_length=80)
    kind = models.CharField("種別", max_length=20, choices=Kind.choices)
    proof = models.CharField(
        "確認した書類", max_length=120, blank=True, help_text="例:登記事項証明書、戸籍謄本"
    )
    covers_sharing = models.BooleanField("情報共有への同意が権限に含まれる", default=False)
    scope = models.CharField("権限の範囲", max_length=200, blank=True)
    suspected_of_harm = models.BooleanField("本人に危害を加えている疑いがある", default=False)
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)
    recorded_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代理権"
        ordering = ["from_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")), name="authority_period"
            )
        ]

    def __str__(self):
        return f"代理権 {self.public_id}"


def every_category():
    """All six categories: what an unlimited refusal covers."""
    return list(Category.values)


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Statements the viewer sees whole: as lead, or as the coordinator's agency taking part (§1)."""
        from cases.visibility import visible_consents

        return visible_consents(self, viewer, purpose)

    def concerning(self, viewer, purpose):
        """Consents that name the viewer's agency as recipient, in cases it sees: what is said about itself."""
        from cases.visibility import consents_concerning

        return consents_concerning(self, viewer, purpose)

    def ending_soon(self, day):
        """Consents not withdrawn whose last day lies within the next 30 days."""
        given = self.filter(kind=Consent.Kind.GIVEN, withdrawn_on__isnull=True)
        return given.filter(until_day__range=(day, day + DAYS_SOON)).order_by("until_day", "pk")

    def for_list(self):
        """Everything one line of the list of statements shows: three queries, however many."""
        return self.select_related("person", "recipient_list", "recorded_by").prefetch_related(
            "recipients", "excluded"
        )


class Consent(models.Model):
    """意思表示: one dated statement of (or for) one person: 同意, 拒否, 一部撤回, or that nobody has asked yet."""

    class Kind(models.TextChoices):
        GIVEN = "given", "同意"
        REFUSED = "refused", "拒否"
        NARROWED = "narrowed", "一部撤回"
        NOT_ASKED = "not_asked", "未確認"

    class GivenBy(models.TextChoices):
        SELF = "self", "本人"
        REPRESENTATIVE = "representative", "代理権のある人"
        RELATIVE = "relative", "代理権のない家族など(参考)"

    class Method(models.TextChoices):
        WRITTEN = "written", "書面"
        ORAL = "oral", "口頭(聴取記録)"
        ELECTRONIC = "electronic", "電磁的"

    public_id = PublicIdField()
    person = models.ForeignKey("cases.Person", models.PROTECT, verbose_name="だれの", related_name="consents")
    case = models.ForeignKey("cases.Case", models.PROTECT, verbose_name="ケース", related_name="consents")
    kind = models.CharField("意思表示", max_length=20, choices=Kind.choices)
    for_programme = models.BooleanField("重層的支援体制整備事業での情報共有について", default=True)
    given_on = models.DateField("意思表示の日")
    given_by = models.CharField("だれが", max_length=20, choices=GivenBy.choices, default=GivenBy.SELF)
    authority = models.ForeignKey(
        Authority, models.PROTECT, verbose_name="代理権", null=True, blank=True, related_name="+"
    )
    giver_name = models.CharField("意思表示をした人", max_length=80, blank=True)
    method = models.CharField("方法", max_length=20, choices=Method.choices, blank=True)
    oral_record = models.TextField("聴取記録", blank=True)
    recipients = models.ManyToManyField(
        "agencies.Agency", verbose_name="提供先の機関", blank=True, related_name="+"
    )
    recipient_list = models.ForeignKey(
        "agencies.AgencyList",
        models.PROTECT,
        verbose_name="別表の版",
        null=True,
        blank=True,
        related_name="+",
    )
    names_function = models.BooleanField(
        "担う機能で名指しする",
        default=False,
        help_text="事業者が替わっても、同じ機能を引き継いだ機関への同意として扱います。",
    )
    all_agencies = models.BooleanField(
        "すべての機関について", default=False, help_text="拒否・一部撤回のとき"
    )
    excluded = models.ManyToManyField(
        "agencies.Agency", verbose_name="除く機関", blank=True, related_name="+"
    )
    categories = ArrayField(
        models.PositiveSmallIntegerField(choices=Category.choices),
        verbose_name="分類",
        default=list,
        blank=True,
    )
    from_day = models.DateField("開始日", null=True, blank=True)
    until_day = models.DateField("終了日", null=True, blank=True)
    review_on = models.DateField("見直し日", null=True, blank=True)
    form_version = models.CharField("説明に使った様式の版", max_length=40, blank=True)
    explained = models.TextField("説明したこと", blank=True)
    explainer = models.CharField("説明した人", max_length=80, blank=True)
    witness = models.CharField("立会人", max_length=80, blank=True)
    paper_kept_at = models.CharField("原本の保管場所", max_length=120, blank=True)
    copy_given = models.BooleanField("写しを渡した", default=False)
    narrows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="narrowings")
    withdrawn_on = models.DateField("撤回日", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回の記録日時", null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        "agencies.Membership", models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawal_note = models.TextField("撤回の記録", blank=True, editable=False)
    recorded_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="記録した機関", related_name="+"
    )
    author = models.ForeignKey(
        "agencies.Membership", models.PROTECT, verbose_name="記録した人", related_name="+"
    )
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "意思表示"
        ordering = ["-given_on", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["person", "kind", "given_on"], name="consent_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="given") | Q(from_day__isnull=False, until_day__isnull=False),
                name="consent_has_period",
                violation_error_message="同意の開始日と終了日を入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(from_day__isnull=True)
                | Q(until_day__isnull=True)
                | Q(until_day__gte=F("from_day")),
                name="consent_period",
                violation_error_message="同意の終了日が開始日より前です。日付を直してください。",
            ),
            models.CheckConstraint(
                condition=~Q(given_by="representative") | Q(authority__isnull=False),
                name="representative_has_authority",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.public_id}"

    @classmethod
    def state(cls, *, case, author, recipients=(), excluded=(), **fields):
        """Record a statement; `author` is the membership that heard it."""
        with transaction.atomic():
            consent = cls.objects.create(case=case, author=author, recorded_by=author.agency, **fields)
            consent.recipients.set(recipients)
            consent.excluded.set(excluded)
        return consent

    def withdraw(self, *, author, on, at, note=""):
        """撤回: closes the consent for every day, whatever the clock says (contract §2, 5).

        The first withdrawal counts: False, and nothing changed, when somebody has withdrawn it already.
        """
        fields = {"withdrawn_on": on, "withdrawn_at": at, "withdrawn_by": author, "withdrawal_note": note}
        standing = type(self).objects.filter(pk=self.pk, withdrawn_on__isnull=True, withdrawn_at__isnull=True)
        if not standing.update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True

    @property
    def is_withdrawn(self):
        """Whether a withdrawal exists, whatever its date."""
        return bool(self.withdrawn_on or self.withdrawn_at)

    def category_list(self):
        """Its categories, in their order."""
        return [Category(number) for number in sorted(self.categories)]
