"""同意 taken back: refused, withdrawn at once and for good, or narrowed; by whoever hears it (contract §4)."""

from copy import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from cases import audit, recall
from cases.consent_words import closing_sentence, said_of
from cases.forms.consent import NarrowingForm, RefusalForm, WithdrawalForm
from cases.models import Consent, RecallEntry
from cases.views.case_page import saved, writable_case
from cases.views.consent_preview import goes_back, step_before
from cases.views.consents import after, is_changeable, people_of, whole_consent
from cases.views.referrals import participants
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

Kind = Consent.Kind


@for_purpose(Purpose.SUPPORT)
@once
def refusal_new(request, public_id):
    """Record a refusal, or that nobody has asked yet."""
    case = writable_case(request, public_id)
    form = RefusalForm(
        request.POST or None,
        initial={"person": case.main_subject.public_id, "given_on": request.viewer.day},
        people=people_of(request, case),
        agencies=list(Agency.objects.active_on(request.viewer.day)),
        participants=[request.viewer.agency, *participants(request, case)],
        today=request.viewer.day,
    )
    if form.is_bound and form.is_valid() and not goes_back(request):
        return _refuse(request, case, form.cleaned_data)
    audit.saw(request, "拒否の記入", case=case, form=form)
    return render(request, "cases/consent_refusal.html", {"case": case, "form": form})


def _refuse(request, case, cleaned):
    cleaned["all_agencies"] = cleaned["kind"] == Kind.REFUSED and not cleaned["recipients"]

    def act():
        return Consent.state(case=case, author=request.viewer.membership, **cleaned)

    words = {"title": "拒否・未確認を記録する", "button": "この内容で記録する"}
    if page := step_before(request, case, cleaned["person"], act, **words):
        return page
    since = recall.earliest_consent(cleaned["person"], cleaned["given_on"])
    consent = recall.take_back(request.viewer, case, cleaned["person"], act, since=since)
    audit.did(request, "拒否・未確認を記録する", case=case, things=[consent.public_id])
    saved(request, f"{consent.get_kind_display()}を記録しました")
    return redirect(_recall_of(request, consent) or after(request, consent))


@for_purpose(Purpose.SUPPORT)
@once
def consent_withdraw(request, public_id):
    """撤回, at once and for good; recorded by whoever hears it."""
    found, is_whole = _heard_of(request, public_id)
    form = WithdrawalForm(
        request.POST or None,
        initial={"on": request.viewer.day, "heard_by": request.viewer.user.name},
        today=request.viewer.day,
        given_on=found.given_on,
    )
    whose = found.person.name if is_whole or found.person_id == found.case.main_subject_id else "世帯の方"
    if form.is_bound and form.is_valid() and not goes_back(request):
        return _withdraw(request, found, form, whose)
    audit.saw(request, "同意の撤回", case=found.case, things=[public_id])
    agencies = list(found.recipients.all()) if is_whole else [request.viewer.agency]
    loss = closing_sentence(whose, found.categories, agencies)
    return render(request, "cases/consent_withdraw.html", {"consent": found, "form": form, "loss": loss})


def _withdraw(request, found, form, whose):
    said = {
        "author": request.viewer.membership,
        "on": form.cleaned_data["on"],
        "at": timezone.now(),
        "note": form.note(),
    }

    def act():
        statement = copy(found)
        return statement if statement.withdraw(**said) else None

    words = {"title": "同意の撤回を記録する", "button": "この同意を撤回する", "name": whose}
    if page := step_before(request, found.case, found.person, act, **words):
        return page
    if recall.take_back(request.viewer, found.case, found.person, act, since=found.given_on):
        audit.did(request, "同意を撤回する", case=found.case, things=[found.public_id])
        saved(request, "撤回を記録しました。この同意では、いまからだれにも見えません")
    else:
        messages.warning(request, "この同意は、すでに撤回されています。何も変えていません。")
    return redirect(_recall_of(request, found) or after(request, found))


def _recall_of(request, statement):
    """The address of its recall list, if there is one and it is the viewer's to read."""
    entries = RecallEntry.objects.visible_to(request.viewer, request.purpose).open()
    waits = entries.filter(statement=statement.pk, handled_by=request.viewer.agency_id).exists()
    return reverse("cases:recall_list", args=[statement.public_id]) if waits else None


def _heard_of(request, public_id):
    """The consent, and whether it is seen whole; an agency that it names may withdraw it as well."""
    viewer, purpose = request.viewer, request.purpose
    whole = Consent.objects.visible_to(viewer, purpose)
    for is_whole, consents in ((True, whole), (False, Consent.objects.concerning(viewer, purpose))):
        named = consents.filter(public_id=public_id, kind=Kind.GIVEN).select_related(
            "case__main_subject", "person"
        )
        if found := named.first():
            return found, is_whole
    raise Http404


@for_purpose(Purpose.SUPPORT)
@once
def consent_narrow(request, public_id):
    """一部撤回: a statement of its own that takes agencies or categories out."""
    found = whole_consent(request, public_id)
    if not is_changeable(found):
        raise Http404
    agencies = list(found.recipients.all())
    if found.recipient_list:
        agencies = list(Agency.objects.active_on(request.viewer.day))
    form = NarrowingForm(
        request.POST or None,
        initial={"given_on": request.viewer.day},
        agencies=agencies,
        today=request.viewer.day,
        earliest=found.given_on,
    )
    if form.is_bound and form.is_valid() and not goes_back(request):
        return _narrow(request, found, form.cleaned_data)
    audit.saw(request, "一部撤回の記入", case=found.case, things=[public_id])
    return render(
        request, "cases/consent_narrow.html", {"consent": found, "form": form, "said": said_of(found)}
    )


def _narrow(request, consent, cleaned):
    def act():
        return Consent.state(
            case=consent.case,
            author=request.viewer.membership,
            person=consent.person,
            kind=Kind.NARROWED,
            narrows=consent,
            given_by=consent.given_by,
            authority=consent.authority,
            all_agencies=not cleaned["recipients"],
            **cleaned,
        )

    words = {"title": "同意の一部を撤回する", "button": "一部撤回を記録する"}
    if page := step_before(request, consent.case, consent.person, act, **words):
        return page
    narrowing = recall.take_back(request.viewer, consent.case, consent.person, act, since=consent.given_on)
    audit.did(
        request, "同意を一部撤回する", case=consent.case, things=[consent.public_id, narrowing.public_id]
    )
    saved(request, "一部撤回を記録しました")
    return redirect(_recall_of(request, narrowing) or reverse("cases:consent", args=[consent.public_id]))
