"""目標 and 支援内容 of a plan: writing, correcting, and the page of one action, which its assignee sees too (S5)."""

from django.db.models import OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse

from agencies.models import Agency, Membership
from agencies.models.agency import in_force
from cases import audit
from cases.forms.plan import ActionEndForm, ActionForm, GoalForm
from cases.models import Consent, Plan, PlanAction, PlanGoal
from cases.views.case_page import header_is_open, rights_in, saved
from cases.views.plan_sheet import Reader
from cases.views.plans import form_page, own_row, plan_to_add_to, whom_and_what
from cases.visibility import Purpose, visible_participations
from cases.visibility.consent import consents_to_something
from cases.where_learnt import ask_where_corrected, ask_where_learnt, learnt_in, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
@once
def goal_new(request, plan_id):
    """Write a goal of a plan that goes on."""
    plan = plan_to_add_to(request, plan_id)
    known = PlanGoal.objects.visible_to(request.viewer, request.purpose).filter(plan=plan)
    initial = {"term": PlanGoal.Term.SHORT, "order": known.count() + 1}
    form = GoalForm(request.POST or None, initial=initial, **whom_and_what(request, plan.case))
    ask_where_learnt(form, request.viewer, form.fields["subjects"].things.values())
    if form.is_valid():
        said = {"plan": plan, "learnt": learnt_in(form)}
        goal = form.write(case=plan.case, author=request.viewer.membership, day=request.viewer.day, **said)
        audit.did(request, "目標を書く", case=plan.case, rows=[goal])
        saved(request, "目標を保存しました")
        tell_where_it_went(request, form)
        return redirect("cases:plan", plan.public_id)
    audit.saw(request, "目標の用紙", case=plan.case, rows=[plan], form=form)
    back = reverse("cases:plan", args=[plan.public_id])
    return form_page(request, form, plan.case, title="目標を加える", button="目標を保存", back=back)


@for_purpose(Purpose.SUPPORT)
@once
def goal_edit(request, goal_id):
    """Correct a goal as a new version."""
    goal = own_row(request, PlanGoal, goal_id)
    cover = _cover_of(request, goal)
    back = _back_to(cover, goal)
    form = GoalForm(request.POST or None, instance=goal, **whom_and_what(request, goal.case))
    ask_where_corrected(form, request.viewer, goal)
    if form.is_valid():
        form.correct(request.viewer.membership, learnt_in(form))
        audit.did(request, "目標を訂正する", case=goal.case, rows=[goal])
        saved(request)
        return redirect(back)
    rows = [goal, cover] if cover else [goal]
    audit.saw(request, "目標の訂正の用紙", case=goal.case, rows=rows, form=form)
    return form_page(request, form, goal.case, title="目標を直す", button="目標を保存", back=back)


def _cover_of(request, row):
    """The cover of its plan, where it is seen."""
    return Plan.objects.visible_to(request.viewer, request.purpose).filter(pk=row.plan_id).first()


def _back_to(plan, row):
    """The plan's sheet where its cover is seen, else the case."""
    return (
        reverse("cases:plan", args=[plan.public_id])
        if plan
        else reverse("cases:case", args=[row.case.public_id])
    )


def _offers(request, case, plan_id):
    """Goals that one sees, agencies that may be given work here, and their staff."""
    goals = PlanGoal.objects.visible_to(request.viewer, request.purpose).filter(plan=plan_id)
    agencies = list(_agencies_to_assign(request, case))
    staff = Membership.objects.in_force(request.viewer.day).filter(agency__in=agencies)
    staff = staff.select_related("agency", "user").order_by("agency__order", "user__kana", "pk")
    return {
        "goals": list(goals.order_by("term", "order", "pk")),
        "agencies": agencies,
        "members": list(staff),
    }


def _agencies_to_assign(request, case):
    """Participants that one may know of; for who sees the consents whole, also those the person consents to.

    An assignment opens the case's header to its agency (S5), so nobody else is offered.
    """
    viewer = request.viewer
    known = visible_participations(case.participations.filter(in_force(viewer.day)), viewer, request.purpose)
    offered = Agency.objects.active_on(viewer.day).filter(pk__in=known.values("agency"))
    if Consent.objects.visible_to(viewer, request.purpose).filter(case=case).exists():
        consented = consents_to_something(case.main_subject_id, OuterRef("pk"), viewer.day)
        offered = offered | Agency.objects.active_on(viewer.day).filter(consented)
    return offered


@for_purpose(Purpose.SUPPORT)
@once
def action_new(request, plan_id):
    """Write who does what, by when, for which goal."""
    plan, viewer = plan_to_add_to(request, plan_id), request.viewer
    initial = {
        "doer": PlanAction.Doer.AGENCY,
        "goal": request.GET.get("goal", ""),
        "agency": viewer.agency.public_id,
        "from_day": plan.from_day,
        "until_day": plan.until_day,
    }
    offers = {**_offers(request, plan.case, plan), **whom_and_what(request, plan.case)}
    form = ActionForm(request.POST or None, initial=initial, **offers)
    ask_where_learnt(form, viewer, form.fields["subjects"].things.values())
    if form.is_valid():
        said = {"plan": plan, "learnt": learnt_in(form)}
        action = form.write(case=plan.case, author=viewer.membership, day=viewer.day, **said)
        form.assign(action, viewer.day)
        audit.did(request, "支援内容を書く", case=plan.case, rows=[action])
        saved(request, "支援内容を保存しました")
        tell_where_it_went(request, form)
        return redirect("cases:plan", plan.public_id)
    audit.saw(request, "支援内容の用紙", case=plan.case, rows=[plan, *offers["goals"]], form=form)
    back = reverse("cases:plan", args=[plan.public_id])
    return form_page(
        request, form, plan.case, title="支援内容を加える", button="支援内容を保存", back=back, assigns=True
    )


@for_purpose(Purpose.SUPPORT)
@once
def action_edit(request, action_id):
    """Correct an action as a new version; whom it is given to follows."""
    action, viewer = own_row(request, PlanAction, action_id), request.viewer
    offers = {**_offers(request, action.case, action.plan_id), **whom_and_what(request, action.case)}
    form = ActionForm(request.POST or None, instance=action, initial=_given(action, offers), **offers)
    ask_where_corrected(form, viewer, action)
    if form.is_valid():
        form.correct(viewer.membership, learnt_in(form))
        form.assign(action, viewer.day)
        audit.did(request, "支援内容を訂正する", case=action.case, rows=[action])
        saved(request)
        return redirect("cases:action", action.public_id)
    audit.saw(request, "支援内容の訂正の用紙", case=action.case, rows=[action, *offers["goals"]], form=form)
    back = reverse("cases:action", args=[action.public_id])
    return form_page(
        request, form, action.case, title="支援内容を直す", button="支援内容を保存", back=back, assigns=True
    )


def _given(action, offers):
    """The goal and assignee of an action as the form's fields name them."""
    assignment = getattr(action, "assignment", None)
    if not assignment:
        agency, user = None, None
    else:
        agency, user = assignment.agency, assignment.user_id
        if agency not in offers["agencies"]:
            offers["agencies"].append(agency)
    goal = next((goal.public_id for goal in offers["goals"] if goal.pk == action.goal_id), "")
    member = next(
        (m.pk for m in offers["members"] if agency and (m.user_id, m.agency_id) == (user, agency.pk)), ""
    )
    return {"goal": goal, "agency": agency.public_id if agency else "", "member": member}


@for_purpose(Purpose.SUPPORT)
def action(request, action_id):
    """One action: all that an agency sees of a case that is only given this work."""
    found = _visible_action(request, action_id)
    case, assignment = found.case, getattr(found, "assignment", None)
    reader = Reader(request, case, header_is_open(request, case))
    line = reader.action_lines(pk=found.pk)[0]
    goal = reader.visible(PlanGoal, pk=found.goal_id).first() if found.goal_id else None
    plan = Plan.objects.visible_to(request.viewer, request.purpose).filter(pk=found.plan_id).first()
    audit.saw(request, "支援内容", case=case, rows=[row for row in (found, goal, plan) if row])
    context = {
        "case": case,
        "line": line,
        "goal": goal,
        "plan": plan,
        "header_open": reader.header_open,
        "is_assignee": bool(assignment and assignment.agency_id == request.viewer.agency_id),
        "may_correct": line.mine and rights_in(request.viewer, case).writes,
        "may_end": _may_end(request, found),
        "assignments_url": _assignments_url(),
        "versions": list(found.earlier_versions.select_related("author__user", "author__agency")),
    }
    return render(request, "cases/plan_action.html", context)


def _visible_action(request, action_id):
    actions = PlanAction.objects.visible_to(request.viewer, request.purpose)
    actions = actions.select_related(
        "case__main_subject", "assignment__agency", "assignment__user", "recorded_by"
    )
    return get_object_or_404(actions, public_id=action_id)


def _may_end(request, action):
    """Its assignee, or the agency that wrote it, while it is not ended (§4, on an assignment)."""
    assignment = getattr(action, "assignment", None)
    if not assignment or assignment.ended_on:
        return False
    own = PlanAction.objects.editable_by(request.viewer, request.purpose).filter(pk=action.pk)
    return assignment.agency_id == request.viewer.agency_id or own.exists()


def _assignments_url():
    try:
        return reverse("meetings:assignments")
    except NoReverseMatch:
        return reverse("home")


@for_purpose(Purpose.SUPPORT)
@once
def action_end(request, action_id):
    """終えた: the work is done or given up, with its result. The assignee's sight ends with it (S5)."""
    found = _visible_action(request, action_id)
    if not _may_end(request, found):
        return redirect("cases:action", found.public_id)
    day = request.viewer.day
    form = ActionEndForm(request.POST or None, initial={"ended_on": day}, today=day)
    if form.is_valid():
        found.assignment.end(form.cleaned_data["ended_on"], form.cleaned_data["outcome"])
        audit.did(request, "支援内容を終える", case=found.case, rows=[found])
        saved(request, "結果を保存しました")
        still = PlanAction.objects.visible_to(request.viewer, request.purpose).filter(pk=found.pk).exists()
        return redirect(reverse("cases:action", args=[found.public_id]) if still else _assignments_url())
    audit.saw(request, "支援内容を終える用紙", case=found.case, rows=[found])
    return render(request, "cases/plan_action_end.html", {"form": form, "case": found.case, "action": found})
