"""Forms of the minutes, of decisions, of the result, and the reason asked before the records."""

from django import forms

from cases.models import Category
from meetings.forms.item import categories_field, text_field
from meetings.models import AgendaItem, MinutesParagraph
from nisshin_support.forms import HouseForm, WarekiDateField

WHOM = "だれのこと"


class RowOfItemForm(HouseForm):
    """Whom and what a paragraph or decision is about; `subjects` is {key: (person, label)}, from the view."""

    subjects = forms.MultipleChoiceField(label=WHOM, widget=forms.CheckboxSelectMultiple)
    categories = categories_field("分類", initial=[Category.HISTORY])

    def __init__(self, *args, subjects, **options):
        super().__init__(*args, **options)
        self.people = subjects
        self.fields["subjects"].choices = [(key, label) for key, (_, label) in subjects.items()]
        self.initial.setdefault("subjects", [next(iter(subjects))])

    def about(self):
        """Subjects and categories, as `write` takes them."""
        chosen = [self.people[key][0] for key in self.cleaned_data["subjects"]]
        return {"subjects": chosen, "categories": self.cleaned_data["categories"]}


class ParagraphForm(RowOfItemForm):
    """議事録の段落."""

    nature = forms.ChoiceField(label="区別", choices=MinutesParagraph.Nature.choices)
    speaker = forms.ChoiceField(label="発言した機関", required=False)
    text = text_field("内容")
    field_order = ["nature", "speaker", "text", "subjects", "categories"]

    def __init__(self, *args, agencies, **options):
        super().__init__(*args, **options)
        self.agencies = {str(agency.pk): agency for agency in agencies}
        named = [(key, str(agency)) for key, agency in self.agencies.items()]
        self.fields["speaker"].choices = [("", "特定しない"), *named]

    def clean_speaker(self):
        return self.agencies.get(self.cleaned_data["speaker"])


class DecisionForm(RowOfItemForm):
    """決定事項: what, who, by when. At a 支援会議 a named person; elsewhere an agency."""

    text = text_field("決まったこと", rows=3)
    due_on = WarekiDateField(label="いつまで", required=False)
    seat = forms.ChoiceField(label="担当")
    field_order = ["text", "seat", "due_on", "subjects", "categories"]

    def __init__(self, *args, seats, named, today, **options):
        super().__init__(*args, **options)
        self.today = today
        self.seats = {str(seat.pk): seat for seat in seats}
        label = _named if named else _agency_of
        choices = [(key, label(seat)) for key, seat in self.seats.items()]
        self.fields["seat"].choices = [("", "選んでください"), *choices]
        if named:
            self.fields["seat"].help_text = "支援会議で決まったことは、名前を挙げた人だけが見られます。"

    def clean_seat(self):
        return self.seats[self.cleaned_data["seat"]]

    def clean_due_on(self):
        due = self.cleaned_data["due_on"]
        if due and due < self.today:
            raise forms.ValidationError("今日より前の日です。これからの期限を入力してください。")
        return due


def _named(seat):
    return f"{seat.agency} {seat.user}"


def _agency_of(seat):
    return str(seat.agency)


class ResultForm(HouseForm):
    """議題の結果."""

    result = forms.ChoiceField(label="結果", choices=AgendaItem.Result.choices)


class ReasonForm(HouseForm):
    """Why somebody opens the records of a meeting; asked each time (§3.4)."""

    reason = forms.CharField(
        label="見る理由",
        max_length=200,
        min_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="例: 次回の会議の資料をつくるため。入力した理由は、見た日時とともに記録されます。",
        error_messages={"min_length": "何のために見るかが分かるように、もう少し詳しく入力してください。"},
    )


class OutcomeForm(HouseForm):
    """終えた: what came of an assignment."""

    outcome = forms.CharField(label="結果", max_length=400, required=False)
