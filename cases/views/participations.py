"""関与: what one's own agency does in a case, and handing the lead to another participant who accepts."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.models import Agency
from agencies.models.agency import in_force
from cases import audit
from cases.forms.case import LeadOfferForm, ParticipationForm
from cases.models import LeadOffer
from cases.views.case_page import led_case, saved, writable_case
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
@once
def participation_note(request, public_id):
    """役割 and 次の予定日 of one's own agency: so that nobody has handed the case over and gone."""
    case = writable_case(request, public_id)
    mine = case.participations.filter(in_force(request.viewer.day), agency=request.viewer.agency_id)
    form = ParticipationForm(request.POST or None, instance=mine.get())
    if form.is_valid():
        form.save()
        audit.did(request, "関与の役割を書く", case=case)
        saved(request)
        return redirect("cases:case", case.public_id)
    audit.saw(request, "関与の用紙", case=case)
    context = {
        "case": case,
        "form": form,
        "title": "自機関の役割と次の予定日",
        "button": "役割を保存",
        "intro": "",
    }
    return render(request, "cases/case_act.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def lead_hand_over(request, public_id):
    """The lead offers itself to another agency taking part today; the lead passes when that one accepts (§4)."""
    case = led_case(request, public_id)
    form = LeadOfferForm(request.POST or None, agencies=_other_participants(request, case))
    if case.lead_offers.waiting().exists():
        messages.info(request, "すでに引継ぎを申し出ています。返事を待っています。")
        return redirect("cases:case", case.public_id)
    if form.is_valid():
        LeadOffer.objects.create(
            case=case,
            to_agency=form.cleaned_data["agency"],
            offered_by=request.viewer.membership,
            offered_on=request.viewer.day,
        )
        audit.did(request, "主担当の引継ぎを申し出る", case=case)
        saved(request, "申し出ました")
        return redirect("cases:case", case.public_id)
    audit.saw(request, "主担当の引継ぎの用紙", case=case)
    intro = "相手の機関が引き受けると、主担当が移ります。自機関の関与は続きます。"
    context = {
        "case": case,
        "form": form,
        "title": "主担当を引き継ぐ",
        "button": "引継ぎを申し出る",
        "intro": intro,
    }
    return render(request, "cases/case_act.html", context)


def _other_participants(request, case):
    today = case.participations.filter(in_force(request.viewer.day)).exclude(agency=request.viewer.agency_id)
    return Agency.objects.filter(pk__in=today.order_by().values("agency"))


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def lead_answer(request, public_id):
    """The agency asked takes the lead over, or declines."""
    viewer = request.viewer
    offers = (
        LeadOffer.objects.visible_to(viewer, request.purpose).waiting().filter(to_agency=viewer.agency_id)
    )
    offer = get_object_or_404(
        offers.select_for_update(of=("self",)).select_related("case"), public_id=public_id
    )
    case = writable_case(request, offer.case.public_id)
    answer = request.POST.get("answer")
    if answer not in ("accept", "decline"):
        raise Http404
    if answer == "accept":
        offer.accept(viewer.membership, viewer.day)
    else:
        offer.decline(viewer.membership, viewer.day)
    audit.did(request, "主担当を引き受ける" if answer == "accept" else "主担当を引き受けない", case=case)
    saved(request, "主担当を引き受けました" if answer == "accept" else "引き受けないと答えました")
    return redirect("cases:case", case.public_id)
