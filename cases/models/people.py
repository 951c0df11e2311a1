"""People of the register, and what stands between them: separation and conflict of interest."""

from django.db import models
from django.db.models import Q

from nisshin_support import beginning  # noqa: F401  (the lookup `begins`)
from nisshin_support.kana import name_key
from nisshin_support.public_id import PublicIdField
from nisshin_support.wareki import PartialDate


class PersonQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """People the viewer may know of: only through a consultation or a case that the viewer sees (§1)."""
        from cases.visibility import visible_people

        return visible_people(self, viewer, purpose)

    def comparable_by(self, viewer, purpose):
        """People whom the viewer may compare for 名寄せ: name, kana, birth date and a flag, never their cases (§3.5)."""
        from cases.visibility.identity import identity_candidates

        return identity_candidates(self, viewer, purpose)

    def named_like(self, text):
        """People whose name or kana begins like `text`, whatever the script or the variant of a character."""
        key = name_key(text)
        return self.filter(Q(name_key__begins=key) | Q(kana_key__begins=key)) if key else self.none()

    def possibly(self, *, name="", kana="", birth_date=None):
        """People who may be the one described: alike in name or reading, or born on that day."""
        alike = Q(pk__in=[])
        for key in filter(None, (name_key(name), name_key(kana))):
            alike |= Q(name_key__begins=key) | Q(kana_key__begins=key)
        return self.filter(alike | Q(birth_date=birth_date) if birth_date else alike)

    def separated_from(self, person):
        """People under a separation from `person` that still stands."""
        apart = Separation.objects.filter(lifted_by__isnull=True)
        firsts = apart.filter(second=person).values("first")
        return self.filter(Q(pk__in=firsts) | Q(pk__in=apart.filter(first=person).values("second")))


class SeparationQuerySet(models.QuerySet):
    def standing(self):
        """Separations that two people have not lifted yet."""
        return self.filter(lifted_by__isnull=True)

    def of(self, person):
        """Separations in which `person` is one side."""
        return self.filter(Q(first=person) | Q(second=person))

    def between(self, person, other):
        """The separations of these two people, whichever was named first."""
        return self.filter(Q(first=person, second=other) | Q(first=other, second=person))


class Person(models.Model):
    """人: somebody in the register. Visible only through a consultation or case that the viewer sees."""

    class Sex(models.TextChoices):
        MALE = "male", "男性"
        FEMALE = "female", "女性"
        OTHER = "other", "その他"
        UNSAID = "unsaid", "回答しない"

    class Precision(models.TextChoices):
        DAY = "day", "年月日"
        MONTH = "month", "年月まで"
        YEAR = "year", "年まで"

    public_id = PublicIdField()
    name = models.CharField("氏名", max_length=80)
    kana = models.CharField("ふりがな", max_length=120, blank=True)
    name_key = models.CharField(max_length=120, editable=False)
    kana_key = models.CharField(max_length=160, editable=False)
    sex = models.CharField("性別", max_length=10, choices=Sex.choices, blank=True)
    birth_date = models.DateField("生年月日", null=True, blank=True)
    birth_precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    birth_estimated = models.BooleanField("推定", default=False)
    died_on = models.DateField("死亡日", null=True, blank=True)
    # Filled in by the second wall: who has just entered a record must be able to go on with it.
    entered_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人"
        ordering = ["kana_key", "name_key", "pk"]
        indexes = [
            models.Index(fields=["name_key"], name="person_name_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["kana_key"], name="person_kana_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["birth_date"], name="person_birth_date"),
        ]

    def __str__(self):
        # Never the name: str() ends up in logs and messages.
        return f"人 {self.public_id}"

    def save(self, *args, **kwargs):
        self.name_key, self.kana_key = name_key(self.name), name_key(self.kana)
        super().save(*args, **kwargs)

    @property
    def birth(self):
        """The birth date with its precision (年だけ, 推定), or None; what screens and forms show."""
        if self.birth_date is None:
            return None
        return PartialDate(self.birth_date, self.birth_precision, self.birth_estimated)

    @birth.setter
    def birth(self, known):
        self.birth_date = known.date if known else None
        self.birth_precision = known.precision if known else self.Precision.DAY
        self.birth_estimated = known.estimated if known else False

    def separations(self):
        """Standing separations in which this person is one side; asked for only by the lead of their case."""
        return Separation.objects.standing().of(self)


class Separation(models.Model):
    """分離: two people who must not learn of each other (DV・虐待). Stands until two people have lifted it."""

    first = models.ForeignKey(Person, models.PROTECT, verbose_name="一方", related_name="+")
    second = models.ForeignKey(Person, models.PROTECT, verbose_name="他方", related_name="+")
    reason = models.TextField("理由")
    recorded_on = models.DateField("記録日")
    recorded_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    lift_asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    lifted_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")

    objects = SeparationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分離"
        constraints = [
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="separation_of_two"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | Q(lift_asked_by__isnull=False),
                name="separation_lifted_by_two",
            ),
        ]

    def __str__(self):
        return f"分離 {self.pk}"

    def other_side(self, person):
        """Whom `person` is separated from by it."""
        return self.second if self.first_id == person.pk else self.first

    def ask_to_lift(self, membership):
        """The first of the two people who lift it; it stands until the second."""
        self.lift_asked_by = membership
        self.save(update_fields=["lift_asked_by"])

    def lift(self, membership):
        """The second person lifts it. Raises ValueError for the one who asked (§4: to lift, a second person)."""
        if self.lift_asked_by is None or self.lift_asked_by.user_id == membership.user_id:
            raise ValueError("解除には、申し出た人とは別の人の確認が必要です。")
        self.lifted_by = membership
        self.save(update_fields=["lifted_by"])


class ConflictOfInterest(models.Model):
    """利害関係: closes every purpose for this staff member or agency and this person (§3)."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人", related_name="conflicts")
    user = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="職員", null=True, blank=True)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, verbose_name="機関", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)
    recorded_on = models.DateField("記録日")
    recorded_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "利害関係"
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(agency__isnull=False), name="conflict_of_somebody"
            )
        ]

    def __str__(self):
        return f"利害関係 {self.pk}"
