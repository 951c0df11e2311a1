"""気づき: list, entry, page, correction, print. Who told it stands on a page of its own (next_steps)."""

from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.models import Case
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year
from outreach.forms.hint import HintEditForm, HintForm, WatchForm
from outreach.models import Hint
from outreach.views.shown import page_of, say_saved

STATES = [("new", "新しい"), ("watching", "見守り"), ("all", "すべて")]


@for_purpose(Purpose.SUPPORT)
def hints(request):
    """The hints that one's own agency took: what is new, what is being watched, all of them."""
    state = request.GET.get("state") if request.GET.get("state") in dict(STATES) else "new"
    mine = Hint.objects.visible_to(request.viewer, request.purpose)
    chosen = mine if state == "all" else mine.filter(status=state).soonest_first()
    page = page_of(request, chosen)
    audit.saw(request, "気づきの一覧", things=[hint.public_id for hint in page.rows])
    context = {"page": page, "hints": page.rows, "state": state, "states": STATES, "tab": "hints"}
    return render(request, "outreach/hints.html", context | {"year": fiscal_year(request.viewer.day)})


@for_purpose(Purpose.SUPPORT)
@once
def hint_new(request):
    """Take a hint: a day, from where, one line."""
    today = request.viewer.day
    form = HintForm(request.POST or None, today=today, initial={"noticed_on": today})
    if request.method == "POST" and form.is_valid():
        form.instance.agency, form.instance.author = request.viewer.agency, request.viewer.membership
        hint = form.save()
        audit.did(request, "気づきの記録", things=[hint.public_id])
        say_saved(request)
        return redirect("outreach:hint", hint.public_id)
    return render(request, "outreach/hint_form.html", {"form": form})


@for_purpose(Purpose.SUPPORT)
def hint(request, public_id):
    """One hint and what to do with it."""
    found = visible_hint(request, public_id)
    audit.saw(request, "気づき", things=[found.public_id], case=found.case)
    return render(request, "outreach/hint.html", page_of_hint(request, found))


def page_of_hint(request, found, watch_form=None):
    """What the page of a hint shows; `watch_form` when the date typed there was wrong."""
    case = Case.objects.visible_to(request.viewer, request.purpose).filter(pk=found.case_id).first()
    watch_form = watch_form or WatchForm(today=request.viewer.day, initial={"next_on": found.next_on})
    writable = Case.objects.writable_by(request.viewer, request.purpose).filter(pk=found.case_id)
    return {"hint": found, "case": case, "may_write": writable.exists(), "watch_form": watch_form}


@for_purpose(Purpose.SUPPORT)
@once
def hint_edit(request, public_id):
    """Correct a hint; never over somebody else's correction."""
    found = visible_hint(request, public_id)
    form = HintEditForm(request.POST or None, instance=found, today=request.viewer.day)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.did(request, "気づきの訂正", things=[found.public_id], case=found.case)
        say_saved(request)
        return redirect("outreach:hint", found.public_id)
    audit.saw(request, "気づきの訂正の用紙", things=[found.public_id], case=found.case)
    return render(request, "outreach/hint_form.html", {"form": form, "hint": found})


@for_purpose(Purpose.SUPPORT)
def hint_print(request, public_id):
    """The hint on paper; the informant is never on it."""
    found = visible_hint(request, public_id)
    audit.saw(request, "気づきの印刷", things=[found.public_id], case=found.case)
    return render(request, "outreach/hint_print.html", page_of_hint(request, found))


def visible_hint(request, public_id):
    """The hint if one's own agency took it, else 404."""
    mine = Hint.objects.visible_to(request.viewer, request.purpose).select_related(
        "agency", "author__user", "case"
    )
    return get_object_or_404(mine, public_id=public_id)
