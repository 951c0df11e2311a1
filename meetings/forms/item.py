"""Forms of an item: bringing it, enclosing rows, answering the call."""

from django import forms

from cases.models import Category, Row
from meetings.models import AgendaItem
from nisshin_support.forms import HouseForm

Kind, Reason = AgendaItem.Kind, AgendaItem.NoConsentReason


def categories_field(label, **options):
    """分類 of what is written; consent is asked for each of them."""
    return forms.TypedMultipleChoiceField(
        label=label, coerce=int, choices=Category.choices, widget=forms.CheckboxSelectMultiple, **options
    )


def text_field(label, rows=4, **options):
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


class BringForm(HouseForm):
    """提出: to a 重層的支援会議."""

    kind = forms.ChoiceField(
        label="種別",
        choices=[choice for choice in Kind.choices if choice[0] != Kind.STATUTORY],
        initial=Kind.NEW_PLAN,
    )
    title = forms.CharField(
        label="議題", max_length=80, help_text="例: 住まいと就労の支援の分担。氏名は書かないでください。"
    )
    question = text_field("論点", help_text="会議で決めたいこと、意見を聞きたいこと。")
    categories = categories_field(
        "議題と論点に書いた内容の分類",
        initial=[Category.HISTORY],
        help_text="選んだ分類のすべてに本人の同意がある機関だけが、議題と論点を見られます。",
    )

    def texts(self):
        """{kind of row: text} to be written at the item."""
        return {
            Row.Kind.ITEM_TITLE: self.cleaned_data["title"],
            Row.Kind.ITEM_QUESTION: self.cleaned_data["question"],
        }

    @property
    def item_kind(self):
        return self.cleaned_data["kind"]

    @property
    def reason(self):
        return ""


class StatutoryBringForm(BringForm):
    """提出: to a 支援会議, with why there is no consent and why sharing is necessary (P4)."""

    kind = None
    no_consent_reason = forms.ChoiceField(
        label="同意を得ていない理由", choices=[("", "選んでください"), *Reason.choices]
    )
    reason_text = text_field(
        "理由の説明", rows=3, help_text="いつ、だれが、どのように確かめたか。同意があるときは、その内容。"
    )
    necessity = text_field(
        "共有が必要な理由", rows=3, help_text="なぜ本人の同意がなくても、この会議で共有する必要があるか。"
    )
    categories = categories_field("議題と論点に書いた内容の分類", initial=[Category.HISTORY])

    def texts(self):
        texts = super().texts()
        texts[Row.Kind.ITEM_REASON] = self.cleaned_data["reason_text"]
        texts[Row.Kind.ITEM_NECESSITY] = self.cleaned_data["necessity"]
        return texts

    @property
    def item_kind(self):
        return Kind.STATUTORY

    @property
    def reason(self):
        return self.cleaned_data["no_consent_reason"]


class AnswerForm(HouseForm):
    """照会への回答: the four parts of the preparation sheet, each a row with its own categories."""

    PARTS = [
        ("household", "把握している世帯像", [Category.IDENTITY, Category.HISTORY]),
        ("efforts", "現在の取り組みの状況", [Category.SERVICES]),
        ("agencies", "かかわってほしい支援機関", [Category.SERVICES]),
        ("requests", "ほかの部署へお願いしたいこと", [Category.HISTORY]),
    ]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, label, usual in self.PARTS:
            self.fields[name] = text_field(label, rows=3, required=False)
            self.fields[f"{name}_categories"] = categories_field("分類", initial=usual, required=False)
        self.order_fields([field for name, *_ in self.PARTS for field in (name, f"{name}_categories")])

    def blocks(self):
        """(text, categories) as bound fields, part by part."""
        return [(self[name], self[f"{name}_categories"]) for name, *_ in self.PARTS]

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) for name, *_ in self.PARTS):
            raise forms.ValidationError("回答が空です。書けるところを一つでも入力してください。")
        for name, *_ in self.PARTS:
            if cleaned.get(name) and not cleaned.get(f"{name}_categories"):
                self.add_error(f"{name}_categories", "何について書いたかを選んでください。")
        return cleaned

    def answers(self):
        """(text with its heading, categories) of each part that was filled in."""
        for name, label, _ in self.PARTS:
            if text := self.cleaned_data.get(name):
                yield f"【{label}】\n{text}", self.cleaned_data[f"{name}_categories"]


class MinutesForm(HouseForm):
    """時間 of an item on the agenda."""

    minutes = forms.IntegerField(label="時間(分)", min_value=1, max_value=240)
