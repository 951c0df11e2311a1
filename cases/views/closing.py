"""終結 and 中断 by the lead, and a new episode when the person comes again."""

from django.http import Http404
from django.shortcuts import redirect, render

from cases import audit
from cases.forms.case import ClosingForm
from cases.models import Case, Category, Record
from cases.views.case_page import led_case, rights_in, saved, visible_case
from cases.visibility import Purpose
from cases.where_learnt import ask_where_learnt, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
@once
def case_close(request, public_id):
    """Close or suspend the case: reason, day, and who watches over the person afterwards, kept as a record."""
    case = led_case(request, public_id)
    initial = {"stage": Case.Stage.CLOSED, "day": request.viewer.day}
    form = ClosingForm(request.POST or None, initial=initial, case=case, today=request.viewer.day)
    ask_where_learnt(form, request.viewer, [case.main_subject])
    if form.is_valid():
        _close(request, case, form.cleaned_data)
        saved(request, "終えた記録を保存しました")
        tell_where_it_went(request, form)
        return redirect("cases:case", case.public_id)
    audit.saw(request, "終結の用紙", case=case)
    intro = "終えると、どの機関もこのケースに書き足せません。もう一度支援するときは、新しいケースとして再開します。"
    context = {
        "case": case,
        "form": form,
        "title": "ケースを終える",
        "button": "ケースを終える",
        "intro": intro,
    }
    return render(request, "cases/case_act.html", context)


def _close(request, case, said):
    note = Record.write(
        case=case,
        author=request.viewer.membership,
        subjects=[case.main_subject],
        categories=[Category.SERVICES],
        day=said["day"],
        learnt=said.get("learnt"),
        text=f"終結後の主担当・見守り: {said['aftercare']}",
    )
    case.close(stage=said["stage"], reason=said["reason"], day=said["day"])
    audit.did(request, "ケースを終える", case=case, rows=[note])


@for_purpose(Purpose.SUPPORT)
@once
def case_reopen(request, public_id):
    """Begin a new episode for the same person, linked to the closed one; whoever took part in that may."""
    old = visible_case(request, public_id)
    if not rights_in(request.viewer, old).reopens:
        raise Http404
    if request.method == "POST":
        new = Case.start(
            main_subject=old.main_subject,
            agency=request.viewer.agency,
            day=request.viewer.day,
            urgency=old.urgency,
            previous=old,
        )
        audit.did(request, "ケースを再開する", case=new, things=[old.public_id])
        saved(request, "新しいケースを始めました")
        return redirect("cases:case", new.public_id)
    audit.saw(request, "再開の用紙", case=old)
    return render(request, "cases/closing_reopen.html", {"case": old})
