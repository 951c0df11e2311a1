"""名寄せ: two records of the register that are one person. Two people join them; undoing restores exactly."""

from itertools import combinations

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from nisshin_support.public_id import PublicIdField


class PersonLinkQuerySet(models.QuerySet):
    def visible_to(self, viewer, purpose):
        """Links between people whom the viewer may compare for 名寄せ (§3.5)."""
        from cases.visibility.identity import visible_links

        return visible_links(self, viewer, purpose)

    def said(self):
        """Links that somebody said; the others follow from them."""
        return self.filter(because_of__isnull=True)

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
    undo_asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
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
            models.CheckConstraint(
                condition=Q(undone_on__isnull=True)
                | Q(confirmed_on__isnull=True)
                | Q(undo_asked_by__isnull=False) & ~Q(undone_by=F("undo_asked_by")),
                name="confirmed_link_undone_by_two",
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

    @classmethod
    def join(cls, first, second, *, ground, membership, day):
        """名寄せ: say that two records are one person; it waits for a second person, but narrows at once (§2).

        Raises ValueError for two records that are joined already, or kept apart: those are two people.
        """
        from cases.visibility.decisions import separated

        with transaction.atomic():
            _one_at_a_time()
            if first.pk == second.pk or cls._between(first, second).exists():
                raise ValueError("この二つの記録は、すでに結び付いています。")
            if type(first).objects.filter(separated(first.pk, second.pk), pk=first.pk).exists():
                raise ValueError("分離が記録されている二人です。同じ人として結び付けることはできません。")
            said = {"ground": ground, "joined_by": membership, "joined_on": day}
            link = cls.objects.create(first=first, second=second, **said)
            link._settle()
        return link

    @classmethod
    def _between(cls, first, second):
        pair = Q(first=first, second=second) | Q(first=second, second=first)
        return cls.objects.standing().filter(pair)

    @property
    def state(self):
        """Where it stands: undone, undoing, confirmed or waiting."""
        if self.undone_on:
            return "undone"
        if self.confirmed_on is None:
            return "waiting"
        return "undoing" if self.undo_asked_by_id else "confirmed"

    def confirm(self, membership, day):
        """A second person confirms. Raises ValueError for the one who joined them, or when nothing waits."""
        if self.state != "waiting" or self.because_of_id:
            raise ValueError("この名寄せは、確かめるのを待っていません。")
        if self.joined_by.user_id == membership.user_id:
            raise ValueError("結び付けた人とは別の人が確かめてください。")
        with transaction.atomic():
            _one_at_a_time()
            self.confirmed_by, self.confirmed_on = membership, day
            self.save(update_fields=["confirmed_by", "confirmed_on"])
            self._settle()

    def undo(self, membership, day, reason):
        """元に戻す: one that nobody confirmed ends at once; a confirmed one when a second person asks for it too.

        Undoing may widen what is seen (records no longer answer for one another), so a confirmed one takes two.
        Raises ValueError for the person who asked already, or when it is undone already.
        """
        if self.state == "undone" or self.because_of_id:
            raise ValueError("この名寄せは、もう元に戻されています。")
        if self.state == "confirmed":
            self.undo_asked_by, self.undo_reason = membership, reason
            self.save(update_fields=["undo_asked_by", "undo_reason"])
            return
        if self.state == "undoing" and self.undo_asked_by.user_id == membership.user_id:
            raise ValueError("元に戻すには、申し出た人とは別の人の確認が必要です。")
        with transaction.atomic():
            _one_at_a_time()
            self._end(membership, day, self.undo_reason or reason)
            self._settle()

    def _end(self, membership, day, reason):
        self.undone_by, self.undone_on, self.undo_reason = membership, day, reason
        self.save(update_fields=["undone_by", "undone_on", "undo_reason", "undo_asked_by"])

    def _settle(self):
        """Make the links that follow from others exactly those that follow: for every pair reached, one link.

        What is said never closes a circle (two records joined already are not joined again), so each pair is reached
        in one way, and confirmed when every step of it is.
        """
        keys = {self.first_id, self.second_id}
        for _ in range(2):
            near = PersonLink.objects.filter(Q(first__in=keys) | Q(second__in=keys))
            keys |= {
                key for pair in near.filter(self._lately()).values_list("first", "second") for key in pair
            }
        standing = list(PersonLink.objects.standing().filter(first__in=keys, second__in=keys))
        said = [link.pair for link in standing if not link.because_of_id]
        sure = [link.pair for link in standing if not link.because_of_id and link.confirmed_on]
        reached, surely = _reached(said), _reached(sure)
        for link in standing:
            if link.because_of_id and link.pair not in reached:
                link.undo_asked_by = self.undo_asked_by
                link._end(self.undone_by, self.undone_on, self.undo_reason)
            elif link.because_of_id and not link.confirmed_on and link.pair in surely:
                link._follow(self)
        for pair in reached - {link.pair for link in standing}:
            self._derive(pair)

    def _lately(self):
        """The links that may be touched: standing ones, and this one even when it is undone."""
        return Q(undone_on__isnull=True) | Q(pk=self.pk)

    @property
    def pair(self):
        """Both records, whichever was named first."""
        return frozenset((self.first_id, self.second_id))

    def _derive(self, pair):
        # Never confirmed yet: what is new is reached over this link, which waits for its second person.
        first, second = sorted(pair)
        said = {"ground": self.ground, "joined_by": self.joined_by, "joined_on": self.joined_on}
        PersonLink.objects.create(first_id=first, second_id=second, because_of=self, **said)

    def _follow(self, cause):
        """Confirmed with the last step of the way; by another person than the one who joined it."""
        by = cause.confirmed_by
        self.confirmed_by = cause.joined_by if by.pk == self.joined_by_id else by
        self.confirmed_on = cause.confirmed_on
        self.save(update_fields=["confirmed_by", "confirmed_on"])


def _one_at_a_time():
    """Two people joining records at once must not close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(106005)")


def _reached(pairs):
    """Every pair of records that these pairs lead from one to the other."""
    groups = []
    for pair in pairs:
        touched = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [frozenset().union(pair, *touched)]
    return {frozenset(two) for group in groups for two in combinations(sorted(group), 2)}
