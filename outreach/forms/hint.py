"""気づき: what was noticed; apart from it, who told it; and the step to a case."""

from django import forms

from nisshin_support.days import PastDayRules
from nisshin_support.forms import HouseForm, HouseModelForm, KanaField, PeriodRules, WarekiDateField
from nisshin_support.kana import name_key
from nisshin_support.versions import VersionRules
from nisshin_support.wareki import wareki_short
from outreach.models import Hint, Informant

MOST_OFFERED = 20


class HintForm(PastDayRules, PeriodRules, HouseModelForm):
    """A hint: day, from where, one line; the rest as far as known."""

    past_day = period_start = "noticed_on"
    period_end = "next_on"
    noticed_on = WarekiDateField(label="気づいた日")
    source = forms.ChoiceField(label="どこから", choices=Hint.Source.choices, widget=forms.RadioSelect)
    next_on = WarekiDateField(label="次に確かめる日", required=False)

    class Meta:
        model = Hint
        fields = ["noticed_on", "source", "text", "area", "about", "next_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "text": "見たこと、聞いたことをそのまま書きます。知らせてくれた人の名前や連絡先は、保存した後に別の画面で記録します。",
            "area": "例:○○町の川沿い、集合住宅の2階",
            "about": "氏名や、その人が分かる手がかり。分からなければ空でかまいません。",
        }


class HintEditForm(VersionRules, HintForm):
    """A hint changed, never over somebody else's change."""


class WatchForm(HouseForm):
    """見守り: when to look again."""

    next_on = WarekiDateField(label="次に確かめる日")

    def __init__(self, *args, today, **options):
        super().__init__(*args, **options)
        self.today = today

    def clean_next_on(self):
        day = self.cleaned_data["next_on"]
        if day < self.today:
            raise forms.ValidationError("過ぎた日付です。きょうより後の日付を入力してください。")
        return day


class InformantForm(HouseModelForm):
    """Who told it. Nothing is required: many wish to stay unknown."""

    class Meta:
        model = Informant
        fields = ["name", "contact", "relation", "wish"]
        help_texts = {"wish": "例:名前を出さないでほしい、連絡は昼間だけ"}


class OpenCaseForm(HouseForm):
    """Whose case it becomes: somebody the viewer knows of already, or somebody new."""

    name = forms.CharField(
        label="氏名(分かる範囲で)",
        max_length=80,
        help_text="分からないときは「氏名不明(○○町の一人暮らしの人)」のように、区別できる名前を付けます。",
        widget=forms.TextInput(attrs={"data-kana-to": "id_kana"}),
    )
    kana = KanaField(label="ふりがな", max_length=120, required=False)
    person = forms.ChoiceField(label="同じ人かもしれない人", required=False, widget=forms.RadioSelect)
    looked = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, known_people, **options):
        super().__init__(*args, **options)
        typed = self["name"].value() or ""
        # Fetched here and not while rendering: these are people.
        self.candidates = {
            person.public_id: person for person in known_people.named_like(typed)[:MOST_OFFERED]
        }
        self.seen_for = name_key(typed)
        offered = [(public_id, _who(person)) for public_id, person in self.candidates.items()]
        self.fields["person"].choices = [("", "この中にはいない(新しい人として登録する)"), *offered]
        if not self.candidates:
            del self.fields["person"]

    def clean_person(self):
        return self.candidates.get(self.cleaned_data["person"])

    @property
    def has_candidates(self):
        """Whether somebody of that name is known."""
        return bool(self.candidates)

    @property
    def asks_first(self):
        """Whether somebody of that name is known, and the typist has not been shown them yet."""
        return self.has_candidates and self.data.get("looked", "") != self.seen_for


def _who(person):
    born = wareki_short(person.birth_date) if person.birth_date else "生年月日不明"
    return f"{person.name}({person.kana or 'ふりがな不明'}) {born}"
