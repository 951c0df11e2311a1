"""評価: what was reached, what changed, what remains, what comes next (domain 3.7)."""

from django.shortcuts import redirect
from django.urls import reverse

from cases import audit
from cases.forms.evaluation import EvaluationForm
from cases.models import PlanGoal
from cases.views.case_page import saved
from cases.views.plans import form_page, plan_to_add_to, whom_and_what
from cases.visibility import Purpose
from cases.where_learnt import ask_where_learnt, learnt_in, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
@once
def evaluation_new(request, plan_id):
    """Write an evaluation of a plan that goes on; its goals stand beside the form."""
    plan, viewer = plan_to_add_to(request, plan_id), request.viewer
    goals = list(
        PlanGoal.objects.visible_to(viewer, request.purpose).filter(plan=plan).order_by("term", "order", "pk")
    )
    initial = {"evaluated_on": viewer.day}
    form = EvaluationForm(
        request.POST or None, initial=initial, today=viewer.day, **whom_and_what(request, plan.case)
    )
    ask_where_learnt(form, viewer, form.fields["subjects"].things.values())
    if form.is_valid():
        day = form.cleaned_data["evaluated_on"]
        evaluation = form.write(
            case=plan.case, author=viewer.membership, day=day, plan=plan, learnt=learnt_in(form)
        )
        audit.did(request, "評価を書く", case=plan.case, rows=[evaluation])
        saved(request, "評価を保存しました")
        tell_where_it_went(request, form)
        return redirect("cases:plan", plan.public_id)
    audit.saw(request, "評価の用紙", case=plan.case, rows=[plan, *goals], form=form)
    back = reverse("cases:plan", args=[plan.public_id])
    page = {"title": "プランを評価する", "button": "評価を保存", "back": back, "goals": goals}
    return form_page(request, form, plan.case, **page)
