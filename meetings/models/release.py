"""解除: two people let a row (or a case) born at a 支援会議 out of it, with a reason (contract §4)."""

from django.db import models, transaction
from django.db.models import F, Q

from nisshin_support.public_id import PublicIdField

LISTED = 100


class ReleaseQuerySet(models.QuerySet):
    def waiting(self):
        """Releases that the other side has not answered."""
        return self.filter(granted__isnull=True)

    def to_answer_by(self, viewer):
        """Waiting releases whose other side the viewer is: the chair, or the agency that brought the fact (§4).

        Places only: whether the row itself is open to the viewer is asked again on the release's own page.
        """
        mine, bringer = self.waiting().exclude(asked_by__user=viewer.user_id), viewer.agency_id
        chair = Q(item__segment__chair=viewer.user_id) | Q(item__segment__deputy=viewer.user_id)
        brought = Q(row__brought_by=bringer) | Q(row__brought_by__isnull=True, row__recorded_by=bringer)
        return mine.filter(chair | brought | Q(row__isnull=True, case__opened_by=bringer))


class Release(models.Model):
    """解除: asked for by the segment's chair or the agency that brought the fact, granted by the other of the two."""

    public_id = PublicIdField()
    item = models.ForeignKey("meetings.AgendaItem", models.PROTECT, related_name="releases")
    row = models.ForeignKey("cases.Row", models.PROTECT, null=True, related_name="releases")
    # Without a row the case itself is let out: one that was opened because of the 支援会議.
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="releases")
    reason = models.CharField("解除の理由", max_length=200)
    asked_by = models.ForeignKey("agencies.Membership", models.PROTECT, related_name="+")
    asked_on = models.DateField("申し出た日")
    answered_by = models.ForeignKey("agencies.Membership", models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField("返事の日", null=True, blank=True)
    granted = models.BooleanField("解除する", null=True, blank=True)
    refusal_note = models.CharField("解除しない理由", max_length=200, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "解除"
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(row__isnull=False, case__isnull=True) | Q(row__isnull=True, case__isnull=False),
                name="release_of_one",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | ~Q(answered_by=F("asked_by")), name="release_by_two"
            ),
            models.UniqueConstraint(
                fields=["row"],
                condition=Q(granted__isnull=True, row__isnull=False),
                name="one_release_of_row_waiting",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(granted__isnull=True, case__isnull=False),
                name="one_release_of_case_waiting",
            ),
        ]

    def __str__(self):
        return f"解除 {self.public_id}"

    @classmethod
    def waiting_for(cls, viewer):
        """What this viewer may answer, the longest waiting first: with the side that asked, both have then spoken."""
        from cases.visibility.acts import acknowledged
        from cases.visibility.second_person import sides_to_release

        if not acknowledged(viewer):
            return []
        related = ("item__segment__meeting", "item__case", "row", "asked_by__user", "asked_by__agency")
        found = cls.objects.to_answer_by(viewer).select_related(*related).order_by("asked_on", "pk")

        def both(one):
            asker, told = one.asked_by, (one.item, one.row)
            asked = sides_to_release(asker.user_id, asker.agency_id, *told)
            return asked | sides_to_release(viewer.user_id, viewer.agency_id, *told)

        return [one for one in found[:LISTED] if len(both(one)) > 1]

    @classmethod
    def ask(cls, *, item, reason, membership, day, row=None, case=None):
        """One side asks to let the row (or the case) out of the 支援会議; it stays inside until the other grants it.

        Asked again while it waits, the first asking stands.
        """
        said = {"item": item, "reason": reason, "asked_by": membership, "asked_on": day}
        key = {"row_id": row.pk if row else None, "case": case, "granted": None}
        return cls.objects.get_or_create(**key, defaults=said)[0]

    def grant(self, membership, day):
        """The other side grants it: from today the row (or the case) is free. Raises ValueError for who asked."""
        with transaction.atomic():
            self._answer(True, membership, day)
            if self.row_id:
                self.row.let_out(self.asked_by, membership, self.reason, day)
            else:
                self.case.released_on = day
                self.case.save(update_fields=["released_on"])

    def decline(self, membership, day, note):
        """The other side does not: it stays inside, with the reason why."""
        self.refusal_note = note
        self._answer(False, membership, day)

    def _answer(self, granted, membership, day):
        if self.granted is not None:
            raise ValueError("この解除の申し出には、もう返事があります。")
        if membership.user_id == self.asked_by.user_id:
            raise ValueError("申し出た人とは別の人が返事をしてください。")
        self.granted, self.answered_by, self.answered_on = granted, membership, day
        self.save(update_fields=["granted", "answered_by", "answered_on", "refusal_note"])
