"""What follows a hint: watch, end, open a case; and who told it, on a page of its own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Person
from cases.visibility import Purpose
from cases.where_learnt import ask_where_learnt
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from outreach.forms.hint import InformantForm, OpenCaseForm, WatchForm
from outreach.models import Hint
from outreach.views.hints import page_of_hint, visible_hint
from outreach.views.shown import say_saved

NOT_IN_HINTS = (
    "支援会議で知ったことは、気づきからケースに写せません。自ら確認したことだけを、気づきに書いてください。"
)


@for_purpose(Purpose.SUPPORT)
@once
@require_POST
def hint_watch(request, public_id):
    """見守り until a day."""
    found = locked_hint(request, public_id)
    if not found.is_open:
        return _settled_already(request, found)
    form = WatchForm(request.POST, today=request.viewer.day)
    if not form.is_valid():
        return render(request, "outreach/hint.html", page_of_hint(request, found, form))
    found.watch(form.cleaned_data["next_on"])
    audit.did(request, "気づきの見守り", things=[found.public_id])
    say_saved(request, "見守りにしました")
    return redirect("outreach:hint", found.public_id)


@for_purpose(Purpose.SUPPORT)
@once
@require_POST
def hint_end(request, public_id):
    """対応を終える. It can be watched again at any time."""
    found = locked_hint(request, public_id)
    if not found.is_open:
        return _settled_already(request, found)
    found.end()
    audit.did(request, "気づきの対応を終える", things=[found.public_id])
    say_saved(request, "対応を終えました")
    return redirect("outreach:hint", found.public_id)


@for_purpose(Purpose.SUPPORT)
@once
def hint_informant(request, public_id):
    """通報者: opened by the agency that took the hint alone, each time remembered (§1)."""
    found = visible_hint(request, public_id)
    form = InformantForm(request.POST or None, instance=found.sealed_informant())
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.did(request, "情報を寄せた人の記録", things=[found.public_id])
        say_saved(request)
        return redirect("outreach:hint", found.public_id)
    audit.saw(request, "情報を寄せた人", things=[found.public_id])
    return render(request, "outreach/hint_informant.html", {"form": form, "hint": found})


@for_purpose(Purpose.SUPPORT)
@once
def hint_open_case(request, public_id):
    """Open a case 同意前 of the hint: only the person is asked for, the text goes along by itself."""
    found = locked_hint(request, public_id)
    if not found.is_open:
        return _settled_already(request, found)
    known = Person.objects.visible_to(request.viewer, request.purpose)
    form = OpenCaseForm(request.POST or None, known_people=known, initial={"name": found.about[:80]})
    if request.method == "POST" and form.is_valid() and (person := form.cleaned_data.get("person")):
        # Only now is it known whom it is about: the form asks again, with the question.
        ask_where_learnt(form, request.viewer, [person], NOT_IN_HINTS).full_clean()
    if request.method == "POST" and form.is_valid() and not form.asks_first:
        return _open_case(request, found, form.cleaned_data)
    audit.saw(request, "気づきからケースへ", things=[found.public_id])
    return render(request, "outreach/hint_open_case.html", {"form": form, "hint": found})


def _open_case(request, found, answers):
    """A person chosen is one that the viewer knows of; else a new one is registered."""
    person = answers.get("person") or Person.objects.create(name=answers["name"], kana=answers["kana"])
    said = {"author": request.viewer.membership, "day": request.viewer.day, "learnt": answers.get("learnt")}
    case = found.become_case(person=person, **said)
    audit.did(request, "気づきからケースを開始", case=case, things=[found.public_id])
    say_saved(request, f"ケース {case.number} を始めました")
    return redirect("outreach:hint", found.public_id)


def _settled_already(request, found):
    messages.info(request, f"この気づきは、すでに「{found.get_status_display()}」になっています。")
    return redirect("outreach:hint", found.public_id)


def locked_hint(request, public_id):
    """The hint of one's own agency, held until the act is done, so that two people do not act at once."""
    mine = Hint.objects.visible_to(request.viewer, request.purpose).select_for_update(of=("self",))
    return get_object_or_404(mine, public_id=public_id)
