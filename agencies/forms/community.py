"""地域づくり: places, activities, courses and 相談会 days. None of them names a person."""

from django import forms

from agencies.models import Activity, ConsultationDay, Course, Place
from agencies.towns import TownInput
from nisshin_support.days import ClockField, PastDayRules
from nisshin_support.forms import HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.versions import VersionRules

MOST_PEOPLE = 30000


class CountField(forms.IntegerField):
    """A number of people or of times, typed in 全角 too; left empty it is 0."""

    def __init__(self, **options):
        options = {"min_value": 0, "max_value": MOST_PEOPLE, "required": False, "initial": 0, **options}
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "w-short", "maxlength": "7"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        options["error_messages"] = {
            "invalid": "人数や件数を数字で入力してください。",
            "min_value": "0以上の数字を入力してください。",
            "max_value": f"{MOST_PEOPLE:,}より大きい数字です。桁を確かめてください。",
        }
        super().__init__(**options)

    def clean(self, value):
        return super().clean(value) or 0


class PlaceForm(VersionRules, PeriodRules, HouseModelForm):
    """A place of one's own agency, for a line of the plan."""

    period_start, period_end = "from_day", "until_day"
    from_day = WarekiDateField(label="活動の開始日")
    until_day = WarekiDateField(
        label="活動の終了日", required=False, help_text="続いている間は空欄のままにします。例: R9.3.31"
    )

    class Meta:
        model = Place
        fields = ["plan_row", "name", "provisional", "town", "note", "from_day", "until_day"]
        widgets = {"town": TownInput(), "note": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "provisional": "正式な名称が決まっていない場に付けます。",
            "town": "打ちはじめると町名の候補が出ます。",
            "note": "開く曜日、時間、行き方など。個人が分かることは書かないでください。",
        }

    def __init__(self, *args, plan_rows, **options):
        super().__init__(*args, **options)
        _offer(self.fields["plan_row"], plan_rows, "計画の行を選ぶ")


class ActivityForm(VersionRules, PastDayRules, HouseModelForm):
    """What happened at a place, or for a line of the plan without a place."""

    past_day = "day"
    day = WarekiDateField(label="日付")
    participants = CountField(label="参加者数(延べ)", help_text="分からないときは0のままにします。")
    helpers = CountField(label="担い手の数")
    coordinated = CountField(label="コーディネート件数", help_text="人や活動をつないだ件数です。")

    class Meta:
        model = Activity
        fields = ["plan_row", "day", "title", "participants", "helpers", "coordinated", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"title": "例: 体操と茶話会"}

    def __init__(self, *args, plan_rows=None, **options):
        super().__init__(*args, **options)
        if plan_rows is None:
            del self.fields["plan_row"]
        else:
            _offer(self.fields["plan_row"], plan_rows, "計画の行を選ぶ")


class CourseForm(VersionRules, HouseModelForm):
    """A course, held or to come."""

    day = WarekiDateField(label="日付", help_text="これから開く日も入力できます。例: R8.7.4")
    participants = CountField(label="受講者数")
    completed = CountField(label="修了者数")

    class Meta:
        model = Course
        fields = ["plan_row", "place", "day", "title", "participants", "completed", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "title": "例: まちの守り人養成講座",
            "place": "名簿にない会場のときは空欄のままにします。",
        }

    def __init__(self, *args, plan_rows, places, **options):
        super().__init__(*args, **options)
        _offer(self.fields["plan_row"], plan_rows, "計画の行を選ぶ")
        _offer(self.fields["place"], places, "会場を選ぶ")
        if len(plan_rows) == 1 and not self.instance.pk:
            self.initial.setdefault("plan_row", plan_rows[0].pk)

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("completed", 0) > cleaned.get("participants", 0):
            self.add_error("completed", "修了者数が受講者数より多くなっています。どちらかを直してください。")
        return cleaned


class ConsultationDayForm(VersionRules, HouseModelForm):
    """One session of 福祉なんでも相談会 at one venue."""

    day = WarekiDateField(label="日付", help_text="これから開く日も入力できます。例: R8.7.4")
    start = ClockField(label="開始時刻", required=False)
    end = ClockField(label="終了時刻", required=False)
    staff_count = CountField(label="相談員の数")

    class Meta:
        model = ConsultationDay
        fields = ["place", "day", "start", "end", "staff_count", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        _offer(self.fields["place"], places, "会場を選ぶ")

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] <= cleaned["start"]:
            self.add_error("end", "終了時刻が開始時刻より前です。時刻を直してください。")
        if place := cleaned.get("place"):
            self.instance.plan_row = place.plan_row
        return cleaned


def _offer(field, things, empty_label):
    """Let the field offer these, already fetched, and accept no others."""
    model = field.queryset.model
    field.queryset = model._default_manager.filter(pk__in=[thing.pk for thing in things])
    field.choices = [("", empty_label), *((thing.pk, str(thing)) for thing in things)]
