"""Forms of 名寄せ: finding records, saying why two are one person, undoing it."""

from django import forms

from nisshin_support.forms import HouseForm, KanaField, WarekiDateField


class IdentitySearchForm(HouseForm):
    """A name, a reading or a birth date; posted, so that no address carries a name."""

    name = forms.CharField(label="氏名", max_length=80, required=False)
    kana = KanaField(label="ふりがな", max_length=120, required=False)
    birth_date = WarekiDateField(label="生年月日", required=False)

    def clean(self):
        """Something to look for."""
        cleaned = super().clean()
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("氏名、ふりがな、生年月日のどれかを入力してください。")
        return cleaned


class JoinForm(HouseForm):
    """Why two records are one person."""

    ground = forms.CharField(
        label="同じ人と考えた理由",
        max_length=200,
        help_text="例: 住民票で、旧姓と生年月日が同じことを確かめた",
    )


class UndoForm(HouseForm):
    """Why two records are not one person."""

    reason = forms.CharField(label="理由", max_length=200, help_text="例: 生年月日の違う同姓同名の別人だった")
