"""The chain of seals over the audit trail, and what sealing and checking found. No right of the web role on the seals."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AuditSeal(models.Model):
    """封印: one batch of entries, closed by a digest that continues the digest of the seal before it.

    `horizon`: every entry of a transaction below it is sealed here or earlier. `floor`: every entry up to this key is,
    whatever its transaction (kept when the database moved to another server, where transactions count anew).
    """

    number = models.BigIntegerField("番号", primary_key=True)
    form = models.PositiveSmallIntegerField("書き表し方")
    server = models.CharField("サーバー", max_length=40)
    sealed_at = models.DateTimeField("封印した日時")
    horizon = models.BigIntegerField("ここまでの取引")
    floor = models.BigIntegerField("ここまでの記録")
    first = models.BigIntegerField("はじめの記録")
    last = models.BigIntegerField("おわりの記録")
    count = models.PositiveIntegerField("件数")
    total = models.BigIntegerField("ここまでの件数")
    entries = ArrayField(models.BigIntegerField(), verbose_name="記録の並び")
    digests = models.BinaryField("記録ごとの要約値")
    content = models.CharField("中身の要約値", max_length=64)
    previous = models.CharField("前の封印の要約値", max_length=64)
    digest = models.CharField("要約値", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "監査記録の封印"
        ordering = ["number"]

    def __str__(self):
        return f"封印 {self.number}"


class AuditCheckQuerySet(models.QuerySet):
    def newest(self, act=None):
        """The newest one, of that act alone if one is given; None when there is none."""
        return (self.filter(act=act) if act else self).order_by("-pk").first()


class AuditCheck(models.Model):
    """封印と検証の結果: what the commands found, for the audit page; the web role only reads it."""

    class Act(models.TextChoices):
        SEAL = "seal", "封印"
        VERIFY = "verify", "検証"

    at = models.DateTimeField("日時", auto_now_add=True)
    act = models.CharField("したこと", max_length=10, choices=Act.choices)
    entries = models.BigIntegerField("記録の件数")
    seals = models.BigIntegerField("封印の数")
    unsealed = models.BigIntegerField("まだ封印されていない件数")
    problems = models.PositiveIntegerField("見つかった食い違い", default=0)
    horizon = models.BigIntegerField("ここまでの取引", default=0)
    floor = models.BigIntegerField("ここまでの記録", default=0)

    objects = AuditCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "封印と検証の結果"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.get_act_display()} {self.pk}"
