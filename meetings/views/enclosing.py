"""同封 and 照会への回答: what the called agencies lay on the table before the confirmation (§3.2)."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Case, Row
from cases.visibility import Purpose, acts
from cases.where_learnt import NOT_AT_THIS_TABLE, ask_where_learnt, learnt_in
from meetings.forms.item import AnswerForm
from meetings.models import AgendaItem
from meetings.views.at_hand import is_seated, prepared_item, say
from meetings.views.lines import header_of, laid_out, line_of, lines_of
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def _item(request, item_id):
    items = AgendaItem.objects.to_enclose_in(request.viewer, request.purpose)
    return get_object_or_404(
        items.select_related("segment__meeting", "case__main_subject"), public_id=item_id
    )


@for_purpose(Purpose.PREPARATION)
@once
def item_enclose(request, item_id):
    """Choose among one's own rows (and, on consent, those seen by it) which to lay on the table."""
    item = _item(request, item_id)
    viewer = request.viewer
    if request.method == "POST":
        _enclose(request, item)
        return redirect("meetings:item_enclose", item_id)
    header = header_of(request, item)
    free = list(acts.enclosable_rows(viewer, item).for_timeline())
    enclosed = _own_enclosures(viewer, item)
    known = Case.objects.visible_to(viewer, Purpose.SUPPORT).filter(pk=item.case_id).exists()
    context = {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "header": header,
        "case_number": item.case.number if known else "",
        "free": _lines(viewer, item, free, header),
        "enclosed": enclosed,
        "may_prepare": AgendaItem.objects.visible_to(viewer, request.purpose).filter(pk=item.pk).exists(),
    }
    rows = [*free, *(line for _, line in enclosed if line)]
    laid = [enclosure for enclosure, _ in enclosed]
    audit.saw(request, "同封する資料を選ぶ", case=item.case, item=item, rows=rows, shown=laid)
    return render(request, "meetings/item_enclose.html", context)


def _lines(viewer, item, rows, header):
    return [line_of(viewer, item, row, header, []) for row in rows]


def _own_enclosures(viewer, item):
    """(enclosure, line) of what the agency enclosed; the line only while the row is open to it."""
    mine = list(item.enclosures_of(viewer.agency_id))
    visible = Row.objects.visible_to(viewer, Purpose.SUPPORT).filter(pk__in=[one.row_id for one in mine])
    lines = {line.pk: line for line in _lines(viewer, item, visible.for_timeline(), None)}
    return [(one, lines.get(one.row_id)) for one in mine]


def _enclose(request, item):
    chosen = set(request.POST.getlist("rows"))
    rows = list(acts.enclosable_rows(request.viewer, item).filter(public_id__in=chosen))
    if len(rows) != len(chosen):
        raise Http404
    for row in rows:
        item.enclose(row, request.viewer.membership, request.viewer.day)
    if rows:
        audit.did(request, "資料を同封する", case=item.case, item=item, rows=rows)
        say(request, f"{len(rows)}件を同封しました")


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def enclosure_remove(request, item_id, enclosure_id):
    """Take one's own enclosure off the table."""
    item = _item(request, item_id)
    mine = item.enclosures_of(request.viewer.agency_id)
    enclosure = get_object_or_404(mine, public_id=enclosure_id)
    item.take_back(enclosure, request.viewer.day)
    audit.did(request, "同封を外す", item=item, rows=[enclosure.row])
    say(request, "同封を外しました")
    return redirect("meetings:item_enclose", item_id)


@for_purpose(Purpose.PREPARATION)
@once
def item_answer(request, item_id):
    """照会への回答: those selected write the preparation sheet, kept apart by agency."""
    item = prepared_item(request, item_id)
    viewer = request.viewer
    open_for_answers = item.called_on and not item.segment.confirmed_on and not item.segment.is_over
    if not (open_for_answers and is_seated(viewer, item)):
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if not item.segment.is_statutory:
        ask_where_learnt(form, viewer, [item.case.main_subject], NOT_AT_THIS_TABLE)
    if request.method == "POST" and form.is_valid():
        _answer(request, item, form)
        return redirect("meetings:item_prepare", item_id)
    header = header_of(request, item)
    rows = list(Row.objects.visible_to(viewer, request.purpose, item).for_timeline())
    context = {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "header": header,
        "form": form,
        "table": laid_out(lines_of(request, item, rows, header)),
    }
    audit.saw(request, "照会に回答する", case=item.case, item=item, rows=rows)
    return render(request, "meetings/item_answer.html", context)


def _answer(request, item, form):
    rows = [
        item.write(
            kind=Row.Kind.ANSWER,
            text=text,
            author=request.viewer.membership,
            subjects=[item.case.main_subject],
            categories=categories,
            day=request.viewer.day,
            learnt=learnt_in(form),
        )
        for text, categories in form.answers()
    ]
    audit.did(request, "照会に回答する", case=item.case, item=item, rows=rows)
    say(request, "回答を保存しました")
