"""職員 and their memberships: 職員 × 機関 × 役割 × 期間."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from agencies.models.agency import Agency, closed_period, in_force


class Role(models.TextChoices):
    """役割; which purposes each opens is said by the gate alone (`cases.visibility.purposes`)."""

    COUNTER = "counter", "窓口職員"
    CHIEF = "chief", "機関責任者"
    OUTREACH = "outreach", "アウトリーチ担当"
    PARTICIPATION = "participation", "参加支援担当"
    COORDINATOR = "coordinator", "相談支援包括化推進員"
    CHAIR = "chair", "支援会議の会長"
    EXTERNAL = "external", "外部構成員"
    ROSTER = "roster", "名簿管理"
    STATISTICS = "statistics", "統計"
    AUDIT = "audit", "監査"


class User(AbstractUser):
    """職員: a log-in. It opens nothing by itself; people act through a `Membership`."""

    first_name = last_name = None
    name = models.CharField("氏名", max_length=80)
    kana = models.CharField("ふりがな", max_length=120, blank=True)
    # The password was made by others: the person chooses an own one before anything else.
    must_change_password = models.BooleanField(
        "次のログインでパスワードを変える", default=False, editable=False
    )

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "職員"
        ordering = ["kana", "username"]

    def __str__(self):
        return self.name

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def in_force(self, day):
        """Memberships that hold on `day`, of active staff, in agencies that exist on it."""
        return self.filter(in_force(day), in_force(day, "agency__"), user__is_active=True)

    def for_acting(self, user, day):
        """What a person may act through today; one query, agency included."""
        return (
            self.in_force(day)
            .filter(user=user)
            .select_related("agency")
            .order_by("agency__order", "role", "pk")
        )


class Membership(models.Model):
    """所属: a person's role in an agency for a period."""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="職員", related_name="memberships")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="機関", related_name="memberships")
    role = models.CharField("役割", max_length=20, choices=Role.choices)
    from_day = models.DateField("開始日")
    until_day = models.DateField("終了日", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "所属"
        ordering = ["user", "agency", "from_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")),
                name="membership_period",
                violation_error_message="終了日が開始日より前です。日付を直してください。",
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (closed_period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="同じ機関と役割の期間が重なっています。前の期間の終了日を確かめてください。",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.agency} {self.get_role_display()}"
