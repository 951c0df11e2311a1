"""働きかけ・訪問: quick to type on the way back to the car."""

from django import forms

from cases.models import Category
from nisshin_support.days import ClockField, PastDayRules
from nisshin_support.forms import HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.versions import VersionRules
from outreach.models import Approach


class CategoriesField(forms.TypedMultipleChoiceField):
    """Of the six categories, those that the text touches."""

    def __init__(self, **options):
        options.setdefault("label", "情報の分類")
        options.setdefault(
            "help_text",
            "書いた内容に当てはまるものをすべて選びます。本人の同意は、分類ごとに確かめられます。",
        )
        super().__init__(choices=Category.choices, coerce=int, widget=forms.CheckboxSelectMultiple, **options)


class ApproachForm(PastDayRules, PeriodRules, HouseModelForm):
    """One attempt. Nobody has to have been met, and the text may be empty."""

    period_start, period_end = "happened_on", "next_on"
    happened_on = WarekiDateField(label="日付")
    happened_at = ClockField(label="時刻", required=False)
    means = forms.ChoiceField(label="方法", choices=Approach.Means.choices, widget=forms.RadioSelect)
    response = forms.ChoiceField(label="結果", choices=Approach.Response.choices, widget=forms.RadioSelect)
    categories = CategoriesField()
    next_on = WarekiDateField(label="次の予定日", required=False)

    class Meta:
        model = Approach
        fields = [
            "happened_on",
            "happened_at",
            "means",
            "response",
            "staff_count",
            "text",
            "safety_note",
            "next_on",
        ]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6}),
            "staff_count": forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"}),
        }
        labels = {"text": "様子・やりとり"}
        help_texts = {
            "text": "会えなかったときは、空のままでもかまいません。郵便受けや明かりなど、気づいたことがあれば書きます。",
            "staff_count": "訪ねた、または電話した職員の人数",
            "safety_note": "例:犬がいる、必ず二人で、日没前に",
        }


class ApproachCorrectionForm(VersionRules, ApproachForm):
    """A correction: the text becomes a new version; whom and what it is about stays."""

    categories = None

    def _stored_version(self):
        return self.instance.locked_version()
