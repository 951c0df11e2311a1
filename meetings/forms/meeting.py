"""Forms of a meeting's day and of its segments."""

from django import forms

from meetings.models import LegalBasis, Meeting, Segment
from nisshin_support.days import ClockField
from nisshin_support.forms import HouseModelForm, WarekiDateField
from nisshin_support.versions import VersionRules


class MeetingForm(VersionRules, HouseModelForm):
    """開催日, 時刻, 場所; the day is fixed once a segment is confirmed."""

    day = WarekiDateField(label="開催日")
    start = ClockField(label="開始時刻", required=False)

    class Meta:
        model = Meeting
        fields = ["day", "start", "place", "note"]

    def __init__(self, *args, today, day_is_fixed=False, **options):
        super().__init__(*args, **options)
        self.today = today
        self.fields["place"].widget.attrs["class"] = "w-long"
        self.fields["note"].widget.attrs["class"] = "w-long"
        self.fields["day"].disabled = day_is_fixed

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day < self.today and not self.fields["day"].disabled:
            raise forms.ValidationError("今日より前の日です。これから開く会議の日を入力してください。")
        return day


class SegmentForm(HouseModelForm):
    """根拠 and its own name and chair: one part of the sitting."""

    legal_basis = forms.ChoiceField(
        label="会議の根拠",
        choices=[*LegalBasis.choices, ("", "まだ決めていない")],
        widget=forms.RadioSelect,
        required=False,
        help_text="根拠を選ぶまで、議題を確定できません。名前を変えても、根拠は変わりません。",
    )
    display_name = forms.CharField(
        label="表示名", max_length=60, required=False, help_text="空欄なら、市の設定にある名前になります。"
    )

    class Meta:
        model = Segment
        fields = ["legal_basis", "display_name", "chair", "deputy"]

    def __init__(self, *args, chairs, names, **options):
        super().__init__(*args, **options)
        self.names = names
        for name in ("chair", "deputy"):
            self.fields[name].queryset = chairs
            self.fields[name].help_text = "支援会議のときに選びます。"
            self.fields[name].empty_label = "選ばない"
        self.fields["legal_basis"].disabled = bool(self.instance.pk and self.basis_is_fixed())

    def basis_is_fixed(self):
        """A basis with items under it does not change: what was brought rests on it."""
        return self.instance.legal_basis and self.instance.items.exists()

    def clean(self):
        cleaned = super().clean()
        chair, deputy = cleaned.get("chair"), cleaned.get("deputy")
        if cleaned.get("legal_basis") == LegalBasis.STATUTE and not chair:
            self.add_error(
                "chair", "支援会議には会長を選んでください。議題の確定と出席の確認は会長が行います。"
            )
        if chair and chair == deputy:
            self.add_error("deputy", "会長とは別の人を選んでください。")
        if not cleaned.get("display_name"):
            cleaned["display_name"] = self.names.get(cleaned.get("legal_basis"), "会議")
        return cleaned


class SecondSegmentForm(SegmentForm):
    """A second segment on the same day, if there is one."""

    held = forms.BooleanField(label="同じ日に続けて、もう一つの会議を開く", required=False)
    field_order = ["held", "legal_basis", "display_name", "chair", "deputy"]

    def clean(self):
        if not self.cleaned_data.get("held"):
            return self.cleaned_data
        return super().clean()
