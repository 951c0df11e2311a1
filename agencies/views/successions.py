"""承継 by two roster administrators: one asks, another confirms; it names agencies and no case (contract §4)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from agencies.forms.succession import SuccessionForm
from agencies.models import Agency, Succession
from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.ROSTER)
def successions(request):
    """Those that wait for a second person, and those in force."""
    everything = Succession.objects.select_related("old", "new", "asked_by__user", "confirmed_by__user")
    me, today = request.viewer.user_id, request.viewer.day
    waiting = [
        (one, one.asked_by.user_id == me, one.from_day > today)
        for one in everything.waiting().order_by("from_day", "pk")
    ]
    context = {"waiting": waiting, "confirmed": list(everything.exclude(confirmed_on=None))}
    return render(request, "agencies/successions.html", context)


@for_purpose(Purpose.ROSTER)
@once
def succession_new(request):
    """Ask for a succession: nothing passes until a second person has confirmed it."""
    form = SuccessionForm(request.POST or None, agencies=Agency.objects.order_by("order", "kana", "pk"))
    form.instance.asked_by, form.instance.asked_on = request.viewer.membership, request.viewer.day
    if form.is_valid():
        asked = form.save()
        audit.did(request, "承継を申し出る", things=[asked.public_id], reason=asked.ground)
        messages.success(request, "承継を申し出ました。名簿の担当者がもう一人確かめると、引き継がれます。")
        return redirect("agencies:successions")
    return render(request, "agencies/succession_form.html", {"form": form})


@for_purpose(Purpose.ROSTER)
@require_POST
@once
def succession_confirm(request, public_id):
    """The second person: participations, lead and work in hand pass to the new agency."""
    found = _waiting(request, public_id)
    try:
        found.take_effect(request.viewer.membership, request.viewer.day)
    except ValueError as problem:
        audit.was_refused(request, "承継を確かめる", rule="二人", things=[public_id])
        messages.error(request, str(problem))
    else:
        audit.did(request, "承継を確かめる", things=[public_id], reason=found.ground)
        messages.success(request, f"引き継ぎました {timezone.localtime():%H:%M}")
    return redirect("agencies:successions")


@for_purpose(Purpose.ROSTER)
@require_POST
@once
def succession_withdraw(request, public_id):
    """Take back what nobody has confirmed yet: nothing has passed, so nothing is kept but the audit entry."""
    found = _waiting(request, public_id)
    audit.did(request, "承継の申し出を取り下げる", things=[public_id], reason=found.ground)
    found.delete()
    messages.success(request, "申し出を取り下げました。")
    return redirect("agencies:successions")


def _waiting(request, public_id):
    """The succession, held until the end of the request; confirmed ones are not found here any more."""
    waiting = Succession.objects.waiting().select_for_update(of=("self",))
    return get_object_or_404(waiting.select_related("old", "new", "asked_by"), public_id=public_id)
