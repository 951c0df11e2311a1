"""支援プラン: the sheet, its cover, its way from 案 to 終結, the next round, the print, and its place on the case page."""

from calendar import monthrange

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from agencies.models import CitySetting
from cases import audit
from cases.forms.plan import PlanForm, ReplanForm, TakeOverForm
from cases.models import Evaluation, Plan, PlanAction, PlanGoal
from cases.views.case_page import header_is_open, rights_in, saved, writable_case
from cases.views.plan_sheet import STATE_COLOURS, Reader
from cases.views.records import people_to_write_about
from cases.visibility import Purpose
from cases.visibility.acts import leads
from cases.visibility.reverse import agencies_that_would_see
from cases.where_learnt import (
    ask_where_corrected,
    ask_where_learnt,
    learnt_in,
    stays_inside,
    tell_where_it_went,
)
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

State = Plan.State
MOVES = {
    State.DRAFT: "案に戻す",
    State.IN_MEETING: "会議にかける",
    State.DECIDED: "支援を決定する",
    State.RUNNING: "支援を始める",
    State.EVALUATION: "評価に進む",
    State.CLOSED: "終結する",
    State.SUSPENDED: "中断する",
}
BACK_TO_WORK = "評価を終えて支援を続ける"


def visible_plan(request, plan_id):
    """The plan whose cover this viewer sees; otherwise 404."""
    plans = Plan.objects.visible_to(request.viewer, request.purpose)
    plans = plans.select_related("case__main_subject", "recorded_by").prefetch_related("matters__subject")
    return get_object_or_404(plans, public_id=plan_id)


def plan_to_add_to(request, plan_id):
    """A visible plan that goes on, in an open case in which the viewer's agency takes part; otherwise 404."""
    plans = Plan.objects.visible_to(request.viewer, request.purpose).exclude(state__in=Plan.OVER)
    plan = get_object_or_404(plans.select_related("case"), public_id=plan_id)
    plan.case = writable_case(request, plan.case.public_id)
    return plan


def own_row(request, model, row_id):
    """A row of this kind that the viewer's agency wrote and may correct, locked; otherwise 404."""
    rows = model.objects.editable_by(request.viewer, request.purpose).select_for_update(
        of=("self", "row_ptr")
    )
    row = get_object_or_404(rows.select_related("case"), public_id=row_id)
    row.case = writable_case(request, row.case.public_id)
    return row


def whom_and_what(request, case):
    """What every form of a row needs: whom one may write about here."""
    people = sorted(
        people_to_write_about(request, case), key=lambda person: person.pk != case.main_subject_id
    )
    return {"people": people, "main": case.main_subject}


def form_page(request, form, case, *, title, button, back, **more):
    """Render the one template of all forms of a plan."""
    subjects, categories = form.about() if hasattr(form, "about") else ([], [])
    seen_by = [agency.name for agency in agencies_that_would_see(request.viewer, case, subjects, categories)]
    context = {"form": form, "case": case, "title": title, "button": button, "back": back, "seen_by": seen_by}
    return render(request, "cases/plan_form.html", {**context, **more})


def months_later(day, months):
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


@for_purpose(Purpose.SUPPORT)
@once
def plan_new(request, case_id):
    """Write the cover of a new plan; goals and actions follow on its sheet."""
    case, day = writable_case(request, case_id), request.viewer.day
    asked = request.GET.get("type", "")
    initial = {
        "type": asked if asked in Plan.Type.values else Plan.Type.COORDINATION,
        "from_day": day,
        "review_on": months_later(day, CitySetting.current().review_months),
    }
    form = PlanForm(request.POST or None, initial=initial, **whom_and_what(request, case))
    ask_where_learnt(form, request.viewer, form.fields["subjects"].things.values())
    if form.is_valid():
        plan = form.write(case=case, author=request.viewer.membership, day=day, learnt=learnt_in(form))
        audit.did(request, "プランを書く", case=case, rows=[plan])
        saved(request, "プランの案を保存しました。続けて目標と支援内容を書けます")
        return _to_plan(request, form, plan)
    audit.saw(request, "プランの用紙", case=case, form=form)
    back = reverse("cases:case", args=[case.public_id])
    return form_page(request, form, case, title="プランを作る", button="プランの案を保存", back=back)


def _to_plan(request, form, plan):
    """The sheet of the plan just written; the case if it went into the record of a 支援会議 instead."""
    tell_where_it_went(request, form)
    if stays_inside(form):
        return redirect("cases:case", plan.case.public_id)
    return redirect("cases:plan", plan.public_id)


@for_purpose(Purpose.SUPPORT)
def plan(request, plan_id):
    """The sheet of a plan, as far as this viewer may see it."""
    found = visible_plan(request, plan_id)
    context = _sheet_of(request, found)
    rights, sheet = rights_in(request.viewer, found.case), context["sheet"]
    mine = Plan.objects.editable_by(request.viewer, request.purpose).filter(pk=found.pk).exists()
    writes = rights.writes and not found.is_over
    context |= {
        "mine": mine and rights.writes,
        "writes": writes,
        "moves": _moves(found, sheet) if writes and (mine or rights.leads) else [],
        "lacks_evaluation": found.state == State.EVALUATION and not sheet.evaluations,
        "may_replan": writes and State.REPLANNED in found.next_states() and bool(sheet.evaluations),
        "meetings_url": _meetings_url(),
        "may_take_over": writes
        and found.replaces_id
        and any(_to_take_over(request, found.replaces_id, found)),
        "versions": list(found.earlier_versions.select_related("author__user", "author__agency")),
    }
    audit.saw(request, "プラン", case=found.case, rows=[found, *sheet.rows])
    return render(request, "cases/plan_sheet.html", context)


def _sheet_of(request, found):
    header_open = header_is_open(request, found.case)
    sheet = Reader(request, found.case, header_open).sheet(found)
    colour = STATE_COLOURS[found.state]
    return {
        "plan": found,
        "case": found.case,
        "sheet": sheet,
        "header_open": header_open,
        "state_colour": colour,
    }


def _moves(found, sheet):
    """The states that may follow, with the button's words; those that want an evaluation only once there is one."""
    return [
        (state, BACK_TO_WORK if found.state == State.EVALUATION and state == State.RUNNING else MOVES[state])
        for state in found.next_states()
        if state in MOVES and (sheet.evaluations or not found.needs_evaluation_for(state))
    ]


def _meetings_url():
    try:
        return reverse("meetings:meetings")
    except NoReverseMatch:
        return ""


@for_purpose(Purpose.SUPPORT)
@once
def plan_edit(request, plan_id):
    """Correct the cover as a new version."""
    found = own_row(request, Plan, plan_id)
    form = PlanForm(request.POST or None, instance=found, **whom_and_what(request, found.case))
    ask_where_corrected(form, request.viewer, found)
    if form.is_valid():
        form.correct(request.viewer.membership, learnt_in(form))
        audit.did(request, "プランを訂正する", case=found.case, rows=[found])
        saved(request)
        return redirect("cases:plan", found.public_id)
    audit.saw(request, "プランの訂正の用紙", case=found.case, rows=[found], form=form)
    back = reverse("cases:plan", args=[found.public_id])
    return form_page(request, form, found.case, title="プランの表紙を直す", button="表紙を保存", back=back)


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def plan_move(request, plan_id):
    """Go on to the next state: by the agency that wrote the cover, or by the lead."""
    plans = Plan.objects.visible_to(request.viewer, request.purpose).select_for_update(of=("self",))
    found = get_object_or_404(plans, public_id=plan_id)
    case = writable_case(request, found.case.public_id)
    if found.recorded_by_id != request.viewer.agency_id and not leads(request.viewer, case):
        audit.was_refused(request, "プランを進める", case=case, rows=[found], rule="関与")
        messages.error(
            request, "プランを進められるのは、書いた機関と主担当機関です。主担当機関に頼んでください。"
        )
        return redirect("cases:plan", found.public_id)
    state = request.POST.get("state", "")
    evaluated = Evaluation.objects.visible_to(request.viewer, request.purpose).filter(plan=found).exists()
    if state not in found.next_states() or state == State.REPLANNED:
        messages.error(request, "今の状態からは、その状態に進めません。画面を開き直して確かめてください。")
    elif found.needs_evaluation_for(state) and not evaluated:
        messages.error(request, "評価がまだありません。評価を書いてから、もう一度押してください。")
    else:
        found.move_to(state, request.viewer.day)
        audit.did(request, f"プランを進める:{found.get_state_display()}", case=case, rows=[found])
        saved(request, f"プランを「{found.get_state_display()}」にしました")
    return redirect("cases:plan", found.public_id)


@for_purpose(Purpose.SUPPORT)
@once
def plan_replan(request, plan_id):
    """再プラン: the next round, filled from this one; one's own goals and actions go on without being typed again."""
    old = plan_to_add_to(request, plan_id)
    case, day = old.case, request.viewer.day
    evaluated = Evaluation.objects.visible_to(request.viewer, request.purpose).filter(plan=old).exists()
    if State.REPLANNED not in old.next_states() or not evaluated:
        messages.error(request, "再プランは、評価を書いてから作れます。")
        return redirect("cases:plan", old.public_id)
    goals, actions = _to_take_over(request, old.pk)
    initial = {
        "from_day": day,
        "review_on": months_later(day, CitySetting.current().review_months),
        **(
            {"person_wish": old.person_wish, "text": old.text}
            if old.recorded_by_id == request.viewer.agency_id
            else {}
        ),
    }
    offers = {"goals": goals, "actions": actions, **whom_and_what(request, case)}
    form = ReplanForm(request.POST or None, initial=initial, **offers)
    ask_where_learnt(form, request.viewer, form.fields["subjects"].things.values())
    if form.is_valid():
        return _replan(request, form, old)
    audit.saw(request, "再プランの用紙", case=case, rows=[old, *goals, *actions], form=form)
    back = reverse("cases:plan", args=[old.public_id])
    return form_page(
        request,
        form,
        case,
        title=f"再プランを作る({old.round + 1}回目)",
        button="再プランの案を保存",
        back=back,
    )


def _replan(request, form, old):
    author, day = request.viewer.membership, request.viewer.day
    more = {"type": old.type, "round": old.round + 1, "replaces": old, "learnt": learnt_in(form)}
    new = form.write(case=old.case, author=author, day=day, **more)
    _take_over(form, new, author, day)
    old.move_to(State.REPLANNED, day)
    audit.did(request, "再プランを作る", case=old.case, rows=[old, new])
    saved(request, "再プランの案を保存しました")
    return _to_plan(request, form, new)


def _to_take_over(request, old, new=None):
    """Goals and actions of the last plan that the viewer's agency wrote; not what already has its successor."""
    found = []
    for model in (PlanGoal, PlanAction):
        rows = model.objects.editable_by(request.viewer, request.purpose).filter(
            plan=old, origin__isnull=True
        )
        if new:
            done = model.objects.editable_by(request.viewer, request.purpose).filter(plan=new)
            rows = rows.exclude(text__in=done.order_by().values("text"))
        found.append(
            list(rows.select_related("assignment").prefetch_related("matters__subject").order_by("pk"))
        )
    return found


def _take_over(form, new, author, day):
    chosen = form.cleaned_data
    goals = {goal.pk: goal.take_over(new, author, day) for goal in chosen.get("goals", [])}
    for action in chosen.get("actions", []):
        action.take_over(new, goals.get(action.goal_id), author, day)


@for_purpose(Purpose.SUPPORT)
@once
def plan_take_over(request, plan_id):
    """Take one's own agency's goals and actions over from the plan before."""
    found = plan_to_add_to(request, plan_id)
    goals, actions = _to_take_over(request, found.replaces_id, found) if found.replaces_id else ([], [])
    form = TakeOverForm(request.POST or None, goals=goals, actions=actions)
    if form.is_valid():
        _take_over(form, found, request.viewer.membership, request.viewer.day)
        audit.did(request, "前のプランから引き継ぐ", case=found.case, rows=[found])
        saved(request, "引き継ぎました")
        return redirect("cases:plan", found.public_id)
    rows = [found, *goals, *actions]
    audit.saw(request, "前のプランから引き継ぐ用紙", case=found.case, rows=rows, form=form)
    back = reverse("cases:plan", args=[found.public_id])
    return form_page(request, form, found.case, title="前のプランから引き継ぐ", button="引き継ぐ", back=back)


@for_purpose(Purpose.SUPPORT)
def plan_print(request, plan_id):
    """The sheet on A4 with a box to sign: what this viewer may see, and nothing else."""
    found = visible_plan(request, plan_id)
    context = _sheet_of(request, found)
    audit.saw(request, "プランの印刷", case=found.case, rows=[found, *context["sheet"].rows])
    return render(request, "cases/plan_print.html", context)


def section(request, case):
    """プラン on the case page: the covers one sees, and goals and actions whose cover one does not see."""
    rights = rights_in(request.viewer, case)
    reader = Reader(request, case, header_is_open(request, case))
    covers = list(reader.visible(Plan).order_by("-happened_on", "-pk"))
    keys = {cover.pk for cover in covers}
    goals = [line for line in reader.lines(PlanGoal, ("order", "pk")) if line.row.plan_id not in keys]
    actions = [line for line in reader.action_lines() if line.row.plan_id not in keys]
    new = reverse("cases:plan_new", args=[case.public_id]) if rights.writes else ""
    return {
        "plans": [(cover, STATE_COLOURS[cover.state]) for cover in covers],
        "goals": goals,
        "actions": actions,
        "new_url": new,
        "types": Plan.Type.choices if new else [],
        "rows": [*covers, *(line.row for line in [*goals, *actions])],
    }
