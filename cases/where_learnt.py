"""会議で知った or 自ら確認した: whoever saw a 支援会議 about a person and writes about them within 90 days says which
(contract §3.4). One question for every form that writes a row; `Row.write` refuses what does not answer it."""

from django import forms
from django.contrib import messages

from cases.models.row import Row
from cases.visibility.learnt import items_seen_lately
from nisshin_support.forms import HouseForm
from nisshin_support.wareki import wareki_short

NAME = "learnt"
AT_MEETING, BY_ONESELF = Row.Learned.AT_MEETING, Row.Learned.BY_ONESELF
HELP = (
    "この人のことを話した支援会議に、90日以内に加わっています。"
    "会議で知ったことは、会長と持ち込んだ機関が解除するまで、この画面にも、ほかの機関にも出ません(会議の記録にだけ残ります)。"
)
NOT_AT_THIS_TABLE = (
    "支援会議で知ったことは、解除されるまで、重層的支援会議には書けません。その部分を文から除いてください。"
)
NOT_IN_CORRECTIONS = "支援会議で知ったことは、訂正ではなく、新しい記録に書いてください。"
KEPT_INSIDE = "会議で知ったこととして、支援会議の記録に入れました。解除されるまで、この画面には出ません。"


class LearntField(forms.ChoiceField):
    """Where it was learnt; cleans to what `Row.write` takes."""

    widget = forms.RadioSelect
    refusal = ""

    def __init__(self, items, refusal=""):
        self.items, self.refusal = {item.public_id: item for item in items}, refusal
        several = len(self.items) > 1
        choices = [(key, _named(item, several)) for key, item in self.items.items()]
        super().__init__(
            label="どこで知ったか",
            choices=[(BY_ONESELF.value, "自ら確認した(本人や家族から聞いた、訪問で見たなど)"), *choices],
            help_text=HELP,
            error_messages={"required": "会議で知ったことか、自ら確認したことかを選んでください。"},
        )

    def clean(self, value):
        chosen = super().clean(value)
        if chosen == BY_ONESELF:
            return {"learned": BY_ONESELF}
        if self.refusal:
            raise forms.ValidationError(self.refusal)
        return {"learned": AT_MEETING, "origin": self.items[chosen]}


def _named(item, several):
    """The sitting's day; of several items on the agenda also the place, never the contents."""
    place = f" 議題{item.order}" if several else ""
    return f"{wareki_short(item.segment.meeting.day)}の支援会議{place}で知った"


def ask_where_learnt(form, viewer, people, refusal=""):
    """Put the question on the form if the viewer saw a 支援会議 about one of `people` lately; give the form back.

    `refusal`: where what was learnt at a meeting may not be written at all, what to do instead.
    """
    items = items_seen_lately(viewer.user_id, list(people), viewer.day).select_related("segment__meeting")
    if found := list(items):
        form.fields[NAME] = LearntField(found, refusal)
    return form


def ask_where_corrected(form, viewer, row):
    """The same for a correction of `row`: what was learnt at a meeting goes into a row of its own."""
    return ask_where_learnt(form, viewer, row.subject_list(), NOT_IN_CORRECTIONS)


def where_learnt_form(viewer, people, data=None, refusal="", **options):
    """The question alone, beside a button; without fields, and valid, when there is nothing to ask."""
    return ask_where_learnt(HouseForm(data, **options), viewer, people, refusal)


def learnt_in(form):
    """The answer as `Row.write` takes it; None when nothing was asked."""
    return form.cleaned_data.get(NAME)


def stays_inside(form):
    """Whether what was written goes into the record of the 支援会議 instead of the page."""
    return (learnt_in(form) or {}).get("learned") == AT_MEETING


def tell_where_it_went(request, form):
    """Say so when what was written does not appear on the page."""
    if stays_inside(form):
        messages.info(request, KEPT_INSIDE)
