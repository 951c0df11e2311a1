"""分離 and 利害関係: who must not learn of whom, and who must see nothing of whom (contract §3)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.models import Agency, User
from agencies.models.agency import in_force
from cases import audit
from cases.forms.concealed import ConflictForm, SeparationForm
from cases.models import Person, Separation
from cases.views.case_page import led_case, saved, writable_case
from cases.views.records import people_to_write_about
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def _people(request, case):
    return list(people_to_write_about(request, case).exclude(pk=case.main_subject_id))


@for_purpose(Purpose.SUPPORT)
def separations(request, public_id):
    """The standing separations of the main subject, for the lead alone; of people whom it may know of."""
    case = led_case(request, public_id)
    apart = case.main_subject.separations().select_related("first", "second", "lift_asked_by__user")
    known = set(Person.objects.visible_to(request.viewer, request.purpose).values_list("pk", flat=True))
    pairs = [(separation, separation.other_side(case.main_subject)) for separation in apart.order_by("pk")]
    pairs = [(separation, other) for separation, other in pairs if other.pk in known]
    keys = [f"separation:{separation.pk}" for separation, _ in pairs]
    audit.saw(request, "分離", case=case, things=keys, shown=[other for _, other in pairs])
    context = {
        "case": case,
        "pairs": pairs,
        "me": request.viewer.user_id,
    }
    return render(request, "cases/separation_list.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def separation_new(request, public_id):
    """Keep the main subject and another person apart; it stands until two people lift it."""
    case = led_case(request, public_id)
    people = _people(request, case)
    form = SeparationForm(request.POST or None, people=people)
    if form.is_valid():
        other = form.cleaned_data["other"]
        if not case.main_subject.separations().between(case.main_subject, other).exists():
            Separation.objects.create(
                first=case.main_subject,
                second=other,
                reason=form.cleaned_data["reason"],
                recorded_on=request.viewer.day,
                recorded_by=request.viewer.membership,
            )
            audit.did(request, "分離を記録する", case=case)
        saved(request, "分離を保存しました")
        return redirect("cases:separations", case.public_id)
    audit.saw(request, "分離の用紙", case=case, form=form)
    intro = "この人についてこのケースに書いたことは、主担当機関だけが見られます。二人のケースは同じ会議にかけられません。"
    context = {"case": case, "form": form, "title": "分離を記録する", "button": "分離を保存", "intro": intro}
    return render(request, "cases/case_act.html", context)


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def separation_lift(request, public_id, person_id):
    """Two people of the lead lift a separation: the first asks, another confirms."""
    case = led_case(request, public_id)
    other = get_object_or_404(Person.objects.visible_to(request.viewer, request.purpose), public_id=person_id)
    separation = get_object_or_404(case.main_subject.separations().between(case.main_subject, other))
    membership = request.viewer.membership
    if separation.lift_asked_by is None:
        separation.ask_to_lift(membership)
        audit.did(request, "分離の解除を申し出る", case=case)
        messages.info(request, "解除を申し出ました。自機関の別の人が確認すると解除されます。")
    elif separation.lift_asked_by.user_id == membership.user_id:
        audit.was_refused(request, "分離の解除", case=case, rule="二人")
        messages.error(request, "解除には、申し出た人とは別の人の確認が必要です。")
    else:
        separation.lift(membership)
        audit.did(request, "分離を解除する", case=case)
        saved(request, "分離を解除しました")
    return redirect("cases:separations", case.public_id)


@for_purpose(Purpose.SUPPORT)
@once
def conflict_new(request, public_id):
    """Close everything about a person to a member of one's staff, or to an agency."""
    case = writable_case(request, public_id)
    viewer = request.viewer
    working = in_force(viewer.day, "memberships__")
    form = ConflictForm(
        request.POST or None,
        people=list(people_to_write_about(request, case)),
        staff=User.objects.filter(working, memberships__agency=viewer.agency_id).distinct(),
        agencies=Agency.objects.active_on(viewer.day),
    )
    if form.is_valid():
        conflict = form.record(author=viewer.membership, day=viewer.day)
        audit.did(request, "利害関係を記録する", case=case)
        saved(request, "利害関係を保存しました")
        closed_to_me = conflict.user_id == viewer.user_id or conflict.agency_id == viewer.agency_id
        return redirect("home") if closed_to_me else redirect("cases:case", case.public_id)
    audit.saw(request, "利害関係の用紙", case=case, form=form)
    intro = "記録すると、その職員や機関の全員に、この人のことがどの画面でも見えなくなります。自分や自機関を選ぶと、この画面にも戻れません。"
    context = {
        "case": case,
        "form": form,
        "title": "利害関係を記録する",
        "button": "利害関係を保存",
        "intro": intro,
    }
    return render(request, "cases/case_act.html", context)
