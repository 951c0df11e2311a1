"""マッチング: begin one, move it along, follow it up."""

from django import forms

from cases.models import Row
from nisshin_support.days import PastDayRules
from nisshin_support.forms import HouseForm, HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.versions import VersionRules
from outreach.forms.approach import CategoriesField
from outreach.models import Host, HostMenu, Placement, PlacementFollowUp

END_REASONS = "例:就職した、本人の希望、受入れ先の都合"


class MenuChoiceField(forms.ModelChoiceField):
    """A menu together with the host that offers it."""

    def label_from_instance(self, menu):
        return f"{menu.host.name} ― {menu.name}"


class PlacementForm(PastDayRules, HouseForm):
    """打診: which host, and what somebody hopes to do there."""

    happened_on = WarekiDateField(label="打診した日")
    host = forms.ModelChoiceField(
        label="受入れ先",
        queryset=Host.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="選んでください",
    )
    menu = MenuChoiceField(
        label="メニュー",
        queryset=HostMenu.objects.none(),
        required=False,
        empty_label="まだ決めていない",
        help_text="メニューを選べば、受入れ先は選ばなくてもかまいません。",
    )
    text = forms.CharField(
        label="希望と打診の内容",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="本人の希望、配慮してほしいこと、受入れ先の反応など",
    )
    categories = CategoriesField()

    def __init__(self, *args, hosts, menus, **options):
        super().__init__(*args, **options)
        self.fields["host"].queryset, self.fields["menu"].queryset = hosts, menus

    def clean(self):
        cleaned = super().clean()
        host, menu = cleaned.get("host"), cleaned.get("menu")
        if menu and host and menu.host_id != host.pk:
            self.add_error("menu", "選んだ受入れ先のメニューではありません。どちらかを選び直してください。")
        if not (host or menu) and not {"host", "menu"} & set(self.errors):
            self.add_error("host", "受入れ先か、メニューを選んでください。")
        cleaned["host"] = host or (menu and menu.host)
        return cleaned


class MoveForm(PastDayRules, HouseForm):
    """The next stage and its day; for 終了 a reason."""

    past_day = "day"
    stage = forms.ChoiceField(label="段階", choices=(), widget=forms.RadioSelect)
    day = WarekiDateField(label="その日付")
    reason = forms.CharField(
        label="終了の理由", max_length=120, required=False, help_text=f"終了のときに書きます。{END_REASONS}"
    )
    seen_stage = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, placement, **options):
        super().__init__(*args, **options)
        self.placement = placement
        self.fields["stage"].choices = [
            choice for choice in Placement.Stage.choices if choice[0] != placement.stage
        ]
        self.initial["seen_stage"] = placement.stage

    def clean(self):
        cleaned = super().clean()
        stage, day = cleaned.get("stage"), cleaned.get("day")
        if cleaned.get("seen_stage") != self.placement.stage:
            self._say_changed()
        if stage and day and day < self.placement.earliest_day_for(Placement.Stage(stage)):
            self.add_error("day", "前の段階の日付より前です。日付を確かめてください。")
        if stage == Placement.Stage.ENDED and not cleaned.get("reason"):
            self.add_error("reason", "終了の理由を入力してください。")
        return cleaned

    def _say_changed(self):
        now = self.placement.get_stage_display()
        self.add_error(
            None, f"ほかの人が先に段階を「{now}」にしました。確かめてから、もう一度保存してください。"
        )
        self.data = self.data.copy()
        self.data["seen_stage"] = self.placement.stage


class FollowUpForm(PastDayRules, PeriodRules, HouseForm):
    """A visit or a call after the placement has begun, to the person or to the host."""

    period_start, period_end = "happened_on", "next_on"
    to = forms.ChoiceField(label="相手", choices=PlacementFollowUp.To.choices, widget=forms.RadioSelect)
    happened_on = WarekiDateField(label="日付")
    text = forms.CharField(label="様子・調整したこと", widget=forms.Textarea(attrs={"rows": 6}))
    categories = CategoriesField()
    next_on = WarekiDateField(label="次の予定日", required=False)


class TextCorrectionForm(VersionRules, HouseModelForm):
    """The text of a placement or a follow-up, corrected."""

    text = forms.CharField(label="内容", widget=forms.Textarea(attrs={"rows": 8}))

    class Meta:
        model = Row
        fields = ["text"]
