"""The house's form fields and forms: 和暦, 全角 digits, errors that say what to do."""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH

from nisshin_support import kana, wareki

DASHES = BLANK_CHOICE_DASH[0][1]
DATE_HELP = "例: R7.4.1、令和7年4月1日、2025-04-01"
PARTIAL_DATE_HELP = "例: S30.1.1、昭和30年1月1日、19550101。年だけ(S30)や「S30頃」でも入力できます。"


class WarekiDateInput(forms.TextInput):
    """A text input that says the date back in both calendars (see dates.js)."""

    echo = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {"data-wareki": True, "autocomplete": "off", "class": "w-date", "maxlength": "30"}
        super().__init__({**base, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, wareki.PartialDate):
            return wareki.partial_short(value)
        return wareki.wareki_short(value) if isinstance(value, date) else value


class WarekiDateField(forms.Field):
    """A day in either calendar; cleans to a `date`."""

    widget = WarekiDateInput
    default_help = DATE_HELP

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", self.default_help)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, (date, wareki.PartialDate)):
            return value or None
        if not (text := str(value).strip()):
            return None
        try:
            return self.read(text)
        except ValueError as problem:
            raise ValidationError(str(problem), code="invalid") from None

    def read(self, text: str) -> date | wareki.PartialDate:
        return wareki.parse_day(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class PartialDateField(WarekiDateField):
    """A date that may be known only to the month or the year, or be a guess; cleans to a `PartialDate`."""

    default_help = PARTIAL_DATE_HELP

    def read(self, text: str) -> wareki.PartialDate:
        return wareki.parse(text)


class DigitsField(forms.CharField):
    """Digits typed in 全角 or with hyphens; cleans to plain digits. `digits` is the exact number of them."""

    separators = str.maketrans("", "", "-‐−ー–— ()")

    def __init__(self, *, digits: int | None = None, **options: Any) -> None:
        self.digits = digits
        super().__init__(**options)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> str:
        plain = unicodedata.normalize("NFKC", super().to_python(value) or "").translate(self.separators)
        if plain and not (plain.isascii() and plain.isdigit()):
            raise ValidationError("数字だけで入力してください(全角でもかまいません)。", code="digits")
        if plain and self.digits and len(plain) != self.digits:
            raise ValidationError(
                f"{self.digits}桁の数字を入力してください(いまは{len(plain)}桁です)。", code="length"
            )
        return plain


class KanaField(forms.CharField):
    """A reading in kana; stored in full-width katakana."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "ひらがなでもカタカナでも入力できます。")
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        plain = kana.katakana(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        if plain and not kana.is_kana(plain):
            raise ValidationError("ひらがなかカタカナで入力してください。", code="kana")
        return plain


class HouseRules:
    """What every form of ours does: errors in our words, widths that tell the length, no browser bubbles."""

    use_required_attribute = False
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for field in self.fields.values():
            _dress(field)


def _dress(field: forms.Field) -> None:
    """Give a field its width, its kind of control and the sentence shown when it is left empty."""
    attrs = field.widget.attrs
    if field.required and not _is_group(field):
        attrs.setdefault("aria-required", "true")
    if field.required and "required" in field.error_messages:
        field.error_messages["required"] = _required_words(field)
    if isinstance(field.widget, (forms.TextInput, forms.Select)) and not _is_group(field):
        attrs.setdefault("class", _width(field))
    _name_the_blank(field)


def _name_the_blank(field: forms.Field) -> None:
    """Dashes tell a tired worker nothing: the empty choice of a model's field says what it means."""
    words = "選んでください" if field.required else "選ばない"
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = words if field.empty_label == DASHES else field.empty_label
    elif isinstance(field, forms.ChoiceField):
        choices = list(field.widget.choices)
        if choices[:1] == [("", DASHES)]:
            field.choices = [("", words), *choices[1:]]


def _is_group(field: forms.Field) -> bool:
    return bool(getattr(field.widget, "use_fieldset", False))


def _required_words(field: forms.Field) -> str:
    chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
    return "選んでください。" if chosen else "入力してください。"


def _width(field: forms.Field) -> str:
    """A CSS width for the longest text the field takes."""
    length = getattr(field, "digits", None) or getattr(field, "max_length", None)
    if isinstance(field.widget, forms.Select) or not length:
        return "w-medium"
    return "w-short" if length <= 8 else "w-medium" if length <= 24 else "w-long"


class HouseForm(HouseRules, forms.Form):
    """The base of every form that is not a model's."""


class HouseModelForm(HouseRules, forms.ModelForm):  # type: ignore[type-arg]
    """The base of every model form; dates become 和暦 by `field_classes` or by naming the field."""


class PeriodRules:
    """A start that must not lie after the end; put it before HouseForm in the class's bases."""

    period_start = "starts_on"
    period_end = "ends_on"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data  # type: ignore[misc, attr-defined]
        start, end = cleaned.get(self.period_start), cleaned.get(self.period_end)
        if start and end and end < start:
            fields = self.fields  # type: ignore[attr-defined]
            first, last = fields[self.period_start].label, fields[self.period_end].label
            words = f"{last}が{first}より前です。日付を直してください。"
            self.add_error(self.period_end, ValidationError(words, code="period"))  # type: ignore[attr-defined]
        return cleaned  # type: ignore[no-any-return]
