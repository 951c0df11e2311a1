"""Forms of 緊急提供: to whom, why it cannot wait, what exactly, who approves; and the reason it ends."""

from django import forms

from cases.forms.choosing import OneOf, SomeOf, agencies_in_groups
from cases.models import EmergencyDisclosure
from nisshin_support.forms import HouseForm, WarekiDateField

Ground = EmergencyDisclosure.Ground
OF_MODEL = [
    "to_agency",
    "to_outside",
    "ground",
    "ground_note",
    "facts",
    "with_header",
    "until_day",
    "approve_by",
]


class DisclosureForm(HouseForm):
    """緊急提供: the least that is needed, on a ground, approved by another person."""

    to_agency = OneOf(label="この仕組みを使う機関", required=False)
    to_outside = forms.CharField(
        label="この仕組みの外の相手",
        max_length=120,
        required=False,
        help_text="例: 消防(救急)、警察。記録だけが残り、画面では何も見えるようになりません。",
    )
    ground = forms.ChoiceField(label="根拠", choices=Ground.choices, widget=forms.RadioSelect)
    ground_note = forms.CharField(
        label="根拠の条項など",
        max_length=200,
        required=False,
        help_text="例: 個人情報保護法69条2項4号、高齢者虐待防止法7条",
    )
    facts = forms.CharField(
        label="緊急と判断した事実",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="だれに何が起きていて、なぜ同意を待てないか。相手の機関にも見えます。",
    )
    with_header = forms.BooleanField(label="氏名・ふりがな・生年月日を渡す", required=False)
    rows = SomeOf(label="渡す記録", required=False)
    until_day = WarekiDateField(label="相手が見られる最終日")
    approver = OneOf(
        label="承認する人",
        help_text="あなたとは別の人です。期限までに承認されないと、相手からは見えなくなります。",
    )
    approve_by = WarekiDateField(label="承認の期限")

    def __init__(self, *args, agencies, participants, rows, approvers, today, sealed, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.sealed = today, sealed
        groups = agencies_in_groups(agencies, participants)
        self.fields["to_agency"].offer(agencies, groups, empty="選ばない")
        self.fields["rows"].offer(rows, [(row.public_id, row.get_kind_display()) for row in rows])
        named = [
            (str(one.pk), f"{one.user.name}({one.agency.short_name} {one.get_role_display()})")
            for one in approvers
        ]
        self.fields["approver"].offer(approvers, named, key="pk")

    def clean(self):
        """One recipient, something to see for an agency, days that lie in order."""
        cleaned = super().clean()
        agency = cleaned.get("to_agency")
        if "to_agency" in cleaned and bool(agency) == bool(cleaned.get("to_outside")):
            self.add_error(
                "to_agency", "渡す相手を、機関かこの仕組みの外の相手の、どちらか一方だけ入力してください。"
            )
        if agency and self.sealed:
            self.add_error(
                "to_agency", "支援会議で分かったケースは、解除されるまで、ほかの機関に渡せません。"
            )
        if agency and not cleaned.get("with_header") and not cleaned.get("rows"):
            self.add_error("rows", "渡す記録を選ぶか、氏名などを渡すことを選んでください。")
        if cleaned.get("ground") == Ground.LAW and not cleaned.get("ground_note"):
            self.add_error("ground_note", "どの法令によるかを書いてください。")
        self._clean_days(cleaned.get("until_day"), cleaned.get("approve_by"))
        return cleaned

    def _clean_days(self, until, approve_by):
        for name, day in (("until_day", until), ("approve_by", approve_by)):
            if day and day < self.today:
                self.add_error(name, "今日より前です。今日か、これからの日付にしてください。")
        if until and approve_by and self.today <= until < approve_by:
            self.add_error("approve_by", "見られる最終日より後です。最終日までの日付にしてください。")

    def fields_to_give(self):
        """The cleaned values as a disclosure keeps them."""
        return {name: self.cleaned_data[name] for name in [*OF_MODEL, "approver", "rows"]}


class DisclosureReasonForm(HouseForm):
    """Why a disclosure is refused, or ends before its last day."""

    reason = forms.CharField(label="理由", max_length=200)
