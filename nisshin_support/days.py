"""Days and times as people type them: a day that is not in the future, 14:03 or 1403 or 午後2時3分."""

import re
import unicodedata
from datetime import time

from django import forms
from django.core.exceptions import ValidationError

CLOCK = re.compile(
    r"(?P<half>午前|午後)?(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{1,2})?分?|(?P<packed>\d{2}))?"
)


class ClockField(forms.Field):
    """A time of day in any usual way of writing; cleans to a `time`."""

    widget = forms.TextInput(attrs={"class": "w-short", "autocomplete": "off", "maxlength": "10"})

    def __init__(self, **options):
        options.setdefault("help_text", "例: 14:03、1403、午後2時")
        super().__init__(**options)

    def prepare_value(self, value):
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, time):
            return value or None
        found = CLOCK.fullmatch(
            re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).replace("半", "30")
        )
        try:
            return _time(found) if found else self._unreadable()
        except ValueError:
            return self._unreadable()

    def _unreadable(self):
        raise ValidationError("時刻として読み取れません。14:03 のように入力してください。", code="clock")


def _time(found):
    afternoon = 12 if found["half"] == "午後" and int(found["hour"]) < 12 else 0
    return time(int(found["hour"]) + afternoon, int(found["minute"] or found["packed"] or 0))


class PastDayRules(forms.Form):
    """`past_day` cannot lie after `today`; put it before HouseForm in the class's bases."""

    past_day = "happened_on"

    def __init__(self, *args, today, **options):
        self.today = today
        super().__init__(*args, **options)

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get(self.past_day)
        if day and day > self.today:
            self.add_error(self.past_day, "まだ来ていない日付です。きょうまでの日付を入力してください。")
        return cleaned
