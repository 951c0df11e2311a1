"""承継: an agency takes over the work of another (a contractor changes). Two people confirm it, with the ground."""

from django.db import models
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField


class SuccessionQuerySet(models.QuerySet):
    def in_force(self, day):
        """Successions confirmed by a second person that have begun by `day`."""
        return self.filter(confirmed_on__isnull=False, from_day__lte=day)


class Succession(models.Model):
    """承継: from `from_day` on `new` reads the rows of `old` as its own (S1), read-only (contract §4).

    Participations, lead and assignments pass when it takes effect; consents only if they name the function.
    """

    public_id = PublicIdField()
    old = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="前の機関", related_name="successions"
    )
    new = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="引き継ぐ機関", related_name="predecessions"
    )
    from_day = models.DateField("引き継ぐ日")
    ground = models.CharField("根拠", max_length=200, help_text="例:委託契約の更新(契約書の日付)")
    asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    asked_on = models.DateField("申し出た日")
    confirmed_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField("確かめた日", null=True, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "機関の承継"
        ordering = ["-from_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(old=F("new")),
                name="succession_of_two",
                violation_error_message="前の機関と引き継ぐ機関が同じです。別の機関を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_on__isnull=False, confirmed_by__isnull=False) & ~Q(confirmed_by=F("asked_by")),
                name="succession_by_two",
            ),
            models.UniqueConstraint(fields=["old", "new"], name="succession_once"),
        ]

    def __str__(self):
        return f"承継 {self.public_id}"
