"""What a city sets for itself: periods, numbers of days, display names, closing days."""

from django.db import models


class CitySetting(models.Model):
    """The city's settings: one row. Defaults are those of the design; none of them opens anything by itself."""

    city_name = models.CharField("市町村名", max_length=40, default="日進市")
    consent_meeting_name = models.CharField(
        "同意に基づく会議の表示名", max_length=40, default="重層的支援会議"
    )
    statute_meeting_name = models.CharField("法106条の6の会議の表示名", max_length=40, default="支援会議")
    meeting_open_days = models.PositiveSmallIntegerField("会議の閉鎖後に見られる日数", default=14)
    consent_months = models.PositiveSmallIntegerField("同意の既定の期間(月)", default=12)
    oral_consent_counts = models.BooleanField(
        "口頭の同意を有効とする",
        default=False,
        help_text="聴取記録のある口頭の同意を、情報共有の根拠として認めるかどうか。",
    )
    referral_answer_days = models.PositiveSmallIntegerField("つなぎの回答期限(開庁日)", default=5)
    review_months = models.PositiveSmallIntegerField("プランの見直しの間隔(月)", default=3)
    published_threshold = models.PositiveSmallIntegerField("公表する件数の下限", default=10)
    idle_lock_minutes = models.PositiveSmallIntegerField("離席時に閉じるまでの時間(分)", default=15)
    retention_years = models.PositiveSmallIntegerField("終結後の保存年数", default=5)
    secrecy_text = models.TextField(
        "守秘の確認文",
        default=(
            "この会議で知り得た秘密は、正当な理由なく漏らしません。この義務は、構成員でなくなった後も続きます。"
            "資料の複写・持ち出し・録音をせず、終了後に返却します。"
        ),
        help_text="条番号や罰則は、市が条文を確かめてから書き加えてください。",
    )
    secrecy_version = models.CharField("守秘の確認文の版", max_length=20, default="第1版")

    class Meta:
        verbose_name = verbose_name_plural = "市の設定"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_city_setting")]

    def __str__(self):
        return f"{self.city_name}の設定"

    @classmethod
    def current(cls):
        """The city's settings; the defaults where nobody has saved any yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Holiday(models.Model):
    """閉庁日 that the calendar does not know (年末年始, local closing days); weekends and 祝日 need no entry."""

    day = models.DateField("日", unique=True)
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "閉庁日"
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"
