import re
from datetime import date
from types import SimpleNamespace

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_errors, as_crispy_field, as_crispy_form
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from cases.models import Authority
from nisshin_support.forms import (
    DigitsField,
    HouseForm,
    HouseModelForm,
    KanaField,
    PartialDateField,
    PeriodRules,
    WarekiDateField,
)
from nisshin_support.templatetags.chips import chip
from nisshin_support.wareki import PartialDate


class Intake(PeriodRules, HouseForm):
    starts_on = WarekiDateField(label="開始日")
    ends_on = WarekiDateField(label="終了日", required=False)
    born = PartialDateField(label="生年月日", required=False)
    postcode = DigitsField(label="郵便番号", digits=7, required=False)
    kana = KanaField(label="かな", required=False)
    channel = forms.ChoiceField(
        label="経路", choices=[("1", "来所"), ("2", "電話")], widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="相談の内容",
        choices=[(str(n), f"内容{n}") for n in range(11)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="説明した", required=False)
    note = forms.CharField(label="メモ", widget=forms.Textarea, help_text="一行でかまいません。")


GOOD = {"starts_on": "R7.4.1", "channel": "1", "note": "来所"}


def test_dates_and_digits_are_cleaned():
    form = Intake({**GOOD, "born": "S30頃", "postcode": "470-0192", "kana": "やまだ はなこ"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts_on"] == date(2025, 4, 1)
    assert form.cleaned_data["born"] == PartialDate(date(1955, 1, 1), "year", True)
    assert form.cleaned_data["postcode"] == "4700192"
    assert form.cleaned_data["kana"] == "ヤマダ ハナコ"


def test_empty_date_is_none():
    form = Intake({**GOOD, "ends_on": "  "})
    assert form.is_valid()
    assert form.cleaned_data["ends_on"] is None


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("starts_on", "S64.2.1", "平成元年2月1日と入力してください。"),
        ("starts_on", "R7", "年・月・日をすべて入力してください"),
        ("starts_on", "", "入力してください。"),
        ("channel", "", "選んでください。"),
        ("postcode", "47001", "7桁の数字を入力してください(いまは5桁です)。"),
        ("postcode", "四七〇", "数字だけで入力してください"),
        ("kana", "山田", "ひらがなかカタカナで入力してください。"),
        ("ends_on", "R7.3.31", "終了日が開始日より前です。日付を直してください。"),
    ],
)
def test_errors_say_what_to_do(field, typed, words):
    form = Intake({**GOOD, field: typed})
    assert not form.is_valid()
    assert words in form.errors[field][0]


def test_required_is_said_in_words():
    html = as_crispy_field(Intake()["note"])
    assert "※必須" in html
    assert 'aria-required="true"' in html
    assert " required" not in html.replace('class="required"', "")


def test_optional_field_has_no_mark():
    assert "※必須" not in as_crispy_field(Intake()["kana"])


def test_help_and_error_are_tied_to_the_input():
    html = as_crispy_field(Intake({**GOOD, "note": ""})["note"])
    assert 'aria-describedby="id_note_helptext id_note_error"' in html
    assert 'id="id_note_helptext"' in html
    assert 'id="id_note_error"' in html
    assert 'aria-invalid="true"' in html


def test_summary_links_to_the_fields():
    html = as_crispy_form(Intake({}))
    assert html.index("error-summary") < html.index('id="id_starts_on"')
    assert 'href="#id_starts_on"' in html
    assert 'href="#id_channel"' in html
    assert 'id="id_channel"' in html


def test_clean_form_has_no_summary():
    assert "error-summary" not in as_crispy_form(Intake())
    assert as_crispy_errors(Intake()).strip() == ""


def test_choices_are_groups_with_a_legend():
    html = as_crispy_form(Intake({**GOOD, "topics": ["2"]}))
    assert html.count("<fieldset") == 2
    assert 'class="checks in-3"' in html
    assert 'value="2" id="id_topics_2" checked' in html
    assert 'type="radio"' in html


def test_date_input_says_itself_back():
    html = as_crispy_field(Intake(initial={"starts_on": date(2025, 4, 1)})["starts_on"])
    assert 'value="R7.4.1"' in html
    for part in ('<output class="date-echo"', 'id="id_starts_on_echo"', 'aria-live="polite"'):
        assert part in html


def test_unchanged_date_is_not_a_change():
    form = Intake({**GOOD}, initial={"starts_on": date(2025, 4, 1)})
    assert "starts_on" not in form.changed_data


def test_formset_renders_each_form():
    formset = forms.formset_factory(Intake, extra=2)()
    html = as_crispy_form(formset)
    assert html.count("formset-row") == 2
    assert "form-TOTAL_FORMS" in html


def test_labels_are_escaped():
    class Odd(HouseForm):
        name = forms.ChoiceField(label="<b>", choices=[("1", "<i>x</i>")], widget=forms.RadioSelect)

    html = as_crispy_form(Odd())
    assert "<i>" not in html
    assert "<b>" not in html


def page(purpose="", basis=""):
    request = RequestFactory().get("/")
    request.viewer = None
    request.purpose = SimpleNamespace(value=purpose) if purpose else None
    context = {"segment_basis": basis} if basis else {}
    return render_to_string("base.html", context, request)


@pytest.mark.parametrize(
    ("purpose", "basis", "colour", "words"),
    [
        ("support", "", "blue", "支援"),
        ("meeting", "consent", "green", "本人同意に基づく共有"),
        ("meeting", "statute", "purple", "法106条の6・守秘義務・この会議限り"),
        ("preparation", "statute", "purple", "支援会議の準備"),
        ("meeting_record", "consent", "green", "重層的支援会議の記録"),
        ("emergency", "", "orange", "緊急提供"),
        ("audit", "", "grey", "監査"),
        ("statistics", "", "grey", "統計"),
        ("roster", "", "grey", "名簿管理"),
        ("support", "statute", "blue", "支援"),
    ],
)
def test_page_says_for_what_purpose_one_looks(purpose, basis, colour, words):
    html = page(purpose, basis)
    assert f"purpose-bar purpose-{colour}" in html
    assert words in html
    assert ("frame-statute" in html) == (colour == "purple")


def test_page_without_a_purpose_has_no_bar():
    assert "purpose-bar" not in page()


def test_pages_carry_nothing_inline():
    html = page("support")
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org", "")


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_no_context(name):
    assert "最初の画面へ戻る" in render_to_string(name)


@pytest.mark.parametrize(
    ("state", "words"),
    [("full", "●"), ("partial", "◐"), ("none", "○"), ("withdrawn", "✕"), ("unknown", "?"), ("urgent", "▲")],
)
def test_chips_carry_a_shape_and_a_word(state, words):
    html = chip(state)
    assert words in html
    assert re.search(r"</span>[^<]+</span>$", html)


def test_chip_of_an_unknown_word_is_plain_and_escaped():
    assert chip("<訪問>") == '<span class="chip is-plain">&lt;訪問&gt;</span>'


def test_the_empty_choice_of_a_models_field_says_what_it_means():
    class Choosing(HouseModelForm):
        class Meta:
            model = Authority
            fields = ["kind"]

    form = Choosing()
    assert form.fields["kind"].choices[0] == ("", "選んでください")
    assert "-----" not in str(form["kind"])
