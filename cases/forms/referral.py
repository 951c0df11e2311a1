"""Forms of a つなぎ: to send one, to accept it, to return it."""

from django import forms

from cases.forms.choosing import OneOf, SomeOf, agencies_in_groups
from cases.models import Category, Referral
from cases.models.case import Urgency
from nisshin_support.forms import HouseForm, WarekiDateField
from nisshin_support.wareki import wareki_short

Kind, Ground = Referral.Kind, Referral.Ground
NOT_IN_REFERRALS = (
    "支援会議で知ったことは、解除されるまで、つなぎには書けません。その部分を文から除いてください。"
)


class ReferralForm(HouseForm):
    """つなぎ: to whom, how urgent, what is asked, on which ground, and which rows go with it."""

    kind = forms.ChoiceField(label="種類", widget=forms.RadioSelect)
    to_agency = OneOf(label="つなぎ先の機関")
    urgency = forms.ChoiceField(
        label="緊急度", choices=Urgency.choices, initial=Urgency.NORMAL, widget=forms.RadioSelect
    )
    answer_due = WarekiDateField(label="回答期限", required=False)
    text = forms.CharField(
        label="相談したいこと・お願いしたいこと",
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="つなぎ先にそのまま届きます。同意のないことは書かず、つなぐ理由と、してほしいことを書きます。",
    )
    categories = forms.TypedMultipleChoiceField(
        label="この文に書いたことの分類",
        coerce=int,
        choices=Category.choices,
        initial=[Category.HISTORY],
        widget=forms.CheckboxSelectMultiple,
    )
    ground = forms.ChoiceField(
        label="共有の根拠", choices=Ground.choices, initial=Ground.CONSENT, widget=forms.RadioSelect
    )
    ground_note = forms.CharField(
        label="根拠の説明",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本人の同意によらないときに書きます。例: 高齢者虐待防止法7条の通報。",
    )
    enclosed = SomeOf(label="同封する記録", required=False)
    consultation = OneOf(label="添える相談受付", required=False)
    own_role = forms.CharField(
        label="つないだ後の、自分の機関の役割",
        max_length=120,
        help_text="例: 見守りを続ける、家族との連絡。つなぎ先に届き、関与の欄にも残ります。",
    )
    own_next_on = WarekiDateField(label="自分の機関の次の予定日", required=False)

    def __init__(
        self, *args, kinds, agencies, participants, rows, consultations, due, today, sealed, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.participants = {agency.pk for agency in participants}
        self.today, self.sealed = today, sealed
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["to_agency"].offer(agencies, agencies_in_groups(agencies, participants))
        self.fields["enclosed"].offer(rows, [(row.public_id, row.get_kind_display()) for row in rows])
        told = [(one.public_id, f"{wareki_short(one.taken_on)} {one.summary[:30]}") for one in consultations]
        self.fields["consultation"].offer(consultations, told, empty="添えない")
        self.fields[
            "answer_due"
        ].help_text = f"空欄のときは {wareki_short(due)}(開庁日で数えます)。緊急度が即日のときは本日です。"

    def clean_answer_due(self):
        """Not before today."""
        return self._not_past("answer_due", "回答期限")

    def clean_own_next_on(self):
        """Not before today."""
        return self._not_past("own_next_on", "次の予定日")

    def _not_past(self, name, label):
        day = self.cleaned_data.get(name)
        if day and day < self.today:
            raise forms.ValidationError(f"{label}が今日より前です。今日か、これからの日付にしてください。")
        return day

    def clean(self):
        cleaned = super().clean()
        if self.sealed:
            self.add_error(None, "支援会議で分かったケースは、解除されるまで、つなぐことができません。")
        if cleaned.get("ground") != Ground.CONSENT and "ground" in cleaned and not cleaned.get("ground_note"):
            self.add_error("ground_note", "同意によらない根拠を選んだときは、その説明を書いてください。")
        to_agency = cleaned.get("to_agency")
        if cleaned.get("kind") == Kind.INVITATION and to_agency and to_agency.pk in self.participants:
            self.add_error("to_agency", "この機関はすでに関与しています。ほかの機関を選んでください。")
        return cleaned

    def refuse_rows_of_others(self, rows):
        """Say which enclosed rows of other agencies may not go without consent (contract §4)."""
        for row in rows:
            label = f"{wareki_short(row.happened_on)} {row.get_kind_display()}({row.recorded_by})"
            self.add_error(
                "enclosed",
                f"{label}は、ほかの機関の記録で、つなぎ先への同意がないため同封できません。外してください。",
            )


class AcceptForm(HouseForm):
    """受理: what the receiver will do, when it acts next, and a word to the sender."""

    role_note = forms.CharField(
        label="引き受ける役割",
        max_length=120,
        help_text="例: 家計の相談を行う。つなぎ元に届き、関与の欄に残ります。",
    )
    next_on = WarekiDateField(label="次の予定日", required=False)
    text = forms.CharField(label="つなぎ元への返事", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def answer(self):
        """The text of the answer as the sender reads it: role and date, then the words."""
        cleaned = self.cleaned_data
        lines = [f"引き受ける役割: {cleaned['role_note']}"]
        if cleaned["next_on"]:
            lines.append(f"次の予定日: {wareki_short(cleaned['next_on'])}")
        return "\n".join([*lines, cleaned["text"]]).strip()


class ReturnForm(HouseForm):
    """差戻し: always with the reason."""

    text = forms.CharField(
        label="差戻しの理由",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="つなぎ元が次にどうすればよいかが分かるように書きます。",
    )
