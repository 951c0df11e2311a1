"""The step before a statement is saved: what it changes, for whom, and at which coming sitting."""

from django.shortcuts import render

from cases import audit
from cases.consent_change import changes_of
from cases.visibility.consenting import sees_consents_whole

NOT_TYPED = ("csrfmiddlewaretoken", "form_key", "preview", "seen")


def step_before(request, case, person, act, *, title, button, day=None, name=None, warnings=()):
    """The page that says what `act` changes, if it was asked for, or if that has changed since it was shown.

    None means: go on and save. `act` is tried in a savepoint and taken back.
    """
    asked, seen = request.POST.get("preview") == "look", request.POST.get("seen")
    if not asked and seen is None:
        return None
    is_whole = sees_consents_whole(request.viewer, case)
    changes = changes_of(request.viewer, person, act, day=day or request.viewer.day, is_whole=is_whole)
    if not asked and seen == changes.digest:
        return None
    items = [one.item for one in changes.sittings]
    audit.saw(request, "保存すると変わること", case=case, shown=[person, *items])
    context = {
        "case": case,
        "name": name or person.name,
        "changes": changes,
        "is_whole": is_whole,
        "is_stale": not asked,
        "title": title,
        "button": button,
        "day": day or request.viewer.day,
        "warnings": warnings,
        "typed": [
            (key, value) for key, values in request.POST.lists() if key not in NOT_TYPED for value in values
        ],
    }
    return render(request, "cases/consent_preview.html", context)


def goes_back(request):
    """Whether the typist asked for the sheet again instead of saving."""
    return request.POST.get("preview") not in (None, "look")
