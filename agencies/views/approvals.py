"""承認待ちの変更: who asked for what, what it would open, and the decision of a second person (contract §3.5)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.approval_words import changed_of, consequences_of, lines_of
from agencies.forms.approval import RejectionForm
from agencies.models import Approval
from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

PASSWORD = "first_password"
PER_PAGE = 30
RULE = "§3.5 二人目の承認"
DONE = {
    Approval.Decision.APPROVED: "承認しました。変更はいまから有効です。",
    Approval.Decision.REJECTED: "却下しました。何も変わりません。",
    Approval.Decision.WITHDRAWN: "取り下げました。何も変わりません。",
}


@for_purpose(Purpose.ROSTER)
def approvals(request):
    """What waits, and what was decided."""
    waiting = list(Approval.objects.waiting().select_related("proposed_by"))
    decided = Approval.objects.decided().select_related("proposed_by", "decided_by")
    page = Paginator(decided, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": [(one, one.proposed_by_id == request.user.pk) for one in waiting],
        "decided": list(page),
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "agencies/approvals.html", context)


@for_purpose(Purpose.ROSTER)
def approval(request, public_id):
    """One proposal: who asked, before and after, what somebody could then do, and the decision."""
    return _page(request, _found(public_id), RejectionForm())


@for_purpose(Purpose.ROSTER)
@once
@require_POST
def approval_approve(request, public_id):
    """承認 by a second person: checked again, and in force at once."""
    found = _found(public_id)
    try:
        password = found.approve(by=request.user)
    except ValidationError as refused:
        return _refused(request, found, refused)
    if password:
        # Kept in the session until the next page, never in a message: those may travel in a cookie.
        request.session[PASSWORD] = [found.public_id, password]
    return _decided(request, found)


@for_purpose(Purpose.ROSTER)
@once
@require_POST
def approval_reject(request, public_id):
    """却下, with the reason."""
    found, form = _found(public_id), RejectionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        found.reject(by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refused:
        return _refused(request, found, refused)
    return _decided(request, found)


@for_purpose(Purpose.ROSTER)
@once
@require_POST
def approval_withdraw(request, public_id):
    """取下げ by who asked."""
    found = _found(public_id)
    try:
        found.withdraw(by=request.user)
    except ValidationError as refused:
        return _refused(request, found, refused)
    return _decided(request, found)


def _found(public_id):
    proposals = Approval.objects.select_related("proposed_by", "decided_by", "about")
    return get_object_or_404(proposals, public_id=public_id)


def _decided(request, found):
    audit.did(request, f"申請の{found.get_decision_display()}", things=[found.public_id], rule=RULE)
    messages.success(request, DONE[found.decision])
    return redirect("agencies:approval", found.public_id)


def _refused(request, found, refused):
    audit.was_refused(request, "申請の決定", things=[found.public_id], rule=RULE)
    return _page(request, found, RejectionForm(), refused=refused.messages)


def _page(request, found, form, refused=()):
    fresh = _found(found.public_id)
    context = {
        "approval": fresh,
        "lines": lines_of(fresh),
        "consequences": consequences_of(fresh),
        "changed": changed_of(fresh) if fresh.is_waiting else [],
        "hindrance": fresh.hindrance() if fresh.is_waiting else "",
        "refusal": fresh.refusal_for(request.user),
        "refused": refused,
        "is_mine": fresh.proposed_by_id == request.user.pk,
        "form": form,
        "password": _password_of(request, fresh),
    }
    return render(request, "agencies/approval.html", context)


def _password_of(request, found):
    """The password that this person's approval has just made: shown on one page, then gone."""
    public_id, password = request.session.pop(PASSWORD, ("", ""))
    return password if public_id == found.public_id else ""
