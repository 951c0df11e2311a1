"""What an auditor narrows the trail by. The words are kept under an opaque id, never in an address."""

import re
import unicodedata

from django import forms

from cases.visibility import Purpose
from nisshin_support.forms import HouseForm, PeriodRules, WarekiDateField
from nisshin_support.wareki import BY_SIGN

NUMBER = re.compile(r"(?:令和|R)?(元|\d{1,2})(?:年度)?-(\d{1,6})")


class AuditFilterForm(PeriodRules, HouseForm):
    """Days, a member of staff, a case number, a purpose."""

    period_start, period_end = "from_day", "until_day"
    from_day = WarekiDateField(label="いつから", required=False, help_text="例: R8.4.1")
    until_day = WarekiDateField(label="いつまで", required=False, help_text="例: R8.4.30")
    staff = forms.CharField(label="職員の氏名", max_length=80, required=False, help_text="一部でも探せます。")
    number = forms.CharField(
        label="ケース番号", max_length=24, required=False, help_text="例: 令和8年度-0012"
    )
    purpose = forms.ChoiceField(
        label="目的",
        choices=[("", "すべて"), *Purpose.choices],
        required=False,
        help_text="何のために見たか。",
    )

    def clean_number(self):
        """(fiscal year, serial) of a case number, or None."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["number"]).upper()
        typed = re.sub(r"[\sー−–—‐]", lambda found: "" if found[0].isspace() else "-", typed)
        if not typed:
            return None
        if not (found := NUMBER.fullmatch(typed)):
            raise forms.ValidationError(
                "ケース番号として読み取れません。「令和8年度-0012」のように入力してください。"
            )
        year = 1 if found[1] == "元" else int(found[1])
        return BY_SIGN["R"].base + year, int(found[2])
