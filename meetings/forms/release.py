"""Forms of 解除: why a fact may leave the 支援会議, or why it stays."""

from django import forms

from nisshin_support.forms import HouseForm


class ReleaseForm(HouseForm):
    """Why the row is let out of the 支援会議."""

    reason = forms.CharField(
        label="解除の理由",
        max_length=200,
        help_text="例: 本人に会え、同じことを本人から聞いた。会議の外で支援に使う必要がある。",
    )


class DeclineForm(HouseForm):
    """Why it stays inside."""

    note = forms.CharField(label="解除しない理由", max_length=200)
