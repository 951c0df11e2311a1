"""The one search box."""

from django import forms

from nisshin_support.forms import HouseForm


class SearchForm(HouseForm):
    """氏名・かな・番号・生年月日 in one box."""

    q = forms.CharField(
        label="氏名・ふりがな・番号・生年月日",
        max_length=100,
        required=False,
        help_text="例: わたなべ、渡辺、令和8年度-0012、S30.1.1",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
