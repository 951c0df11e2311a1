"""Forms of the household as told by the main subject, and of contact details."""

from django import forms

from cases.forms.choosing import OneOf
from cases.forms.record import by_name
from cases.models import ContactDetail, HouseholdMember
from nisshin_support.forms import HouseForm, HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.kana import name_key
from nisshin_support.versions import VersionRules


class HouseholdMemberForm(VersionRules, PeriodRules, HouseModelForm):
    """世帯員: the same person stands once in a household at a time."""

    period_start, period_end = "from_day", "until_day"

    person = OneOf(
        label="支援の対象として登録済みの人",
        required=False,
        help_text="この世帯員が、このケースですでに登録されている人なら選びます。",
    )
    supports = forms.BooleanField(
        label="この人も支援の対象にする",
        required=False,
        help_text="登録すると、この人のことを支援経過に書けるようになります。",
    )
    from_day = WarekiDateField(label="いつから", required=False)
    until_day = WarekiDateField(
        label="いつまで", required=False, help_text="世帯から離れた日。いまも世帯員なら空にします。"
    )
    text = forms.CharField(label="備考", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    field_order = ["name", "relation", "living", "from_day", "until_day", "text", "person", "supports"]

    class Meta:
        model = HouseholdMember
        fields = ["name", "relation", "living", "from_day", "until_day", "text", "person"]
        help_texts = {"relation": "主対象者から見た続柄。例: 妻、長男、同居人"}

    def __init__(self, *args, people, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.others = others
        self.fields["person"].offer(people, by_name(people), empty="結び付けない")
        if self.instance.person_id:
            del self.fields["supports"]
            linked = [person for person in people if person.pk == self.instance.person_id]
            if linked:
                self.initial["person"] = linked[0].public_id
            else:
                del self.fields["person"]

    def clean(self):
        """Nobody twice in the household at one time, neither by the register nor by name."""
        cleaned = super().clean()
        if cleaned.get("person") and cleaned.get("supports"):
            self.add_error("supports", "登録済みの人を選んだときは、チェックを外してください。")
        for other in self.others:
            if not _overlap(cleaned, other):
                continue
            if cleaned.get("person") and cleaned["person"].pk == other.person_id:
                self.add_error(
                    "person", "この人は、同じ期間の世帯員としてすでに入っています。その行を編集してください。"
                )
            elif name_key(cleaned.get("name") or "") == name_key(other.name):
                self.add_error(
                    "name",
                    "同じ氏名の人が、同じ期間の世帯員としてすでに入っています。その行を編集してください。",
                )
        return cleaned

    def member_fields(self):
        """What the sheet says, as the columns of a household member."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def _overlap(cleaned, other):
    """Whether the period typed and another member's have a day in common; an open end reaches on."""
    starts_after = cleaned.get("from_day") and other.until_day and cleaned["from_day"] > other.until_day
    ends_before = cleaned.get("until_day") and other.from_day and cleaned["until_day"] < other.from_day
    return not (starts_after or ends_before)


class MemberEndForm(HouseForm):
    """When somebody left the household."""

    until_day = WarekiDateField(label="世帯から離れた日")

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_until_day(self):
        """Not before the membership began."""
        day = self.cleaned_data["until_day"]
        if self.member.from_day and day < self.member.from_day:
            raise forms.ValidationError("「いつから」より前です。日付を直してください。")
        return day


class ContactForm(HouseModelForm):
    """連絡先: one address or number that is not concealed, and how it may be used."""

    text = forms.CharField(
        label="連絡先",
        max_length=300,
        widget=forms.TextInput,
        help_text="住所、電話番号、メールアドレスのどれか1つ。",
    )

    field_order = ["type", "text", "restriction"]

    class Meta:
        model = ContactDetail
        fields = ["type", "text", "restriction"]
