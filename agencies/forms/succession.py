"""The form of 承継: which agency takes over from which, from when, on what ground."""

from agencies.models import Succession
from nisshin_support.forms import HouseModelForm, WarekiDateField


class SuccessionForm(HouseModelForm):
    """Two different agencies of the roster, a first day, and the ground."""

    class Meta:
        model = Succession
        fields = ["old", "new", "from_day", "ground"]
        field_classes = {"from_day": WarekiDateField}

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].queryset = agencies
            self.fields[name].to_field_name = "public_id"
        self.fields["from_day"].help_text = "この日に(または後で)、もう一人が確かめると引き継がれます。"

    def clean(self):
        """The new agency must exist on the day it takes over."""
        cleaned = super().clean()
        new, day = cleaned.get("new"), cleaned.get("from_day")
        if new and day and (new.from_day > day or (new.until_day and new.until_day < day)):
            self.add_error("new", "引き継ぐ日に、この機関は名簿にありません。機関の期間を確かめてください。")
        return cleaned
