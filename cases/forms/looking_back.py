"""時間をさかのぼる: of which agency, and on which day."""

from django import forms

from cases.forms.choosing import OneOf
from nisshin_support.forms import HouseForm, WarekiDateField


class LookingBackForm(HouseForm):
    """機関 and その日; agencies are those that the asker may know of in this case."""

    agency = OneOf(label="どの機関のこと")
    day = WarekiDateField(label="いつのこと")

    def __init__(self, *args, agencies, today, **options):
        super().__init__(*args, **options)
        self.today = today
        self.fields["agency"].offer(agencies)

    def clean_day(self):
        """Not a day to come: nobody knows what will be known then."""
        day = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError("これからの日です。今日までの日を入力してください。")
        return day
