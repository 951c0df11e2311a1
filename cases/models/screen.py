"""What the screens need to keep: a form sent twice has one effect; search words stay out of addresses."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from nisshin_support.public_id import PublicIdField


class FormSubmission(models.Model):
    """One accepted form: the same key again is answered with the same redirect and does nothing."""

    user = models.ForeignKey("agencies.User", models.CASCADE, related_name="+")
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=40)
    redirect = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "送信済みの用紙"
        constraints = [models.UniqueConstraint(fields=["user", "route", "key"], name="submitted_once")]

    def __str__(self):
        return f"送信 {self.pk}"


class StoredSearch(models.Model):
    """A search, kept under an opaque id so that no name ever stands in an address."""

    public_id = PublicIdField()
    user = models.ForeignKey("agencies.User", models.CASCADE, related_name="+")
    words = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "検索"

    def __str__(self):
        return f"検索 {self.public_id}"

    KEPT = timedelta(hours=12)

    @classmethod
    def keep(cls, user, **words):
        """Keep the words for this user's next page; the user's older searches are forgotten after half a day."""
        cls.objects.filter(user=user, at__lt=timezone.now() - cls.KEPT).delete()
        return cls.objects.create(user=user, words=words)

    @classmethod
    def of(cls, user, public_id):
        """The user's own search of that id, or None: nobody opens another's."""
        return cls.objects.filter(user=user, public_id=public_id).first()
