"""回収リスト on the screen and on paper: who has had what on a consent taken back, ticked off one by one (§5)."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.forms.recall import RecallForm
from cases.models import Category, RecallEntry, Row
from cases.views.case_page import saved
from cases.views.consents import whole_consent
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it; of its rows those that the reader sees."""

    entry: RecallEntry
    categories: list[str]
    rows: list[Row] = field(default_factory=list)


@for_purpose(Purpose.SUPPORT)
def recall_list(request, public_id):
    """The list of one statement, for who sees it whole."""
    return _shown(request, public_id, "回収リスト", "cases/recall_list.html")


@for_purpose(Purpose.SUPPORT)
def recall_print(request, public_id):
    """The same on A4."""
    return _shown(request, public_id, "回収リストの印刷", "cases/recall_print.html")


def _shown(request, public_id, what, template):
    statement = whole_consent(request, public_id)
    lines = _lines(request, statement)
    rows = [row for line in lines for row in line.rows]
    entries = [line.entry for line in lines]
    audit.saw(request, what, case=statement.case, rows=rows, shown=[statement, *entries])
    context = {
        "consent": statement,
        "case": statement.case,
        "open": [line for line in lines if not line.entry.outcome],
        "settled": [line for line in lines if line.entry.outcome],
    }
    return render(request, template, context)


def _lines(request, statement):
    entries = RecallEntry.objects.visible_to(request.viewer, request.purpose).filter(statement=statement)
    entries = list(entries.select_related("agency", "user", "settled_by__user", "settled_by__agency"))
    keys = {key for entry in entries for key in entry.rows}
    visible = Row.objects.visible_to(request.viewer, request.purpose).filter(pk__in=keys)
    rows = {row.pk: row for row in visible.order_by("-happened_on", "-pk")}
    return [
        Line(
            entry,
            [Category(number).label for number in entry.categories],
            [row for key, row in rows.items() if key in entry.rows],
        )
        for entry in entries
    ]


@for_purpose(Purpose.SUPPORT)
@once
def recall_settle(request, public_id):
    """消し込み of one line: what became of it, when, by whom."""
    entries = RecallEntry.objects.visible_to(request.viewer, request.purpose).open()
    entry = get_object_or_404(
        entries.select_related("statement", "case", "agency", "user"), public_id=public_id
    )
    today = request.viewer.day
    form = RecallForm(request.POST or None, initial={"on": today}, today=today)
    if form.is_bound and form.is_valid():
        _settle(request, entry, form.cleaned_data)
        return redirect("cases:recall_list", entry.statement.public_id)
    audit.saw(request, "回収の消し込み", case=entry.case, shown=[entry, entry.statement])
    categories = [Category(number).label for number in entry.categories]
    context = {"case": entry.case, "line": Line(entry, categories), "form": form, "consent": entry.statement}
    return render(request, "cases/recall_settle.html", context)


def _settle(request, entry, said):
    if entry.settle(by=request.viewer.membership, **said):
        audit.did(request, "回収を消し込む", case=entry.case, shown=[entry])
        saved(request, "回収のことを保存しました")
    else:
        messages.warning(request, "この行は、ほかの人がすでに消し込みました。何も変えていません。")
