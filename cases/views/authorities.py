"""代理権: recorded by the lead, one authority at a time (contract §2, 2; §4)."""

from django.shortcuts import redirect, render
from django.urls import reverse

from cases import audit
from cases.forms.consent import AuthorityForm
from cases.views.case_page import led_case, saved
from cases.views.consents import people_of
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
@once
def authority_new(request, public_id):
    """Record who may speak for a person of a case that one's agency leads."""
    case = led_case(request, public_id)
    initial = {"person": case.main_subject.public_id, "from_day": request.viewer.day}
    form = AuthorityForm(request.POST or None, initial=initial, people=people_of(request, case))
    if form.is_bound and form.is_valid():
        authority = form.save(commit=False)
        authority.person, authority.holder = form.cleaned_data["person"], form.cleaned_data["holder"]
        authority.recorded_by = request.viewer.membership
        authority.save()
        audit.did(request, "代理権を記録する", case=case, things=[authority.public_id])
        saved(request, "代理権を記録しました")
        return redirect(reverse("cases:consent_new", args=[case.public_id]))
    audit.saw(request, "代理権の記入", case=case, form=form)
    return render(request, "cases/authority_form.html", {"case": case, "form": form})
