"""Forms of the case itself: filters of its timeline, its stage, its lead, one's own part in it, its end."""

from django import forms

from cases.forms.choosing import OneOf
from cases.models import Case, Category, Participation
from cases.models.case import Urgency
from nisshin_support.forms import HouseForm, HouseModelForm, WarekiDateField


class TimelineFilterForm(HouseForm):
    """Filters whose values are a category's number and opaque ids, nothing else: they stand in the address."""

    category = forms.TypedChoiceField(
        label="分類",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "すべて"), *Category.choices],
    )
    person = forms.ChoiceField(label="だれのこと", required=False)
    agency = forms.ChoiceField(label="記録した機関", required=False)

    def __init__(self, *args, people, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {person.public_id: person for person, _ in people}
        self.agencies = {agency.public_id: agency for agency in agencies}
        self.fields["person"].choices = [
            ("", "すべて"),
            *((person.public_id, name) for person, name in people),
        ]
        self.fields["agency"].choices = [("", "すべて"), *((key, str(a)) for key, a in self.agencies.items())]

        for name, width in (("category", "w-date"), ("person", "w-short"), ("agency", "w-date")):
            self.fields[name].widget.attrs["class"] = width

    def clean_person(self):
        """The person chosen, or None."""
        return self.people.get(self.cleaned_data["person"])

    def clean_agency(self):
        """The agency chosen, or None."""
        return self.agencies.get(self.cleaned_data["agency"])


class StageForm(HouseForm):
    """The stage of the work and its urgency; 終結 and 中断 have a sheet of their own."""

    stage = forms.ChoiceField(
        label="段階",
        choices=[choice for choice in Case.Stage.choices if choice[0] not in Case.Stage.closed()],
        widget=forms.Select(attrs={"class": "w-date"}),
    )
    urgency = forms.ChoiceField(
        label="緊急度",
        choices=Urgency.choices,
        required=False,
        widget=forms.Select(attrs={"class": "w-short"}),
    )


class ParticipationForm(HouseModelForm):
    """What one's own agency does in the case, and when it acts next."""

    next_on = WarekiDateField(label="次の予定日", required=False)

    class Meta:
        model = Participation
        fields = ["role_note", "next_on"]
        help_texts = {
            "role_note": "例: 家計の相談、通院の付き添い。ほかの関与機関に伝わる短い言葉で書きます。"
        }


class LeadOfferForm(HouseForm):
    """To which participant the lead is offered."""

    agency = OneOf(
        label="主担当を引き継ぐ機関",
        help_text="いま関与している機関から選びます。相手が引き受けるまで、主担当は変わりません。",
    )

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].offer(agencies)


class ClosingForm(HouseForm):
    """終結 or 中断: the reason, and who watches over the person afterwards."""

    stage = forms.ChoiceField(
        label="終え方",
        widget=forms.RadioSelect,
        choices=[(Case.Stage.CLOSED.value, "終結"), (Case.Stage.SUSPENDED.value, "中断")],
    )
    reason = forms.ChoiceField(label="理由", choices=[("", "選んでください"), *Case.ClosingReason.choices])
    day = WarekiDateField(label="終える日")
    aftercare = forms.CharField(
        label="終結後の主担当・見守り",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="だれが見守り、また相談があったときにどうするかを書きます。支援経過に残ります。",
    )

    def __init__(self, *args, case, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.case, self.today = case, today

    def clean_day(self):
        """Not before the case was opened, not after today."""
        day = self.cleaned_data["day"]
        if day < self.case.opened_on:
            raise forms.ValidationError("ケースの開始日より前です。日付を直してください。")
        if day > self.today:
            raise forms.ValidationError("先の日付では終えられません。今日までの日付にしてください。")
        return day
