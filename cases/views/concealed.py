"""住所秘匿: only the lead of the open case, one person at a time, on a typed reason, logged (contract §1)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from agencies.models import Agency, Membership
from cases import audit
from cases.forms.concealed import ConcealedForm, ConcealedHandoverForm, ReasonForm
from cases.models import ConcealedContact
from cases.views.case_page import led_case, saved
from cases.visibility import Purpose, visible_concealed_contacts
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def _contact(request, case):
    contacts = visible_concealed_contacts(case.concealed_contacts.all(), request.viewer, request.purpose)
    return contacts.order_by("-pk").first()


def _contact_or_404(request, case):
    contact = _contact(request, case)
    if contact is None:
        raise Http404
    return contact


@for_purpose(Purpose.SUPPORT)
def concealed(request, public_id):
    """What can be done about the concealed contact. Its contents are not shown here."""
    case = led_case(request, public_id)
    contact = _contact(request, case)
    handovers = (
        list(contact.handovers.select_related("agency", "approver__user").order_by("-pk")) if contact else []
    )
    audit.saw(request, "住所秘匿の有無", case=case)
    may_lift = contact and contact.lift_asked_by and contact.lift_asked_by.user_id != request.viewer.user_id
    context = {"case": case, "contact": contact, "handovers": handovers, "may_lift": may_lift}
    return render(request, "cases/concealed_page.html", context)


@for_purpose(Purpose.SUPPORT)
def concealed_reveal(request, public_id):
    """Open the contact on a typed reason: shown in this one answer, and logged."""
    case = led_case(request, public_id)
    contact = _contact_or_404(request, case)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        audit.saw(request, "秘匿された連絡先", case=case, things=[f"concealed:{contact.pk}"], reason=reason)
        return render(
            request, "cases/concealed_shown.html", {"case": case, "contact": contact, "reason": reason}
        )
    audit.saw(request, "秘匿された連絡先を開く用紙", case=case)
    intro = "開くと、理由、あなたの名前、日時が記録に残ります。内容は一度だけ表示されます。"
    context = {
        "case": case,
        "form": form,
        "title": "秘匿された連絡先を開く",
        "button": "連絡先を開く",
        "intro": intro,
    }
    return render(request, "cases/case_act.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def concealed_edit(request, public_id):
    """Write the concealed contact, or write it anew: a stored one is not shown here without its typed reason."""
    case = led_case(request, public_id)
    form = ConcealedForm(request.POST or None, instance=ConcealedContact())
    if form.is_valid():
        contact = _store(request, case, form)
        audit.did(request, "秘匿された連絡先を書く", case=case, things=[f"concealed:{contact.pk}"])
        saved(request, "秘匿された連絡先を保存しました")
        return redirect("cases:concealed", case.public_id)
    intro = "主担当機関だけが、理由を書いて開けます。会議、紙、一覧、検索には出ません。"
    if _contact(request, case):
        intro += "保存すると、いまの内容と入れ替わります。"
    audit.saw(request, "秘匿された連絡先の用紙", case=case)
    context = {"case": case, "form": form, "title": "住所秘匿", "button": "秘匿して保存", "intro": intro}
    return render(request, "cases/case_act.html", context)


def _store(request, case, form):
    """One contact a case: the texts replace those of the stored one, which counts a version on."""
    contact = _contact(request, case)
    if contact is None:
        contact = form.save(commit=False)
        contact.case, contact.person = case, case.main_subject
    else:
        for name in form.Meta.fields:
            setattr(contact, name, form.cleaned_data[name])
        contact.version += 1
    contact.recorded_on, contact.recorded_by = request.viewer.day, request.viewer.membership
    contact.save()
    return contact


@for_purpose(Purpose.SUPPORT)
@once
def concealed_hand_over(request, public_id):
    """Record that the contact is handed to one named agency for one act, with ground and another person's approval."""
    case = led_case(request, public_id)
    contact = _contact_or_404(request, case)
    viewer = request.viewer
    form = ConcealedHandoverForm(
        request.POST or None,
        agencies=Agency.objects.active_on(viewer.day).exclude(pk=viewer.agency_id),
        approvers=_colleagues(viewer),
    )
    form.instance.contact, form.instance.handed_by = contact, viewer.membership
    form.instance.handed_on = viewer.day
    if form.is_valid():
        handover = form.save()
        audit.did(
            request,
            "秘匿された連絡先を渡す",
            case=case,
            things=[f"handover:{handover.pk}"],
            reason=handover.ground,
        )
        saved(request, "引渡しを保存しました")
        return redirect("cases:concealed", case.public_id)
    audit.saw(request, "秘匿連絡先の引渡しの用紙", case=case)
    intro = (
        "渡した事実を残します。内容は画面では相手に見えません。電話か面前で、必要な分だけを伝えてください。"
    )
    context = {
        "case": case,
        "form": form,
        "title": "一つの機関に渡す",
        "button": "引渡しを記録",
        "intro": intro,
    }
    return render(request, "cases/case_act.html", context)


def _colleagues(viewer):
    colleagues = Membership.objects.in_force(viewer.day).filter(agency=viewer.agency_id)
    return colleagues.exclude(user=viewer.user_id).select_related("user").order_by("user__kana", "pk")


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def concealed_lift(request, public_id):
    """Two people of the lead lift the concealment: the first asks, another confirms."""
    case = led_case(request, public_id)
    contact = _contact_or_404(request, case)
    membership = request.viewer.membership
    if contact.lift_asked_by is None:
        contact.ask_to_lift(membership)
        audit.did(request, "秘匿の解除を申し出る", case=case)
        messages.info(request, "解除を申し出ました。自機関の別の人が確認すると解除されます。")
    elif contact.lift_asked_by.user_id == membership.user_id:
        audit.was_refused(request, "秘匿の解除", case=case, rule="二人")
        messages.error(request, "解除には、申し出た人とは別の人の確認が必要です。")
    else:
        contact.lift(membership)
        audit.did(request, "秘匿を解除する", case=case)
        saved(request, "秘匿を解除しました")
    return redirect("cases:concealed", case.public_id)
