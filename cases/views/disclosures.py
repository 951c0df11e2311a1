"""緊急提供: what is handed over without consent because it cannot wait (contract S4, §3.5; vector 20)."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.models import Agency, Membership
from agencies.models.staff import Role
from cases import audit
from cases.forms.disclosure import DisclosureForm, DisclosureReasonForm
from cases.models import Case, EmergencyDisclosure, Row
from cases.views.case_page import header_is_open, saved, writable_case
from cases.views.referrals import participants
from cases.views.timeline import entries_of
from cases.visibility import ROLE_PURPOSES, Purpose
from cases.visibility.second_person import may_approve, refusals_to_disclose, rows_to_disclose
from nisshin_support.once import once
from nisshin_support.opening_days import add_opening_days
from nisshin_support.purpose import for_purpose

PAGE = 50
MOST_ROWS = 200
DAYS_SHOWN = timedelta(days=7)
LISTS = {
    "received": "緊急提供で受け取ったもの",
    "approve": "承認を待つもの",
    "given": "自分の機関が渡したもの",
}


@dataclass(frozen=True)
class Listed:
    """One line of a list: the name only where the header is open."""

    disclosure: EmergencyDisclosure
    name: str
    state: tuple[str, str]


def state_of(disclosure, day):
    """The chip of where it stands on `day`."""
    if disclosure.ended_on:
        return "none", "打切り" if disclosure.approved_on else "承認されず打切り"
    if disclosure.until_day < day:
        return "done", "期間終了"
    if disclosure.approved_on:
        return "full", "承認済み"
    return ("overdue", "承認の期限切れ") if disclosure.approve_by < day else ("waiting", "承認待ち")


@for_purpose(Purpose.SUPPORT)
def disclosures(request):
    """What one's agency received and still sees, what waits for one's approval, what one's agency gave."""
    chosen = request.GET.get("list") if request.GET.get("list") in LISTS else "received"
    page = max(int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1, 1)
    found = list(_of_list(request, chosen)[(page - 1) * PAGE : page * PAGE + 1])
    lines = lines_of(request, found[:PAGE])
    audit.saw(request, "緊急提供の一覧", things=[line.disclosure.public_id for line in lines])
    context = {
        "lists": LISTS,
        "chosen": chosen,
        "lines": lines,
        "previous_url": f"?list={chosen}&page={page - 1}" if page > 1 else "",
        "next_url": f"?list={chosen}&page={page + 1}" if len(found) > PAGE else "",
    }
    return render(request, "cases/disclosure_list.html", context)


def _of_list(request, chosen):
    viewer = request.viewer
    visible = _visible(request).order_by("-from_day", "-pk")
    if chosen == "approve":
        return visible.to_approve_by(viewer.user_id, viewer.day)
    side = "to_agency" if chosen == "received" else "from_agency"
    return visible.filter(**{side: viewer.agency_id})


def _visible(request):
    visible = EmergencyDisclosure.objects.visible_to(request.viewer, request.purpose)
    return visible.select_related(
        "case", "from_agency", "to_agency", "disclosed_by__user", "approver__user", "approver__agency"
    )


def lines_of(request, found):
    """The lines of a list; one query for the names, however many."""
    keys = [one.case_id for one in found]
    headed = Case.objects.with_header_for(request.viewer, request.purpose).filter(pk__in=keys)
    names = {case.pk: case.main_subject.name for case in headed.select_related("main_subject")}
    return [Listed(one, names.get(one.case_id, ""), state_of(one, request.viewer.day)) for one in found]


def section(request, case):
    """The case page's section, where there is something to show: what was given in this case, and to us."""
    lines = lines_of(request, list(_visible(request).filter(case=case)))
    return {"lines": lines, "shown": [line.disclosure for line in lines]} if lines else None


# --- giving ----------------------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
@once
def disclosure_new(request, public_id):
    """Hand over the least that is needed, now; another person approves by a day."""
    case, viewer = writable_case(request, public_id), request.viewer
    if refusals_to_disclose(viewer, case):
        raise Http404
    offered = list(
        rows_to_disclose(viewer, case).for_timeline().select_related("householdmember")[:MOST_ROWS]
    )
    form = _form(request, case, offered)
    if form.is_valid():
        fields = form.fields_to_give()
        given = EmergencyDisclosure.give(case=case, author=viewer.membership, day=viewer.day, **fields)
        audit.did(
            request,
            "緊急提供",
            case=case,
            rows=fields["rows"],
            things=[given.public_id],
            rule="S4",
            reason=given.get_ground_display(),
        )
        saved(request, "緊急提供を記録しました。承認する人のホームに出ています")
        return redirect("cases:disclosure", given.public_id)
    audit.saw(request, "緊急提供の用紙", case=case, rows=offered)
    chosen = set(form["rows"].value() or [])
    lines = [(row, row.public_id in chosen) for row in offered]
    context = {"case": case, "form": form, "offered": lines, "header_open": header_is_open(request, case)}
    return render(request, "cases/disclosure_form.html", {**context, "cut_at": MOST_ROWS})


def _form(request, case, offered):
    viewer = request.viewer
    parts = participants(request, case)
    initial = {"until_day": viewer.day + DAYS_SHOWN, "approve_by": add_opening_days(viewer.day, 1)}
    return DisclosureForm(
        request.POST or None,
        initial=initial,
        agencies=list(Agency.objects.active_on(viewer.day).exclude(pk=viewer.agency_id)),
        participants=parts,
        rows=offered,
        approvers=_approvers(viewer, parts),
        today=viewer.day,
        sealed=bool(case.origin_id and not case.released_on),
    )


def _approvers(viewer, parts):
    """Other people of one's agency, and 推進員 of agencies known to take part: whoever can open the disclosure."""
    able = [role for role, purposes in ROLE_PURPOSES.items() if Purpose.SUPPORT in purposes]
    others = Membership.objects.in_force(viewer.day).filter(role__in=able).exclude(user=viewer.user_id)
    own, theirs = (
        others.filter(agency=viewer.agency_id),
        others.filter(agency__in=parts, role=Role.COORDINATOR),
    )
    return list((own | theirs).select_related("user", "agency").order_by("agency__order", "user__kana", "pk"))


# --- reading ---------------------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
def disclosure(request, public_id):
    """One disclosure: recipient, ground, facts, approval, and the rows given, as far as this viewer sees them."""
    found = get_object_or_404(_visible(request), public_id=public_id)
    return _shown(request, found, "緊急提供", "cases/disclosure_page.html")


@for_purpose(Purpose.SUPPORT)
def disclosure_print(request, public_id):
    """The sheet to be kept, or handed over, on A4."""
    found = get_object_or_404(_visible(request), public_id=public_id)
    return _shown(request, found, "緊急提供の印刷", "cases/disclosure_print.html")


def _shown(request, found, what, template, **more):
    viewer, header_open = request.viewer, header_is_open(request, found.case)
    given = found.rows.order_by().values("pk")
    rows = list(
        Row.objects.visible_to(viewer, request.purpose)
        .filter(pk__in=given)
        .for_timeline()
        .select_related("record", "householdmember")
    )
    gave, received = (viewer.agency_id == side for side in (found.from_agency_id, found.to_agency_id))
    context = {
        "disclosure": found,
        "case": found.case,
        "header": found.case.main_subject if header_open else None,
        # What happened is told to the two sides and the approver; other participants learn that something was given.
        "tells_facts": gave or received or found.approver.user_id == viewer.user_id,
        "entries": entries_of(rows, found.case, viewer, header_open),
        "state": state_of(found, viewer.day),
        "may_answer": found.waits_for(viewer.user_id, viewer.day) and may_approve(viewer, found),
        "may_end": gave and not found.ended_on and found.until_day >= viewer.day,
        "refuse_form": DisclosureReasonForm(auto_id="refuse_%s"),
        "end_form": DisclosureReasonForm(auto_id="end_%s"),
    }
    audit.saw(request, what, case=found.case, rows=rows, things=[found.public_id])
    return render(request, template, context | more)


# --- approving and ending --------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def disclosure_approve(request, public_id):
    """The approver named agrees."""
    found = _locked(request, public_id)
    if not may_approve(request.viewer, found):
        raise Http404
    return _act(request, found, "緊急提供を承認する", found.approve, "承認しました")


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def disclosure_refuse(request, public_id):
    """The approver named does not agree: it closes at once."""
    found = _locked(request, public_id)
    if not may_approve(request.viewer, found):
        raise Http404
    form = DisclosureReasonForm(request.POST, auto_id="refuse_%s")
    if not form.is_valid():
        return _shown(request, found, "緊急提供", "cases/disclosure_page.html", refuse_form=form)
    words = "承認しませんでした。相手からは見えなくなりました"
    return _act(request, found, "緊急提供を承認しない", found.refuse, words, form.cleaned_data["reason"])


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def disclosure_end(request, public_id):
    """Whoever gave it ends it before its last day, with the reason."""
    found = _locked(request, public_id)
    if found.from_agency_id != request.viewer.agency_id:
        raise Http404
    form = DisclosureReasonForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _shown(request, found, "緊急提供", "cases/disclosure_page.html", end_form=form)
    words, reason = "打ち切りました。相手からは見えなくなりました", form.cleaned_data["reason"]
    return _act(request, found, "緊急提供を打ち切る", lambda _, day, why: found.end(day, why), words, reason)


def _locked(request, public_id):
    """The disclosure, held until the end of the request: of two answers at once the second finds it decided."""
    visible = EmergencyDisclosure.objects.visible_to(request.viewer, request.purpose)
    locked = visible.select_for_update(of=("self",)).select_related("case__main_subject", "from_agency")
    return get_object_or_404(locked, public_id=public_id)


def _act(request, found, what, act, words, *reason):
    try:
        act(request.viewer.membership, request.viewer.day, *reason)
    except ValueError as problem:
        messages.warning(request, str(problem))
    else:
        told = reason[0] if reason else ""
        audit.did(request, what, case=found.case, things=[found.public_id], rule="S4", reason=told)
        saved(request, words)
    return redirect("cases:disclosure", found.public_id)
