"""解除: the chair and the agency that brought a fact let it out of the 支援会議, one asking, the other answering (§4)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Row
from cases.visibility import Purpose
from cases.visibility.acts import acknowledged
from cases.visibility.second_person import (
    refusals_to_answer_release,
    refusals_to_ask_release,
    sides_to_release,
)
from meetings.forms.release import DeclineForm, ReleaseForm
from meetings.models import AgendaItem, Release
from meetings.views.at_hand import say
from meetings.views.lines import lines_of
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

RECORD, MEETING = Purpose.MEETING_RECORD, Purpose.MEETING


def release_marks(viewer, item, rows):
    """What the pages of an item say beside its rows: which may be asked to be let out, for which that is asked."""
    born = [row for row in rows if row.origin_id == item.pk and row.released_on is None]
    sides = {row.pk for row in born if sides_to_release(viewer.user_id, viewer.agency_id, item, row)}
    if not sides or not acknowledged(viewer):
        return {}
    waiting = set(item.releases.waiting().filter(row__in=sides).values_list("row", flat=True))
    return {"releasable": sides - waiting, "release_waits": waiting}


@for_purpose(RECORD, MEETING)
def releases(request):
    """解除を待つもの: places on agendas, no contents."""
    waiting = Release.waiting_for(request.viewer)
    audit.saw(request, "解除を待つもの", things=[release.public_id for release in waiting])
    return render(request, "meetings/releases.html", {"releases": waiting})


@for_purpose(RECORD, MEETING)
@once
def release_ask(request, item_id, row_id):
    """Ask that a row born at this 支援会議 be let out; it stays inside until the other side agrees."""
    item, row = _born_row(request, item_id, row_id)
    if row.released_on or refusals_to_ask_release(request.viewer, item, row):
        raise Http404
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        said = {"reason": form.cleaned_data["reason"], "membership": request.viewer.membership}
        release = Release.ask(item=item, row=row, day=request.viewer.day, **said)
        things = [release.public_id]
        audit.did(
            request,
            "解除を申し出る",
            case=item.case,
            item=item,
            rows=[row],
            things=things,
            reason=said["reason"],
        )
        say(request, "解除を申し出ました。もう一方の側が認めると、会議の外でも使えるようになります。")
        return redirect("meetings:releases")
    context = _context(request, item, row) | {"form": form}
    return render(request, "meetings/release_ask.html", context)


def _born_row(request, item_id, row_id):
    """The item and a row born at it, on the table or in the record, whichever is open to the viewer."""
    viewer, objects = request.viewer, AgendaItem.objects
    ways = [(RECORD, objects.visible_to(viewer, RECORD)), (MEETING, objects.tables_open_to(viewer, MEETING))]
    for purpose, items in ways:
        whole = items.select_related("segment__meeting", "case__main_subject")
        if item := whole.filter(public_id=item_id).first():
            rows = Row.objects.visible_to(viewer, purpose, item).filter(origin=item, public_id=row_id)
            if row := rows.for_timeline().first():
                request.purpose = purpose
                return item, row
    raise Http404


def _context(request, item, row, waiting=None):
    reason, shown = (waiting.reason, [waiting]) if waiting else ("", [])
    seen = {"case": item.case, "item": item, "rows": [row], "shown": shown}
    audit.saw(request, "解除の用紙", rule="解除", reason=reason, **seen)
    lines = lines_of(request, item, [row], None)
    return {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "line": lines[0],
    }


@for_purpose(RECORD, MEETING)
def release(request, release_id):
    """One release for the side that answers: the row itself, who asks and why."""
    return _shown(request, _to_answer(request, release_id), DeclineForm())


def _to_answer(request, release_id):
    waiting = Release.objects.to_answer_by(request.viewer).select_for_update(of=("self",))
    found = get_object_or_404(
        waiting.select_related("item__segment__meeting", "item__case", "asked_by__user", "asked_by__agency"),
        row__isnull=False,
        public_id=release_id,
    )
    if refusals_to_answer_release(request.viewer, found):
        raise Http404
    return found


def _shown(request, found, form):
    item, row = _born_row(request, found.item.public_id, found.row.public_id)
    # What is read here is read for the reason that was typed when it was asked for.
    context = _context(request, item, row, found) | {"release": found, "form": form}
    return render(request, "meetings/release.html", context)


@for_purpose(RECORD, MEETING)
@require_POST
@once
def release_grant(request, release_id):
    """The other side grants it: from now the row is free, as if it had never been told at the meeting."""
    found = _to_answer(request, release_id)
    found.grant(request.viewer.membership, request.viewer.day)
    _remember(request, "解除を認める", found, found.reason)
    say(request, "解除しました。会議の外でも、ふだんの決まりどおりに見られるようになりました。")
    return redirect("meetings:releases")


@for_purpose(RECORD, MEETING)
@require_POST
@once
def release_decline(request, release_id):
    """The other side does not grant it, and says why."""
    found = _to_answer(request, release_id)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form)
    found.decline(request.viewer.membership, request.viewer.day, form.cleaned_data["note"])
    _remember(request, "解除を認めない", found, found.refusal_note)
    messages.info(request, "解除しないと返事をしました。会議の中にとどまります。")
    return redirect("meetings:releases")


def _remember(request, what, found, reason):
    rows = [found.row] if found.row_id else []
    things = [found.public_id]
    audit.did(request, what, case=found.item.case, item=found.item, rows=rows, things=things, reason=reason)
