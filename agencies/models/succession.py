"""承継: an agency takes over the work of another (a contractor changes). Two people confirm it, with the ground."""

from datetime import timedelta

from django.db import models, transaction
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField

ONE_DAY = timedelta(days=1)


class SuccessionQuerySet(models.QuerySet):
    def in_force(self, day):
        """Successions confirmed by a second person that have begun by `day`."""
        return self.filter(confirmed_on__isnull=False, from_day__lte=day)

    def waiting(self):
        """Successions that wait for a second person."""
        return self.filter(confirmed_on__isnull=True)


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

    @property
    def is_confirmed(self):
        """Whether a second person has confirmed it."""
        return self.confirmed_on is not None

    def take_effect(self, membership, day):
        """The second person confirms: participations, lead and work in hand pass to the new agency (§4).

        Raises ValueError for the person who asked, for a succession confirmed already, and before its first day:
        what the old agency still takes on until then must pass as well.
        """
        if membership.user_id == self.asked_by.user_id:
            raise ValueError("申し出た人とは別の人が確かめてください。")
        if self.is_confirmed:
            raise ValueError("この承継は、もう確かめられています。")
        if day < self.from_day:
            raise ValueError("引き継ぐ日になってから確かめてください。")
        with transaction.atomic():
            self.confirmed_by, self.confirmed_on = membership, day
            self.save(update_fields=["confirmed_by", "confirmed_on"])
            for participation in self._lasting(self.old.participations):
                self._pass_on(participation)
            for term in self._lasting(self.old.leads):
                self._pass_lead(term)
            # A person named is the old agency's: the new one names its own.
            self.old.assignments.filter(ended_on__isnull=True).update(agency=self.new, user=None)

    def _lasting(self, terms):
        """Of these dated terms, those that go on at or after the day of the succession; held until it is done."""
        lasting = Q(until_day__isnull=True) | Q(until_day__gte=self.from_day)
        return terms.filter(lasting).select_for_update(of=("self",))

    def _pass_on(self, participation):
        """End the old agency's participation the day before; the new one begins, or goes on with its own."""
        begins, ends = max(participation.from_day, self.from_day), participation.until_day
        participation.until_day = max(participation.from_day, self.from_day - ONE_DAY)
        participation.save(update_fields=["until_day"])
        # By the key of the case: whoever confirms knows no case.
        theirs = type(participation).objects.filter(case=participation.case_id)
        own = list(self._lasting(theirs.filter(agency=self.new)).order_by("from_day"))
        if own:
            theirs.filter(pk=own[0].pk).update(from_day=min(own[0].from_day, begins))
            theirs.filter(pk=own[-1].pk).update(until_day=_later(own[-1].until_day, ends))
            return
        theirs.create(
            case_id=participation.case_id,
            agency=self.new,
            role_note=participation.role_note,
            next_on=participation.next_on,
            begun_by="succession",
            from_day=begins,
            until_day=ends,
        )

    def _pass_lead(self, term):
        """The lead of a case: one at a time, so the old term ends before the new one begins."""
        begins, ends = max(term.from_day, self.from_day), term.until_day
        leads = type(term).objects.filter(case=term.case_id)
        if term.from_day < self.from_day:
            term.until_day = self.from_day - ONE_DAY
            term.save(update_fields=["until_day"])
            leads.create(case_id=term.case_id, agency=self.new, from_day=begins, until_day=ends)
        else:
            leads.filter(pk=term.pk).update(agency=self.new)


def _later(one, other):
    """The later of two last days; an open end is the last of all."""
    return None if one is None or other is None else max(one, other)
