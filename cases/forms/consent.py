"""Forms of 同意: a statement of consent, a refusal, a withdrawal, a narrowing; and the authority behind it."""

from calendar import monthrange
from datetime import timedelta

from django import forms

from cases.consent_words import CATEGORY_WORDS, EXPLAINED, SUCCESSORS_TOO, sentence
from cases.forms.choosing import OneOf, SomeOf, agencies_in_groups
from cases.models import Authority, Consent
from nisshin_support.forms import HouseForm, HouseModelForm, PeriodRules, WarekiDateField

Kind, GivenBy, Method = Consent.Kind, Consent.GivenBy, Consent.Method
CATEGORIES = [(category.value, f"{category.label} — {words}") for category, words in CATEGORY_WORDS.items()]


def last_day_after(start, months):
    """The last day of a period of so many months from `start`."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1])) - timedelta(
        days=1
    )


class NotInTheFuture:
    """What was said was said by today."""

    said_on = "given_on"

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get(self.said_on)
        if day and day > self.today:
            self.add_error(self.said_on, "これからの日付は入力できません。聞いた日を入力してください。")
        return cleaned


class CategoriesField(forms.TypedMultipleChoiceField):
    """The six categories with their plain words."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(coerce=int, choices=CATEGORIES, **options)
        self.widget.columns = 1


class ConsentForm(NotInTheFuture, PeriodRules, HouseForm):
    """同意: whose, given by whom and how, to whom, of what, how long, and what was explained."""

    period_start, period_end = "from_day", "until_day"

    person = OneOf(label="だれの同意")
    given_by = forms.ChoiceField(
        label="だれが同意したか", choices=GivenBy.choices, initial=GivenBy.SELF, widget=forms.RadioSelect
    )
    authority = OneOf(label="代理権", required=False)
    giver_name = forms.CharField(label="本人以外のとき、その人の氏名", max_length=80, required=False)
    given_on = WarekiDateField(label="同意した日")
    method = forms.ChoiceField(label="方法", choices=Method.choices, widget=forms.RadioSelect)
    oral_record = forms.CharField(
        label="聴取記録",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="口頭のときに書きます。いつ、どこで、だれが聞き、本人がどのように言ったか。",
    )
    recipients = SomeOf(label="見られるようになる機関", required=False)
    recipient_list = OneOf(label="別表の機関すべて", required=False)
    excluded = SomeOf(label="除く機関", required=False)
    names_function = forms.BooleanField(
        label="選んだ機関の仕事を引き継ぐ機関も含む",
        required=False,
        help_text="「この相談を担う機関」という機能への同意で、委託先が変わっても続くと本人に説明したときだけ選びます。"
        "別表で選んだ機関の引継ぎは含みません。",
    )
    categories = CategoriesField(label="共有する情報の分類")
    from_day = WarekiDateField(label="開始日")
    until_day = WarekiDateField(label="終了日")
    review_on = WarekiDateField(label="見直し日", required=False)
    explained = forms.MultipleChoiceField(
        label="説明したこと",
        choices=[(item, item) for item in EXPLAINED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    form_version = forms.CharField(label="説明に使った様式の版", max_length=40, required=False)
    explainer = forms.CharField(label="説明した人", max_length=80, required=False)
    witness = forms.CharField(label="立会人", max_length=80, required=False)
    paper_kept_at = forms.CharField(label="原本の保管場所", max_length=120, required=False)
    copy_given = forms.BooleanField(label="写しを本人に渡した", required=False)

    def __init__(
        self, *args, people, authorities, agencies, participants, lists, today, oral_counts, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.today = today
        groups = agencies_in_groups(agencies, participants)
        self.fields["person"].offer(people, [(one.public_id, one.name) for one in people])
        powers = [(one.public_id, f"{one.get_kind_display()} {one.holder_name}") for one in authorities]
        self.fields["authority"].offer(authorities, powers, empty="なし")
        self.fields["recipients"].offer(agencies, groups)
        self.fields["excluded"].offer(agencies, groups)
        self.fields["recipient_list"].offer(lists, key="pk", empty="使わない")
        self.fields["explained"].widget.columns = 1
        self.fields["recipients"].widget.columns = self.fields["excluded"].widget.columns = 2
        counts = (
            "有効な同意として扱います。"
            if oral_counts
            else "有効な同意としては扱いません(参考として残ります)。"
        )
        self.fields["method"].help_text = f"いまの市の設定では、口頭の同意は{counts}"
        self.fields[
            "given_by"
        ].help_text = "代理権のない家族のことばは参考として残りますが、記録は開きません。"

    def clean(self):
        cleaned = super().clean()
        self._clean_giver(cleaned)
        if cleaned.get("method") == Method.ORAL and not cleaned.get("oral_record"):
            self.add_error("oral_record", "口頭のときは、聴取記録を書いてください。")
        if "recipients" in cleaned and not (cleaned["recipients"] or cleaned.get("recipient_list")):
            self.add_error("recipients", "見られるようになる機関を、ひとつ以上選んでください。")
        both = [
            agency.name
            for agency in cleaned.get("recipients") or []
            if agency in (cleaned.get("excluded") or [])
        ]
        if both:
            self.add_error(
                "excluded",
                f"{'、'.join(both)}が、見られる機関と除く機関の両方にあります。どちらかを外してください。",
            )
        given, start = cleaned.get("given_on"), cleaned.get("from_day")
        if given and start and start < given:
            self.add_error("from_day", "開始日が同意した日より前です。日付を直してください。")
        return cleaned

    def _clean_giver(self, cleaned):
        authority, given_by = cleaned.get("authority"), cleaned.get("given_by")
        if given_by == GivenBy.REPRESENTATIVE and not authority:
            self.add_error("authority", "代理権のある人の同意には、記録した代理権を選んでください。")
        elif given_by != GivenBy.REPRESENTATIVE:
            cleaned["authority"] = None
        elif cleaned.get("person") and authority.person_id != cleaned["person"].pk:
            self.add_error("authority", "この代理権は、選んだ人のものではありません。")
        if given_by == GivenBy.RELATIVE and not cleaned.get("giver_name"):
            self.add_error("giver_name", "だれの言葉かを書いてください。")

    def sentence(self):
        """What will be visible to whom, as far as it is filled in; empty while something needed is missing."""
        cleaned = self.cleaned_data
        agencies, of_list = cleaned.get("recipients") or [], cleaned.get("recipient_list")
        if not cleaned.get("person") or not cleaned.get("categories") or not (agencies or of_list):
            return ""
        return sentence(
            cleaned["person"].name, cleaned["categories"], agencies, of_list, cleaned.get("until_day")
        ) + (SUCCESSORS_TOO if agencies and cleaned.get("names_function") else "")

    def fields_to_state(self):
        """The cleaned values as a statement keeps them."""
        cleaned = dict(self.cleaned_data)
        cleaned["explained"] = "\n".join(cleaned["explained"])
        return cleaned


class RefusalForm(NotInTheFuture, HouseForm):
    """拒否, or 未確認 as a fact of its own; without a scope it is about everything."""

    kind = forms.ChoiceField(
        label="意思表示",
        choices=[
            (Kind.REFUSED.value, "拒否(共有してほしくない)"),
            (Kind.NOT_ASKED.value, "未確認(まだ尋ねていない)"),
        ],
        initial=Kind.REFUSED,
        widget=forms.RadioSelect,
    )
    person = OneOf(label="だれの意思")
    given_on = WarekiDateField(label="聞いた日(未確認のときは確かめた日)")
    recipients = SomeOf(label="どの機関に", required=False)
    categories = CategoriesField(label="どの分類を", required=False)
    explained = forms.CharField(
        label="聞いたこと・説明したこと", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args, people, agencies, participants, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["person"].offer(people, [(one.public_id, one.name) for one in people])
        self.fields["recipients"].offer(agencies, agencies_in_groups(agencies, participants))
        self.fields["recipients"].help_text = "選ばないときは、すべての機関についての拒否になります。"
        self.fields["categories"].help_text = "選ばないときは、すべての分類についての拒否になります。"


class WithdrawalForm(NotInTheFuture, HouseForm):
    """撤回: when, how, by whom it was heard, what was explained."""

    said_on = "on"

    on = WarekiDateField(label="撤回の申し出を聞いた日")
    how = forms.CharField(label="どのように聞いたか", max_length=60, help_text="例: 電話、来所、訪問、手紙")
    heard_by = forms.CharField(label="聞いた人", max_length=80)
    explained = forms.CharField(
        label="本人に説明したこと", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, *args, today, given_on, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.given_on = today, given_on

    def clean_on(self):
        """Not before the consent was given."""
        day = self.cleaned_data["on"]
        if day < self.given_on:
            raise forms.ValidationError("同意した日より前です。日付を直してください。")
        return day

    def note(self):
        """The record of the withdrawal in words."""
        cleaned = self.cleaned_data
        said = f"\n説明したこと: {cleaned['explained']}" if cleaned["explained"] else ""
        return f"方法: {cleaned['how']}\n聞いた人: {cleaned['heard_by']}{said}"


class NarrowingForm(NotInTheFuture, HouseForm):
    """一部撤回: some agencies, some categories, or both, are taken out."""

    given_on = WarekiDateField(label="申し出を聞いた日")
    recipients = SomeOf(
        label="見られなくする機関", required=False, help_text="選ばないときは、すべての機関。"
    )
    categories = CategoriesField(
        label="見られなくする分類", required=False, help_text="選ばないときは、すべての分類。"
    )
    explained = forms.CharField(
        label="聞いたこと・説明したこと", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, agencies, today, earliest, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.earliest = today, earliest
        self.fields["recipients"].offer(agencies)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("recipients") and not cleaned.get("categories"):
            self.add_error(None, "機関か分類を選んでください。すべてをやめるときは「撤回する」を使います。")
        day = cleaned.get("given_on")
        if day and day < self.earliest:
            self.add_error("given_on", "同意した日より前です。日付を直してください。")
        return cleaned


class AuthorityForm(PeriodRules, HouseModelForm):
    """代理権: who may speak for whom, proved how, since when."""

    period_start, period_end = "from_day", "until_day"

    field_order = ["person", "holder_name", "holder", "kind", "proof"]

    person = OneOf(label="本人")
    holder = OneOf(
        label="代理人がこのケースに登録されている人のとき",
        required=False,
        help_text="選んでおくと、本人と分離されている人の同意が有効にならないように確かめられます。",
    )
    from_day = WarekiDateField(label="開始日")
    until_day = WarekiDateField(label="終了日", required=False)

    class Meta:
        model = Authority
        fields = ["holder_name", "kind", "proof", "covers_sharing", "scope", "suspected_of_harm"]
        fields += ["from_day", "until_day"]

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        named = [(one.public_id, one.name) for one in people]
        self.fields["person"].offer(people, named)
        self.fields["holder"].offer(people, named, empty="登録されていない")
        self.fields["proof"].help_text = "例: 登記事項証明書、戸籍謄本"

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("holder") and cleaned["holder"] == cleaned.get("person"):
            self.add_error("holder", "本人は自分の代理人になれません。")
        if cleaned.get("kind") and cleaned["kind"] not in Authority.FOR_MINORS and not cleaned.get("proof"):
            self.add_error("proof", "確認した書類を書いてください。例: 登記事項証明書。")
        return cleaned
