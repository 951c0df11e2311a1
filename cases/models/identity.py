"""名寄せ: two records of the register that are one person. Two people join them; undoing restores exactly."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from nisshin_support.public_id import PublicIdField


class PersonLinkQuerySet(models.QuerySet):
    def standing(self):
        """Links that nobody has undone, whether or not a second person has confirmed them."""
        return self.filter(undone_on__isnull=True)

    def waiting(self):
        """Links that wait for a second person."""
        return self.standing().filter(confirmed_on__isnull=True)


class PersonLink(models.Model):
    """名寄せ: `first` and `second` are the same person. Nothing is moved or copied: the gate reads the link.

    While it stands, separations, conflicts and death unite, and consent needs every record (contract §2); a statement
    given after a second person confirmed the link counts by itself (vector 22: narrow until re-confirmed).
    """

    public_id = PublicIdField()
    first = models.ForeignKey("cases.Person", models.PROTECT, verbose_name="一方の記録", related_name="+")
    second = models.ForeignKey("cases.Person", models.PROTECT, verbose_name="他方の記録", related_name="+")
    ground = models.CharField("同じ人と考えた理由", max_length=200)
    # A third record joined to one of two is joined to both, so that a link never has to be followed twice.
    because_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="derived", editable=False)
    joined_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    joined_on = models.DateField("結び付けた日")
    confirmed_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField("確かめた日", null=True, blank=True)
    undone_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    undone_on = models.DateField("元に戻した日", null=True, blank=True)
    undo_reason = models.CharField("元に戻した理由", max_length=200, blank=True)

    objects = PersonLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名寄せ"
        ordering = ["-joined_on", "-pk"]
        indexes = [
            models.Index(fields=["first"], name="link_first", condition=Q(undone_on__isnull=True)),
            models.Index(fields=["second"], name="link_second", condition=Q(undone_on__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="link_of_two"),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_on__isnull=False, confirmed_by__isnull=False) & ~Q(confirmed_by=F("joined_by")),
                name="link_confirmed_by_another",
            ),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                condition=Q(undone_on__isnull=True),
                name="linked_once",
            ),
        ]

    def __str__(self):
        return f"名寄せ {self.public_id}"
