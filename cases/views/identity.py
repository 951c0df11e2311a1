"""名寄せ by the 推進員: names, readings, birth dates and a flag; no cases, no agencies, no numbers (contract §3.5)."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.forms.identity import IdentitySearchForm, JoinForm, UndoForm
from cases.identity import MOST_PAIRS, as_candidates, likely_pairs
from cases.models import Person, PersonLink
from cases.views.case_page import saved
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

IDENTITY = Purpose.IDENTITY
MOST_FOUND = 50
STATES = {
    "waiting": ("waiting", "もう一人の確認待ち"),
    "confirmed": ("full", "確認済み"),
    "undoing": ("overdue", "元に戻す申し出"),
    "undone": ("none", "元に戻した"),
}


@dataclass(frozen=True)
class Joined:
    """A link as it is shown: both records, and where it stands."""

    link: PersonLink
    first: object
    second: object
    state: tuple[str, str]


def _people(request):
    return Person.objects.comparable_by(request.viewer, request.purpose)


def _links(request):
    links = PersonLink.objects.visible_to(request.viewer, request.purpose).said()
    return links.select_related(
        "first", "second", "joined_by__user", "confirmed_by__user", "undo_asked_by__user", "undone_by__user"
    )


def _joined(links):
    shown = as_candidates([person for link in links for person in (link.first, link.second)])
    return [Joined(link, shown[link.first_id], shown[link.second_id], STATES[link.state]) for link in links]


@for_purpose(IDENTITY)
def identity(request):
    """What waits for a second person, which records may be one person, and which are joined."""
    links = _joined(list(_links(request).standing()[: MOST_FOUND * 4]))
    pairs = likely_pairs(_people(request))
    shown = as_candidates([person for pair in pairs[:MOST_PAIRS] for person in pair])
    context = {
        "open": [one for one in links if one.link.state in ("waiting", "undoing")],
        "confirmed": [one for one in links if one.link.state == "confirmed"],
        "pairs": [(shown[one.pk], shown[other.pk]) for one, other in pairs[:MOST_PAIRS]],
        "has_more": len(pairs) > MOST_PAIRS,
    }
    seen = [person.public_id for pair in context["pairs"] for person in pair]
    audit.saw(request, "名寄せの候補", things=[*seen, *(one.link.public_id for one in links)])
    return render(request, "cases/identity_list.html", context)


@for_purpose(IDENTITY)
@once
def identity_search(request):
    """Find records by name, reading or birth date, and choose two of them."""
    form = IdentitySearchForm(request.POST or None)
    found = []
    if form.is_valid():
        found = list(_people(request).possibly(**form.cleaned_data)[:MOST_FOUND])
        audit.saw(request, "名寄せの検索", things=[person.public_id for person in found])
    chosen = list(dict.fromkeys(request.POST.getlist("chosen")))
    if "join" in request.POST and len(chosen) == 2:  # noqa: PLR2004
        return redirect("cases:identity_join", *chosen)
    if "join" in request.POST:
        messages.error(request, "結び付ける記録を、ちょうど二つ選んでください。")
    context = {
        "form": form,
        "found": as_candidates(found).values(),
        "chosen": chosen,
        "searched": form.is_bound,
    }
    return render(request, "cases/identity_search.html", context)


@for_purpose(IDENTITY)
@once
def identity_join(request, first_id, second_id):
    """Say that two records are one person, and why; both stand beside each other."""
    people = _people(request)
    first = get_object_or_404(people, public_id=first_id)
    second = get_object_or_404(people.exclude(pk=first.pk), public_id=second_id)
    form = JoinForm(request.POST or None)
    if form.is_valid():
        ground = form.cleaned_data["ground"]
        said = {"ground": ground, "membership": request.viewer.membership, "day": request.viewer.day}
        try:
            link = PersonLink.join(first, second, **said)
        except ValueError as problem:
            audit.was_refused(request, "名寄せ", rule="名寄せ", things=[first_id, second_id])
            form.add_error(None, str(problem))
        else:
            audit.did(request, "名寄せ", things=[link.public_id, first_id, second_id], reason=ground)
            saved(request, "結び付けました。もう一人が確かめるのを待っています")
            return redirect("cases:identity_link", link.public_id)
    shown = as_candidates([first, second])
    audit.saw(request, "名寄せの用紙", things=[first_id, second_id])
    context = {"form": form, "first": shown[first.pk], "second": shown[second.pk]}
    return render(request, "cases/identity_join.html", context)


@for_purpose(IDENTITY)
def identity_link(request, public_id):
    """One link: both records, who said so and why, and what may be done."""
    return _shown(request, get_object_or_404(_links(request), public_id=public_id))


def _shown(request, link, form=None):
    me = request.viewer.user_id
    context = {
        "joined": _joined([link])[0],
        "may_confirm": link.state == "waiting" and link.joined_by.user_id != me,
        "may_undo": link.state in ("waiting", "confirmed")
        or link.state == "undoing"
        and link.undo_asked_by.user_id != me,
        "form": form or UndoForm(initial={"reason": link.undo_reason}),
    }
    audit.saw(request, "名寄せ", things=[link.public_id, link.first.public_id, link.second.public_id])
    return render(request, "cases/identity_link.html", context)


@for_purpose(IDENTITY)
@require_POST
@once
def identity_confirm(request, public_id):
    """A second person confirms that both records are one person."""
    link = _locked(request, public_id)
    return _act(request, link, "名寄せを確かめる", "確かめました", link.confirm)


@for_purpose(IDENTITY)
@require_POST
@once
def identity_undo(request, public_id):
    """Not the same person: at once while nobody has confirmed it, by two people afterwards."""
    link = _locked(request, public_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _shown(request, get_object_or_404(_links(request), public_id=public_id), form)
    words = (
        "元に戻しました"
        if link.state != "confirmed"
        else "元に戻すことを申し出ました。もう一人が確かめると戻ります"
    )
    return _act(request, link, "名寄せを元に戻す", words, link.undo, form.cleaned_data["reason"])


def _locked(request, public_id):
    links = PersonLink.objects.visible_to(request.viewer, request.purpose).said()
    return get_object_or_404(
        links.select_for_update(of=("self",)).select_related("joined_by"), public_id=public_id
    )


def _act(request, link, what, words, act, *reason):
    try:
        act(request.viewer.membership, request.viewer.day, *reason)
    except ValueError as problem:
        audit.was_refused(request, what, rule="二人", things=[link.public_id])
        messages.error(request, str(problem))
    else:
        audit.did(request, what, things=[link.public_id], reason=reason[0] if reason else "")
        saved(request, words)
    return redirect("cases:identity_link", link.public_id)
