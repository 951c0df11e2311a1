"""回収リスト: what became of one line."""

from django import forms

from cases.models import RecallEntry
from nisshin_support.forms import HouseForm, WarekiDateField


class RecallForm(HouseForm):
    """消し込み: what became of it, when, and a note."""

    outcome = forms.ChoiceField(
        label="どうなったか", choices=[("", "選んでください"), *RecallEntry.Outcome.choices]
    )
    on = WarekiDateField(label="確かめた日")
    note = forms.CharField(label="メモ", max_length=200, required=False)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self):
        """Not in the future."""
        day = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError("これからの日付は入力できません。確かめた日を入力してください。")
        return day
