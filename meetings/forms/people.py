"""Forms about who attends: designation of a member by the chair."""

from django import forms

from meetings.models import RosterTerm
from nisshin_support.forms import HouseForm, WarekiDateField


class DesignationForm(HouseForm):
    """指名: for one person and this item alone, with the day on which secrecy was acknowledged (P1)."""

    member_kind = forms.ChoiceField(label="区分", choices=RosterTerm.MemberKind.choices)
    acknowledged_on = WarekiDateField(label="守秘を確認した日")

    def __init__(self, *args, today, **options):
        super().__init__(*args, **options)
        self.today = today

    def clean_acknowledged_on(self):
        day = self.cleaned_data["acknowledged_on"]
        if day > self.today:
            raise forms.ValidationError("まだ来ていない日です。本人が確認した日を入力してください。")
        return day
