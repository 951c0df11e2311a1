"""The sheet of a record (支援経過), quick to fill in, and its correction as a new version."""

from django import forms

from cases.forms.choosing import SomeOf
from cases.models import Category, Record
from nisshin_support.forms import DigitsField, HouseForm, WarekiDateField
from nisshin_support.versions import CHANGED

EXPLAINED = [
    (Category.IDENTITY, "①基本属性(氏名・住所・連絡先・家族)"),
    (Category.HEALTH, "②健康(病気・障害・受診・介護)"),
    (Category.WORK, "③就労・就学・通所"),
    (Category.MONEY, "④経済(収入・借金・滞納・年金)"),
    (Category.SERVICES, "⑤福祉制度の利用(手帳・手当・サービス・機関)"),
    (Category.HISTORY, "⑥生活歴・課題その他"),
]
LONG_DAY = 24 * 60


def by_name(people):
    """Choices of people whom the view has fetched through the gate, by their public ids."""
    return [(person.public_id, person.name) for person in people]


class SubjectsAndCategories(HouseForm):
    """Whom and what a row is about: every pair decides who will see it."""

    subjects = SomeOf(label="だれのこと")
    categories = forms.TypedMultipleChoiceField(
        label="分類",
        coerce=int,
        choices=EXPLAINED,
        widget=forms.CheckboxSelectMultiple,
        help_text="書いた内容に当てはまるものをすべて選びます。選んだ分類で、見られる機関が決まります。",
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["subjects"].offer(people, by_name(people))
        self.fields["subjects"].error_messages["required"] = "だれのことかを選んでください。"
        self.fields["categories"].error_messages["required"] = "分類を1つ以上選んでください。"


class RecordForm(SubjectsAndCategories):
    """支援経過: what happened, with whom, what one thinks of it, and what comes next."""

    day = WarekiDateField(label="日付")
    method = forms.ChoiceField(label="対応方法", choices=Record.Method.choices)
    counterpart = forms.CharField(
        label="相手", max_length=80, required=False, help_text="例: 本人、長女、かかりつけ医"
    )
    minutes = DigitsField(label="所要時間(分)", max_length=8, required=False)
    text = forms.CharField(label="内容(事実)", widget=forms.Textarea(attrs={"rows": 8}))
    judgement = forms.CharField(
        label="所見・判断",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="事実と分けて書きます。",
    )
    next_step = forms.CharField(label="次の対応", max_length=200, required=False)
    next_on = WarekiDateField(label="次の対応の期限", required=False)

    field_order = ["day", "method", "counterpart", "minutes", "subjects", "categories", "text"]

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self):
        """A record tells what has happened: not a day to come."""
        if (day := self.cleaned_data["day"]) > self.today:
            raise forms.ValidationError("先の日付です。予定は「次の対応の期限」に書いてください。")
        return day

    def clean_minutes(self):
        """Minutes as a number, at most a whole day."""
        typed = self.cleaned_data["minutes"]
        if typed and int(typed) > LONG_DAY:
            raise forms.ValidationError("1440分(24時間)までで入力してください。")
        return int(typed) if typed else None

    def clean(self):
        """A next step that has a day also says what it is."""
        cleaned = super().clean()
        if cleaned.get("next_on") and not cleaned.get("next_step"):
            self.add_error("next_step", "期限に何をするかを入力してください。")
        return cleaned

    def fields_of_row(self):
        """What the sheet says, as the columns of a record."""
        names = ["method", "counterpart", "minutes", "text", "judgement", "next_step", "next_on"]
        return {name: self.cleaned_data[name] for name in names}


class RecordEditForm(HouseForm):
    """A correction: replaces the texts by a new version. An older version read is shown beside the newer one."""

    text = forms.CharField(label="内容(事実)", widget=forms.Textarea(attrs={"rows": 8}))
    judgement = forms.CharField(label="所見・判断", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    next_step = forms.CharField(label="次の対応", max_length=200, required=False)
    next_on = WarekiDateField(label="次の対応の期限", required=False, help_text="済んだら空にします。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    changed_meanwhile: list = []
    texts = ["text", "judgement", "next_step", "next_on"]

    def __init__(self, *args, record, **kwargs):
        initial = {name: getattr(record, name) for name in [*self.texts, "version"]}
        super().__init__(*args, initial=initial, **kwargs)
        self.record = record

    def clean(self):
        """Refuse what was written over an older version, once: both are shown, and saving again is a decision."""
        cleaned = super().clean()
        if cleaned.get("version") is not None and cleaned["version"] != self.record.version:
            self.changed_meanwhile = [
                (self.fields[name].label, getattr(self.record, name), cleaned.get(name))
                for name in self.texts
                if getattr(self.record, name) != cleaned.get(name)
            ]
            self.add_error(None, forms.ValidationError(CHANGED, code="changed"))
            self.data = self.data.copy()
            self.data["version"] = self.record.version
        return cleaned

    def new_texts(self):
        """The corrected texts, as the columns of a record."""
        return {name: self.cleaned_data[name] for name in self.texts}


class RowEditForm(RecordEditForm):
    """The same for a row that is a text and nothing more."""

    judgement = next_step = next_on = None
    texts = ["text"]
