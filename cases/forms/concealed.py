"""Forms of what must not be found by the wrong person: concealed contacts, separations, conflicts of interest."""

from django import forms

from cases.forms.choosing import OneOf
from cases.forms.record import by_name
from cases.models import ConcealedContact, ConcealedHandover, ConflictOfInterest
from nisshin_support.forms import HouseForm, HouseModelForm
from nisshin_support.versions import VersionRules


class ReasonForm(HouseForm):
    """Why somebody opens a concealed contact; kept in the audit trail."""

    reason = forms.CharField(
        label="開く理由",
        min_length=5,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例: 本日の訪問のため。理由、あなたの名前、日時が記録に残ります。",
        error_messages={"min_length": "何のために開くのかが分かるように、5文字以上で書いてください。"},
    )


class ConcealedForm(VersionRules, HouseModelForm):
    """The concealed contact of the main subject."""

    class Meta:
        model = ConcealedContact
        fields = ["address", "telephone", "workplace", "note"]
        help_texts = {"note": "例: 相手方からの問い合わせには、知らないと答える。郵便は送らない。"}

    def clean(self):
        """Something must be written."""
        cleaned = super().clean()
        if not any(cleaned.get(name) for name in self.Meta.fields):
            raise forms.ValidationError("住所、電話、勤め先、注意のどれかを入力してください。")
        return cleaned


class ConcealedHandoverForm(HouseModelForm):
    """To whom, for which one act, on what ground, and who approves: somebody else."""

    class Meta:
        model = ConcealedHandover
        fields = ["agency", "act", "ground", "approver"]
        help_texts = {
            "act": "一つの行いだけを書きます。例: 6月15日の同行受診の送迎",
            "ground": "例: 本人の同意(書面)、児童虐待防止法",
            "approver": "自機関の、あなたとは別の人です。",
        }

    def __init__(self, *args, agencies, approvers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies
        self.fields["agency"].to_field_name = "public_id"
        self.fields["agency"].empty_label = self.fields["approver"].empty_label = "選んでください"
        self.fields["approver"].queryset = approvers
        self.fields["approver"].label_from_instance = lambda m: f"{m.user.name}({m.get_role_display()})"


class SeparationForm(HouseForm):
    """From whom the main subject is to be kept apart, and why."""

    other = OneOf(
        label="だれと分けるか",
        help_text="このケースで登録されている人から選びます。いない人は、世帯員として先に登録してください。",
    )
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].offer(people, by_name(people))


class ConflictForm(HouseForm):
    """Which member of staff, or which agency, must see nothing of this person."""

    person = OneOf(label="だれについて")
    user = forms.ModelChoiceField(
        label="職員",
        queryset=None,
        required=False,
        empty_label="選ばない",
        help_text="自機関の職員から選びます。",
    )
    agency = OneOf(
        label="機関",
        required=False,
        help_text="相手方の施設など、機関の全員に見せないときに選びます。",
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="例: 本人の親族、苦情の相手方")

    def __init__(self, *args, people, staff, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(people, by_name(people))
        self.fields["user"].queryset = staff
        self.fields["agency"].offer(agencies, empty="選ばない")

    def clean(self):
        """A member of staff or an agency, one of the two."""
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("user")) == bool(cleaned.get("agency")):
            self.add_error("user", "職員か機関の、どちらか一方を選んでください。")
        return cleaned

    def record(self, *, author, day):
        """Record the conflict: from now every purpose is closed to them for this person (§3)."""
        return ConflictOfInterest.objects.create(recorded_on=day, recorded_by=author, **self.cleaned_data)
