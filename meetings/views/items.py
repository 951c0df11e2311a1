"""案件: bringing a case to a meeting, preparing it, calling for it, taking it off."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Case, Category, Row
from cases.visibility import Purpose, acts, rows_on_table
from cases.where_learnt import NOT_AT_THIS_TABLE, ask_where_learnt, learnt_in
from meetings.forms.item import BringForm, MinutesForm, StatutoryBringForm
from meetings.models import AgendaItem, Segment
from meetings.views.at_hand import is_seated, item_to_run, prepared_item, say
from meetings.views.lines import header_of, laid_out, lines_of
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def _case(request, case_id):
    cases = Case.objects.writable_by(request.viewer, request.purpose)
    return get_object_or_404(cases.select_related("main_subject"), public_id=case_id)


@for_purpose(Purpose.SUPPORT)
def item_bring(request, case_id):
    """会議に出す, first step: which coming meeting."""
    case = _case(request, case_id)
    coming = Segment.objects.filter(status=Segment.Status.PREPARING, meeting__day__gte=request.viewer.day)
    segments = list(coming.select_related("meeting").order_by("meeting__day", "order")[:50])
    audit.saw(request, "会議に出す", case=case)
    return render(request, "meetings/item_bring.html", {"case": case, "segments": segments})


@for_purpose(Purpose.SUPPORT)
@once
def item_bring_to(request, case_id, segment_id):
    """会議に出す, second step: the texts; a refusal says what would mend it (§4)."""
    case = _case(request, case_id)
    segment = get_object_or_404(Segment.objects.select_related("meeting"), public_id=segment_id)
    form_class = StatutoryBringForm if segment.is_statutory else BringForm
    form = form_class(request.POST if request.method == "POST" else None)
    if not segment.is_statutory:
        ask_where_learnt(form, request.viewer, [case.main_subject], NOT_AT_THIS_TABLE)
    refusals = acts.refusals_to_bring(request.viewer, segment, case)
    if request.method == "POST" and refusals:
        audit.was_refused(request, "議題を提出する", case=case, rule=",".join(r.rule for r in refusals))
    elif request.method == "POST" and form.is_valid():
        item = _bring(request, case, segment, form)
        return redirect("meetings:item_enclose", item.public_id)
    else:
        audit.saw(request, "議題の用紙", case=case)
    context = {"case": case, "segment": segment, "form": form, "refusals": refusals}
    return render(request, "meetings/item_bring_to.html", context)


def _bring(request, case, segment, form):
    already = segment.items.still_on().filter(case=case, brought_by=request.viewer.agency_id).first()
    if already:
        say(request, "このケースは、この会議にもう提出しています")
        return already
    item = AgendaItem.bring(
        segment=segment,
        case=case,
        author=request.viewer.membership,
        day=request.viewer.day,
        kind=form.item_kind,
        texts=form.texts(),
        categories=form.cleaned_data["categories"],
        no_consent_reason=form.reason,
        learnt=learnt_in(form),
    )
    audit.did(request, "議題を提出する", case=case, item=item)
    say(request, "提出しました。次に、会議で使う資料を選んでください。")
    return item


@for_purpose(Purpose.PREPARATION)
def item_prepare(request, item_id):
    """An item while it is prepared: what this viewer may see of it, and what there is to do."""
    item = prepared_item(request, item_id)
    viewer, segment = request.viewer, item.segment
    header = header_of(request, item)
    rows = list(Row.objects.visible_to(viewer, request.purpose, item).for_timeline())
    keeps = acts.keeps_office(viewer, segment) or acts.runs(viewer, segment)
    preparing = not segment.confirmed_on and not segment.is_over
    context = {
        "item": item,
        "segment": segment,
        "segment_basis": segment.legal_basis,
        "header": header,
        "table": laid_out(lines_of(request, item, rows, header)),
        "runs": acts.runs(viewer, segment),
        "keeps_office": keeps,
        "enclosed": numbers_enclosed(item) if keeps else [],
        "may_answer": preparing and item.called_on is not None and is_seated(viewer, item),
        "may_enclose": AgendaItem.objects.to_enclose_in(viewer, request.purpose).filter(pk=item.pk).exists(),
        "preparing": preparing,
        "minutes_form": MinutesForm(initial={"minutes": item.minutes}),
    }
    audit.saw(request, "議題の準備", case=item.case, item=item, rows=rows)
    return render(request, "meetings/item_prepare.html", context)


def numbers_enclosed(item):
    """What the office is told of others' enclosures: agency, category, number (§3.2)."""
    found = rows_on_table.enclosed_on_table(item).order_by("agency__short_name", "row__matters__category")
    return [
        (one["agency__short_name"], Category(one["row__matters__category"]).label, one["number"])
        for one in found
    ]


@for_purpose(Purpose.PREPARATION)
@once
def item_call(request, item_id):
    """照会: the selected people see header and question and prepare; P1, P2 and P4 hold first."""
    item = item_to_run(request, item_id)
    if item.called_on or item.segment.confirmed_on or item.segment.is_over:
        return redirect("meetings:segment", item.segment.public_id)
    refusals = acts.refusals_to_call(request.viewer, item)
    if request.method == "POST" and not refusals:
        item.call(request.viewer.day)
        audit.did(request, "照会する", item=item)
        say(request, "照会しました。選んだ人が準備を始められます。")
        return redirect("meetings:segment", item.segment.public_id)
    if request.method == "POST":
        audit.was_refused(request, "照会する", item=item, rule=",".join(r.rule for r in refusals))
    context = {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "refusals": refusals,
    }
    return render(request, "meetings/item_call.html", context)


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def item_take_off(request, item_id):
    """取下げ: by those who run the segment."""
    item = item_to_run(request, item_id)
    if item.segment.is_over:
        raise Http404
    item.take_off(request.viewer.day)
    audit.did(request, "議題を取り下げる", item=item)
    say(request, "議題を取り下げました")
    return redirect("meetings:segment", item.segment.public_id)


@for_purpose(Purpose.PREPARATION)
@require_POST
@once
def item_minutes(request, item_id):
    """How long an item may take."""
    item = item_to_run(request, item_id)
    form = MinutesForm(request.POST)
    if form.is_valid() and not item.segment.is_over:
        item.minutes = form.cleaned_data["minutes"]
        item.save(update_fields=["minutes"])
        audit.did(request, "時間を決める", item=item)
        say(request, "時間を保存しました")
    return redirect("meetings:segment", item.segment.public_id)
