"""相談受付票: three fields first; everything else when there is time."""

from datetime import date

from django import forms

from cases.models import Consultation, Person
from cases.models.case import Urgency
from cases.models.consultation import Channel, Field, Topic
from nisshin_support.days import ClockField
from nisshin_support.forms import HouseForm, HouseModelForm, KanaField, PartialDateField, WarekiDateField
from nisshin_support.kana import is_kana
from nisshin_support.versions import VersionRules
from nisshin_support.wareki import wareki_short


def choice_group(choices, *, columns, many=False):
    """A group of checks or radios in so many columns (docs/look.md)."""
    widget = (forms.CheckboxSelectMultiple if many else forms.RadioSelect)(choices=choices)
    widget.columns = columns
    return widget


class IdentityForm(HouseForm):
    """Who somebody is, as far as it is known: what the search for the same person reads while it is typed."""

    name = forms.CharField(
        label="氏名", max_length=80, required=False, help_text="匿名のときは空のままにします。"
    )
    kana = KanaField(label="ふりがな", max_length=120, required=False)
    birth = PartialDateField(label="生年月日", required=False)

    def known(self):
        """What can be read so far; half-typed parts count for nothing."""
        self.is_valid()
        birth = self.cleaned_data.get("birth")
        exact = birth.date if birth and birth.precision == "day" else None
        return {
            "name": _long_enough(self.cleaned_data.get("name", "")),
            "kana": _long_enough(self.cleaned_data.get("kana", "")),
            "birth_date": exact,
        }


def _long_enough(text):
    """One kana fits half the register; one kanji may be a whole family name."""
    plain = text.strip()
    return plain if len(plain) > 1 or not is_kana(plain) else ""


class PersonForm(VersionRules, HouseModelForm):
    """氏名・ふりがな・生年月日・性別 of somebody in the register."""

    birth = PartialDateField(label="生年月日", required=False)
    kana = KanaField(label="ふりがな", max_length=120, required=False)

    class Meta:
        model = Person
        fields = ["name", "kana", "sex"]
        widgets = {"name": forms.TextInput(attrs={"data-kana-to": "id_kana", "autocomplete": "off"})}

    field_order = ["name", "kana", "birth", "sex"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("birth", self.instance.birth)

    def save(self, commit=True):
        self.instance.birth = self.cleaned_data["birth"]
        return super().save(commit)


class ConsultationForm(VersionRules, HouseModelForm):
    """The whole sheet (domain 3.1). `people` are those the typist may know of; the chosen one must be among them."""

    taken_on = WarekiDateField(label="受付日")
    taken_at = ClockField(
        label="時刻",
        required=False,
        help_text="例: 14:03、1403",
        widget=forms.TextInput(attrs={"maxlength": "8", "class": "w-short"}),
    )
    name = forms.CharField(
        label="氏名",
        max_length=80,
        required=False,
        help_text="匿名のときは空のままにします。",
        widget=forms.TextInput(attrs={"data-kana-to": "id_kana", "autocomplete": "off"}),
    )
    kana = KanaField(label="ふりがな", max_length=120, required=False)
    birth = PartialDateField(label="生年月日", required=False)
    sex = forms.ChoiceField(label="性別", choices=[("", "未確認"), *Person.Sex.choices], required=False)
    topics = forms.MultipleChoiceField(
        label="相談内容",
        choices=Topic.choices,
        required=False,
        widget=choice_group(Topic.choices, columns=2, many=True),
    )
    # `fields` is also what Django calls a form's fields: the 分野 go by another name here.
    areas = forms.MultipleChoiceField(
        label="分野",
        choices=Field.choices,
        required=False,
        widget=choice_group(Field.choices, columns=2, many=True),
    )

    IDENTITY = ["name", "kana", "birth", "sex"]
    CONTACT = ["address", "address_concealed", "telephone", "contact_restriction"]
    LABELS_OF_EMPTY = {
        "main_topic": "選ばない",
        "main_field": "選ばない",
        "route": "未確認",
        "consultation_day": "選ばない",
    }

    class Meta:
        model = Consultation
        fields = [
            "taken_on", "taken_at", "channel", "consultation_day", "summary", "wish",
            "address", "address_concealed", "telephone", "contact_restriction",
            "caller_name", "caller_relation", "caller_telephone",
            "topics", "main_topic", "main_field", "route", "introduced_by", "urgency", "household_note",
            "consent_said", "screening_note",
        ]  # fmt: skip
        widgets = {
            "channel": choice_group(Channel.choices, columns=3),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "wish": forms.Textarea(attrs={"rows": 2}),
            "household_note": forms.Textarea(attrs={"rows": 3}),
            "screening_note": forms.Textarea(attrs={"rows": 3}),
            "urgency": choice_group(Urgency.choices, columns=2),
            "consent_said": choice_group(Consultation.ConsentSaid.choices, columns=3),
        }
        help_texts = {
            "consultation_day": "相談方法が「相談会」のときに選びます。",
            "summary": "一行でも保存できます。あとから書き足せます。",
            "address_concealed": "チェックすると、ケースでは主担当機関だけが理由を入力して開けます。一覧や印刷には出ません。",
            "contact_restriction": "例:留守番電話に残さない、同居の家族に知らせない",
            "household_note": "だれと暮らしているか、だれが支えているかなど。",
            "consent_said": "ここは聞き取りの控えです。共有の根拠になる同意は、ケースの「同意」に記録します。",
            "introduced_by": "機関や人からの紹介のとき。例:庁内の課名、民生委員・児童委員",
        }

    def __init__(self, *args, viewer, people, fairs, **kwargs):
        super().__init__(*args, **kwargs)
        self.viewer, self.people = viewer, people
        self.fields["consultation_day"].queryset = fairs
        self.fields["channel"].choices = Channel.choices
        for name, words in self.LABELS_OF_EMPTY.items():
            field = self.fields[name]
            if name == "consultation_day":
                field.empty_label = words
            else:
                field.choices = [("", words), *[choice for choice in field.choices if choice[0]]]
        self.initial.setdefault("areas", self.instance.fields)
        self.initial.setdefault("person", self.instance.person.public_id if self.instance.person_id else "")
        if self.instance.case_id:
            self._leave_to_the_case()

    def _leave_to_the_case(self):
        """Once there is a case, who it is about and how to reach them is kept there."""
        for name in (*self.IDENTITY, *self.CONTACT):
            del self.fields[name]

    @property
    def chosen(self):
        """The public id of the person chosen among those offered, as sent or as stored."""
        return self.data.get("person", "") if self.is_bound else self.initial["person"]

    def clean_taken_on(self):
        day = self.cleaned_data["taken_on"]
        if day > self.viewer.day:
            raise forms.ValidationError("受付日が今日より後です。日付を直してください。", code="future")
        return day

    def clean(self):
        cleaned = super().clean()
        self._follow_the_channel(cleaned)
        if "name" in self.fields:
            self._find_chosen()
            self._ask_for_a_name(cleaned)
        if self.changed_meanwhile:
            self._show_both_in_words(cleaned)
        for main, group in (("main_topic", "topics"), ("main_field", "areas")):
            if cleaned.get(main) and cleaned[main] not in cleaned.get(group, []):
                cleaned[group] = [*cleaned.get(group, []), cleaned[main]]
        return cleaned

    def _show_both_in_words(self, cleaned):
        """Codes as the words of the sheet; the person and the 分野 too, which are no plain columns."""
        stored = type(self.instance)._base_manager.select_related("person").get(pk=self.instance.pk)
        labels = {field.label: field for field in self.fields.values()}
        told = [
            (label, _in_words(labels[label], theirs), _in_words(labels[label], mine))
            for label, theirs, mine in self.changed_meanwhile
        ]
        areas = self.fields["areas"]
        told.append((areas.label, _in_words(areas, stored.fields), _in_words(areas, cleaned.get("areas"))))
        if "name" in self.fields:
            mine = self.person.name if self.person else cleaned.get("name", "")
            told.append(("本人", stored.person.name if stored.person else "", mine))
        self.changed_meanwhile = [both for both in told if both[1] != both[2]]

    def _follow_the_channel(self, cleaned):
        if cleaned.get("channel") != Channel.FAIR:
            cleaned["consultation_day"] = None
        elif not cleaned.get("consultation_day") and self.fields["consultation_day"].queryset:
            self.add_error(
                "consultation_day", "相談会を選んでください。相談方法がほかなら、相談方法を直してください。"
            )

    def _find_chosen(self):
        """Anybody not offered, or not visible any more, is nobody: the form comes back and nothing is changed."""
        self.person = None
        if self.chosen:
            self.person = self.people.filter(public_id=self.chosen).first()
            if self.person is None:
                self.add_error(None, "選んだ人が見つかりません。もう一度選んでください。")

    def _ask_for_a_name(self, cleaned):
        if self.person or self.chosen or cleaned.get("name") or cleaned.get("kana"):
            return
        if (cleaned.get("birth") or cleaned.get("sex")) and not self.has_error("kana"):
            words = "氏名かふりがなを入力してください。匿名のときは生年月日と性別を空にして、分かることを「相談の内容」に書いてください。"
            self.add_error("name", words)

    def save(self, commit=True):
        self.instance.fields = self.cleaned_data["areas"]
        if "name" in self.fields:
            self.instance.person = self.person or self._new_person()
        return super().save(commit)

    def _new_person(self):
        name, kana = self.cleaned_data["name"], self.cleaned_data["kana"]
        if not (name or kana):
            return None
        person = Person(name=name or kana, kana=kana, sex=self.cleaned_data["sex"])
        person.birth = self.cleaned_data["birth"]
        person.save()
        return person


def _in_words(field, value):
    """A value as the sheet shows it."""
    if isinstance(value, list):
        return "、".join(_in_words(field, each) for each in value)
    if isinstance(value, date):
        return wareki_short(value)
    if isinstance(field, forms.ModelChoiceField):
        value = getattr(value, "pk", value)
        return next((str(each) for each in field.queryset if each.pk == value), "")
    return dict(getattr(field, "choices", ())).get(value, "" if value in (None, False) else value)


class ConsultationFilterForm(HouseForm):
    """What the list of consultations is narrowed to."""

    PERIODS = [("", "すべての期間"), ("7", "この7日"), ("31", "この31日"), ("year", "今年度")]

    period = forms.ChoiceField(label="期間", choices=PERIODS, required=False)
    channel = forms.ChoiceField(label="相談方法", choices=[("", "すべて"), *Channel.choices], required=False)
    urgency = forms.ChoiceField(label="緊急度", required=False)
    mine = forms.BooleanField(label="自分が受けたものだけ", required=False)
    show = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["urgency"].choices = [("", "すべて"), *Urgency.choices]
        for name in ("period", "channel", "urgency"):
            self.fields[name].widget.attrs["class"] = "w-short"
