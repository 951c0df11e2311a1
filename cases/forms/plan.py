"""Forms of a plan: its cover, goals, actions and evaluation. Each is a row, so each says whom it is about."""

from datetime import date

from django import forms

from cases.forms.choosing import OneOf, SomeOf
from cases.forms.record import EXPLAINED
from cases.models import Category, Plan, PlanAction, PlanGoal
from nisshin_support.forms import HouseForm, HouseModelForm, PeriodRules, WarekiDateField
from nisshin_support.versions import VersionRules
from nisshin_support.wareki import wareki

ENCLOSED = "つなぎや会議に添えているため、変えられません。変えるときは、新しく書いて添え直してください。"
FINDINGS = {
    Plan.Type.COORDINATION: "支援者の見立て",
    Plan.Type.OUTREACH: "つながり形成の課題・接触の状況",
    Plan.Type.PARTICIPATION: "参加上の課題・希望・配慮",
}


def long_text(rows=5):
    """A text area of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


def first_words(row, length=40):
    """The beginning of a row's text, for a list to choose from."""
    line = " ".join(row.text.split())
    return line if len(line) <= length else f"{line[:length]}…"


def worded(things, label):
    """Choices of things by their public ids, each in words of its own."""
    return [(thing.public_id, label(thing)) for thing in things]


def not_after(today, day):
    """`day`, unless it has not come yet."""
    if day > today:
        raise forms.ValidationError("先の日付は入力できません。今日までの日付にしてください。")
    return day


def in_words(field, value):
    """A value as people read it: a choice by its label, a day in 和暦."""
    if isinstance(value, date):
        return wareki(value)
    return dict(getattr(field, "choices", ())).get(value, value)


class Block:
    """A group of fields under one legend; `side` puts them beside each other."""

    def __init__(self, form, legend, names, side=False):
        self.legend, self.side = legend, side
        self.fields = [form[name] for name in names if name in form.fields]


class RowForm(VersionRules, HouseModelForm):
    """A row of a plan. `people` are those of the case whom this viewer may write about; the main subject comes first."""

    subjects = SomeOf(label="だれのこと", error_messages={"required": "だれのことかを選んでください。"})
    categories = forms.TypedMultipleChoiceField(
        label="分類",
        coerce=int,
        choices=EXPLAINED,
        widget=forms.CheckboxSelectMultiple,
        help_text="ほかの機関には、選んだ人と分類のすべてに本人の同意があるときだけ見えます。",
        error_messages={"required": "分類を1つ以上選んでください。"},
    )
    default_category = Category.HISTORY
    layout = []

    def __init__(self, *args, people, main, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["subjects"].offer(people, worded(people, lambda person: person.name))
        row = self.instance
        self.initial["subjects"] = [person.public_id for person in (row.subject_list() if row.pk else [main])]
        self.initial["categories"] = row.category_list() if row.pk else [self.default_category]
        self.is_enclosed = bool(row.pk and row.is_enclosed)
        if self.is_enclosed:
            for name in ("subjects", "categories"):
                self.fields[name].disabled = True
                self.fields[name].help_text = ENCLOSED

    @property
    def blocks(self):
        """The fields in their groups, the pairs (subject, category) last."""
        about = ("だれの、どの分類のことか", ["subjects", "categories", "learnt"])
        return [Block(self, *block) for block in [*self.layout, about]]

    def about(self):
        """The people and categories as the form stands now: what 「これを見られる機関」 is computed from."""
        keys = self["subjects"].value() or []
        things = self.fields["subjects"].things
        numbers = [int(number) for number in self["categories"].value() or [] if str(number).isdigit()]
        return [things[key] for key in keys if key in things], numbers

    def columns(self):
        """What the row's own columns get."""
        return {
            name: self.cleaned_data[name]
            for name in self._meta.fields
            if name in self.fields and name != "text"
        }

    def write(self, *, case, author, day, **more):
        """Write a new row as typed."""
        chosen = self.cleaned_data
        return type(self.instance).write(
            case=case,
            author=author,
            subjects=chosen["subjects"],
            categories=chosen["categories"],
            day=day,
            text=self.text(),
            **{**self.columns(), **more},
        )

    def text(self):
        """The row's text."""
        return self.cleaned_data["text"]

    def correct(self, author, learnt=None):
        """Save as a new version. The earlier one keeps its text and, below it, what else was changed."""
        row = self.instance
        row.text = "\n".join([self.initial["text"], *self._replaced()]).strip()
        row.correct(self.text(), author, learnt)
        row.save(update_fields=list(self.columns()))
        if not self.is_enclosed:
            row.say_about(self.cleaned_data["subjects"], self.cleaned_data["categories"])
        return row

    def _replaced(self):
        """What else the earlier version said, one line a field that is changed."""
        others = [name for name in self._meta.fields if name != "text" and name in self.changed_data]
        said = [(self.fields[name], self.initial.get(name)) for name in others]
        return [f"({field.label}: {in_words(field, value)})" for field, value in said if value]

    def _show_both(self):
        super()._show_both()
        fields = {field.label: field for name, field in self.fields.items() if name in self._meta.fields}
        self.changed_meanwhile = [
            (label, in_words(fields[label], theirs), in_words(fields[label], mine))
            for label, theirs, mine in self.changed_meanwhile
            if label in fields
        ]


class PlanForm(PeriodRules, RowForm):
    """The cover: kind, period, review, the person's own words and the workers' view."""

    period_start, period_end = "from_day", "until_day"
    from_day = WarekiDateField(label="開始日")
    until_day = WarekiDateField(label="終了日", required=False)
    review_on = WarekiDateField(label="次回の見直し日", help_text="日が近づくと、ホームに出ます。")
    layout = [
        ("プランの種類", ["type"]),
        ("期間と見直し", ["from_day", "until_day", "review_on"], True),
        ("課題", ["person_wish", "text"]),
    ]

    class Meta:
        model = Plan
        fields = ["type", "from_day", "until_day", "review_on", "person_wish", "text"]
        widgets = {"type": forms.RadioSelect, "person_wish": long_text(4), "text": long_text(7)}
        help_texts = {
            "person_wish": "本人が話したとおりのことばで書きます。まだ聞けていないときは空欄のままにします。"
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = Plan.Type.choices
        self.fields["text"].label = FINDINGS.get(self.initial.get("type"), "支援者の見立て")
        self.fields["text"].required = True

    def clean(self):
        cleaned = super().clean()
        start, review = cleaned.get("from_day"), cleaned.get("review_on")
        if start and review and review < start:
            self.add_error("review_on", "見直し日が開始日より前です。日付を直してください。")
        return cleaned


class GoalForm(RowForm):
    """A goal: long-term (目指す姿) or of this plan."""

    layout = [("目標", ["term", "text", "order"])]

    class Meta:
        model = PlanGoal
        fields = ["term", "text", "order"]
        widgets = {"term": forms.RadioSelect, "text": long_text(4)}
        labels = {"text": "目標"}
        help_texts = {
            "term": "長期は本人の目指す姿、短期はこのプランで達成することです。",
            "order": "小さい数字から順に並びます。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = PlanGoal.Term.choices
        self.fields["text"].required = True


class ActionForm(PeriodRules, RowForm):
    """Who does what, by when, for which goal."""

    period_start, period_end = "from_day", "until_day"
    goal = OneOf(label="どの目標のため", required=False)
    agency = OneOf(
        label="担当する機関",
        required=False,
        help_text="担当する機関には、この支援内容と、ケースの番号・氏名が見えるようになります。ほかの記録は見えません。",
    )
    member = forms.ChoiceField(label="担当者(決まっていれば)", required=False)
    from_day = WarekiDateField(label="開始日", required=False)
    until_day = WarekiDateField(label="いつまで", required=False)
    layout = [
        ("何をするか", ["text", "goal"]),
        ("だれがするか", ["doer", "agency", "member", "doer_note"]),
        ("いつ", ["from_day", "until_day"], True),
    ]

    class Meta:
        model = PlanAction
        fields = ["text", "doer", "doer_note", "from_day", "until_day"]
        widgets = {"doer": forms.RadioSelect, "text": long_text(4)}
        labels = {"text": "支援内容"}
        help_texts = {"doer_note": "例: 長女、民生委員と一緒に"}

    def __init__(self, *args, goals, agencies, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doer"].choices = PlanAction.Doer.choices
        self.fields["text"].required = True
        self.fields["goal"].offer(goals, worded(goals, first_words), empty="目標を定めない")
        self.fields["agency"].offer(agencies, worded(agencies, lambda agency: agency.name))
        self.members = {str(member.pk): member for member in members}
        names = [
            (key, f"{member.agency.short_name} {member.user.name}") for key, member in self.members.items()
        ]
        self.fields["member"].choices = [("", "機関で決める"), *names]

    def clean_member(self):
        """The membership chosen, or None."""
        return self.members.get(self.cleaned_data["member"])

    def clean(self):
        cleaned = super().clean()
        member, agency = cleaned.get("member"), cleaned.get("agency")
        if cleaned.get("doer") == PlanAction.Doer.AGENCY and not agency and "agency" not in self.errors:
            self.add_error("agency", "担当する機関を選んでください。")
        if member and agency and member.agency_id != agency.pk:
            self.add_error("member", "担当する機関の職員を選んでください。")
        return cleaned

    def columns(self):
        return {**super().columns(), "goal": self.cleaned_data["goal"]}

    def assign(self, action, today):
        """Give the action to the agency chosen, or to nobody when the person or the family does it."""
        chosen = self.cleaned_data
        if chosen["doer"] == PlanAction.Doer.AGENCY:
            member = chosen["member"]
            action.assign_to(chosen["agency"], member.user if member else None, chosen["until_day"])
        else:
            action.unassign(today)


class ActionEndForm(HouseForm):
    """終えた: when, and with what result."""

    ended_on = WarekiDateField(label="終えた日")
    outcome = forms.CharField(
        label="結果", widget=long_text(5), help_text="何ができて、何が残ったかを書きます。プランに残ります。"
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_ended_on(self):
        """Not a day to come."""
        return not_after(self.today, self.cleaned_data["ended_on"])


class TakeOverForm(HouseForm):
    """What goes on in the next plan: rows of one's own agency."""

    goals = SomeOf(label="引き継ぐ目標", required=False)
    actions = SomeOf(label="引き継ぐ支援内容", required=False)

    def __init__(self, *args, goals, actions, **kwargs):
        super().__init__(*args, **kwargs)
        offer_to_take_over(self, goals=goals, actions=actions)


def is_done(row):
    """Whether a row is an action that was ended."""
    assignment = getattr(row, "assignment", None)
    return bool(assignment and assignment.ended_on)


def offer_to_take_over(form, **offered):
    """Offer rows of the last plan, ticked unless they are done; a field without any is left out."""
    for name, rows in offered.items():
        form.fields[name].offer(rows, worded(rows, lambda row: first_words(row, 60)))
        form.initial[name] = [row.public_id for row in rows if not is_done(row)]
        if not rows:
            del form.fields[name]


class ReplanForm(PlanForm):
    """The next round: a cover filled from the last one, and what goes on with it."""

    goals = SomeOf(label="引き継ぐ目標", required=False)
    actions = SomeOf(label="引き継ぐ支援内容", required=False)
    layout = [*PlanForm.layout, ("前のプランから引き継ぐもの", ["goals", "actions"])]

    def __init__(self, *args, goals, actions, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["type"]
        offer_to_take_over(self, goals=goals, actions=actions)
