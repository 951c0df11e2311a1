"""受入れ先 and what one can do there."""

from django import forms

from nisshin_support.forms import HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.versions import VersionRules
from outreach.models import Host, HostMenu


class HostForm(PeriodRules, HouseModelForm):
    """A host. It names nobody whom it hosts."""

    period_start, period_end = "from_day", "until_day"
    from_day = WarekiDateField(label="協力の開始日")
    until_day = WarekiDateField(label="協力の終了日", required=False)

    class Meta:
        model = Host
        fields = ["name", "kind", "town", "contact", "capacity", "note", "from_day", "until_day"]
        widgets = {
            "note": forms.Textarea(attrs={"rows": 4}),
            "capacity": forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"}),
        }
        help_texts = {
            "note": "受け入れている人の名前や様子は、ここに書かないでください。マッチングに記録します。"
        }


class HostEditForm(VersionRules, HostForm):
    """A host changed, never over somebody else's change."""


class HostMenuForm(HouseModelForm):
    """One menu in one line."""

    class Meta:
        model = HostMenu
        fields = ["name", "frequency"]
        labels = {"name": "メニュー", "frequency": "頻度の目安"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # An empty line is no menu; the word 必須 beside it would say otherwise.
        self.fields["name"].required = False

    def clean(self):
        cleaned = super().clean()
        if self.has_changed() and not cleaned.get("name"):
            self.add_error(
                "name", "メニューの名前を入力してください。やめるときは「このメニューをやめる」を選びます。"
            )
        return cleaned


HostMenuFormSet = forms.inlineformset_factory(
    Host, HostMenu, form=HostMenuForm, extra=3, can_delete=True, max_num=50, validate_max=True
)
