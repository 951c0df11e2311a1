"""マッチング: the placements that one may see, by stage; entry, page, next stage, follow-ups, print."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Case, Category
from cases.visibility import Purpose
from cases.where_learnt import ask_where_learnt, learnt_in, stays_inside, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year
from outreach.forms.placement import FollowUpForm, MoveForm, PlacementForm
from outreach.models import Host, HostMenu, Placement, PlacementFollowUp
from outreach.views.shown import name_rows, names_of_cases, page_of, readers_of, say_saved

STATES = [("running", "進行中"), ("ended", "終了"), ("all", "すべて")]
PLANNED = 20


@for_purpose(Purpose.SUPPORT)
def placements(request):
    """Placements by stage, and the follow-ups agreed on."""
    state = request.GET.get("state") if request.GET.get("state") in dict(STATES) else "running"
    seen = visible_placements(request)
    chosen = {"running": seen.running(), "ended": seen.filter(stage=Placement.Stage.ENDED), "all": seen}[
        state
    ]
    page = page_of(request, chosen.by_stage())
    planned = list(visible_follow_ups(request).filter(recorded_by=request.viewer.agency).planned()[:PLANNED])
    planned = _with_visible_placement(request, planned)
    name_rows(request, page.rows + planned)
    audit.saw(request, "マッチングの一覧", rows=page.rows + planned)
    context = {"page": page, "placements": page.rows, "planned": planned, "state": state, "states": STATES}
    return render(
        request,
        "outreach/placements.html",
        context | {"tab": "placements", "year": fiscal_year(request.viewer.day)},
    )


def _with_visible_placement(request, follow_ups):
    """A follow-up says where somebody is hosted: only those whose placement may be seen as well."""
    ids = (
        visible_placements(request)
        .filter(pk__in=[row.placement_id for row in follow_ups])
        .values_list("pk", flat=True)
    )
    known = set(ids)
    return [row for row in follow_ups if row.placement_id in known]


@for_purpose(Purpose.SUPPORT)
@once
def placement_new(request, public_id):
    """打診: begin a placement of the case's person."""
    case = writable_case(request, public_id)
    today = request.viewer.day
    hosts = Host.objects.active_on(today)
    menus = (
        HostMenu.objects.offered()
        .filter(host__in=hosts)
        .select_related("host")
        .order_by("host__name", "name")
    )
    start = {"happened_on": today, "categories": [Category.WORK]}
    form = PlacementForm(request.POST or None, hosts=hosts, menus=menus, today=today, initial=start)
    ask_where_learnt(form, request.viewer, [case.main_subject])
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        columns = {"host": answers["host"], "menu": answers["menu"], "stage_on": answers["happened_on"]}
        row = _write(request, Placement, case, form, **columns)
        audit.did(request, "マッチングの開始", case=case, rows=[row])
        if stays_inside(form):
            return redirect("cases:case", case.public_id)
        return redirect("outreach:placement", row.public_id)
    audit.saw(request, "マッチングの用紙", case=case)
    return render(request, "outreach/placement_form.html", _form_context(request, case, form))


@for_purpose(Purpose.SUPPORT)
def placement(request, public_id):
    """One placement: its stages, its follow-ups, its next step."""
    row = visible_placement(request, public_id)
    return render(request, "outreach/placement.html", page_of_placement(request, row, "マッチング"))


def page_of_placement(request, row, sight, move_form=None):
    """What the page (or paper) of a placement shows, remembered as seen."""
    follow_ups = list(_with_versions(visible_follow_ups(request).filter(placement=row)))
    audit.saw(request, sight, case=row.case, rows=[row, *follow_ups])
    name_rows(request, [row])
    form = move_form or MoveForm(placement=row, today=request.viewer.day, initial={"day": request.viewer.day})
    return {
        "placement": row,
        "steps": steps_of(row),
        "follow_ups": follow_ups,
        "earlier": list(row.earlier_versions.select_related("author__user")),
        "editable": _editable_follow_ups(request, row),
        "may_move": _editable(request).filter(pk=row.pk).exists(),
        "may_write": Case.objects.writable_by(request.viewer, request.purpose)
        .filter(pk=row.case_id)
        .exists(),
        "move_form": form,
    }


def _with_versions(follow_ups):
    """The newest first, each with its earlier texts."""
    return follow_ups.prefetch_related("earlier_versions__author__user").order_by("-happened_on", "-pk")


def _editable_follow_ups(request, row):
    editable = PlacementFollowUp.objects.editable_by(request.viewer, request.purpose).filter(placement=row)
    return set(editable.values_list("pk", flat=True))


def steps_of(row):
    """(label, day, is it reached, is it now) of each stage, for the stepper."""
    order = list(Placement.Stage)
    reached = order.index(Placement.Stage(row.stage))
    return [
        {
            "label": stage.label,
            "day": row.day_of(stage),
            "done": place < reached and bool(row.day_of(stage)),
            "now": place == reached,
        }
        for place, stage in enumerate(order)
    ]


@for_purpose(Purpose.SUPPORT)
@once
@require_POST
def placement_move(request, public_id):
    """Move to another stage with its day; for 終了 a reason."""
    editable = (
        _editable(request)
        .select_for_update(of=("self",))
        .select_related("host", "menu", "case", "recorded_by")
    )
    row = get_object_or_404(editable, public_id=public_id)
    form = MoveForm(request.POST, placement=row, today=request.viewer.day)
    if not form.is_valid():
        return render(request, "outreach/placement.html", page_of_placement(request, row, "マッチング", form))
    answers = form.cleaned_data
    row.move_to(answers["stage"], answers["day"], answers["reason"])
    audit.did(request, "マッチングの段階", case=row.case, rows=[row])
    say_saved(request, f"「{row.get_stage_display()}」にしました")
    return redirect("outreach:placement", row.public_id)


@for_purpose(Purpose.SUPPORT)
@once
def follow_up_new(request, public_id):
    """A follow-up to the person or to the host."""
    placed = visible_placement(request, public_id)
    case = writable_case(request, placed.case.public_id)
    today = request.viewer.day
    start = {"happened_on": today, "to": PlacementFollowUp.To.PERSON, "categories": [Category.WORK]}
    form = FollowUpForm(request.POST or None, today=today, initial=start)
    ask_where_learnt(form, request.viewer, [case.main_subject])
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        columns = {"placement": placed, "to": answers["to"], "next_on": answers["next_on"]}
        row = _write(request, PlacementFollowUp, case, form, **columns)
        audit.did(request, "定着支援の記録", case=case, rows=[row])
        return redirect("outreach:placement", placed.public_id)
    audit.saw(request, "定着支援の用紙", case=case, rows=[placed])
    return render(
        request, "outreach/placement_form.html", _form_context(request, case, form, placement=placed)
    )


@for_purpose(Purpose.SUPPORT)
def placement_print(request, public_id):
    """The placement and its follow-ups on paper."""
    row = visible_placement(request, public_id)
    return render(
        request, "outreach/placement_print.html", page_of_placement(request, row, "マッチングの印刷")
    )


def _write(request, model, case, form, **columns):
    answers = form.cleaned_data
    row = model.write(
        case=case,
        author=request.viewer.membership,
        subjects=[case.main_subject],
        categories=answers["categories"],
        day=answers["happened_on"],
        text=answers["text"],
        learnt=learnt_in(form),
        **columns,
    )
    say_saved(request)
    tell_where_it_went(request, form)
    return row


def _form_context(request, case, form, **more):
    name = names_of_cases(request, [case.pk]).get(case.pk, "")
    return {
        "case": case,
        "name": name,
        "form": form,
        "seen_by": readers_of(request, case, Category.WORK),
    } | more


def writable_case(request, public_id):
    """The case if one's own agency takes part in it today, else 404."""
    cases = Case.objects.writable_by(request.viewer, request.purpose).select_related("main_subject")
    return get_object_or_404(cases, public_id=public_id)


def visible_placement(request, public_id):
    """The placement if the viewer may see it, else 404."""
    return get_object_or_404(visible_placements(request), public_id=public_id)


def visible_placements(request):
    """What the gate lets the viewer see, with everything one line shows."""
    return Placement.objects.visible_to(request.viewer, request.purpose).for_list()


def visible_follow_ups(request):
    """The follow-ups that the viewer may see, with everything one line shows."""
    seen = PlacementFollowUp.objects.visible_to(request.viewer, request.purpose)
    return seen.select_related("case", "placement__host", "recorded_by", "author__user")


def _editable(request):
    return Placement.objects.editable_by(request.viewer, request.purpose)
