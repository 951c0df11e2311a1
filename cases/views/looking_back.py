"""時間をさかのぼる: what an agency could see of a case on a day, as known then and as known today, and what it saw (§5)."""

from dataclasses import dataclass

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from cases import audit
from cases.forms.looking_back import LookingBackForm
from cases.models import Consent, EmergencyDisclosure, Referral, Row, StoredSearch
from cases.views.case_page import header_is_open, visible_case
from cases.views.timeline import Entry, entries_of
from cases.visibility import Purpose, visible_participations
from cases.visibility.consenting import sees_consents_whole
from cases.visibility.travel import could_see, did_see, end_of
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import wareki_short


@dataclass(frozen=True)
class Answer:
    """One row that the asker sees today, and the three answers; `then` is None where nobody knows any more."""

    entry: Entry
    is_later: bool
    then: bool | None
    now: bool
    seen: bool


@for_purpose(Purpose.SUPPORT)
def looking_back(request, public_id):
    """Ask for agency and day; answer row by row. Only for who sees the consents of the case whole."""
    case = visible_case(request, public_id)
    if not sees_consents_whole(request.viewer, case):
        raise Http404
    offer = {"agencies": known_agencies(request.viewer, case), "today": request.viewer.day}
    if request.method == "POST":
        form = LookingBackForm(request.POST, **offer)
        return _keep(request, case, form) if form.is_valid() else _asked(request, case, form)
    if not request.GET.get("s"):
        return _asked(request, case, LookingBackForm(**offer))
    form = LookingBackForm(_kept(request, case), **offer)
    if not form.is_valid():
        raise Http404
    return _answered(request, case, form)


def _keep(request, case, form):
    asked = {"agency": form.cleaned_data["agency"].public_id, "day": form.cleaned_data["day"].isoformat()}
    kept = StoredSearch.keep(request.user, looking_back=case.public_id, **asked)
    return redirect(f"{reverse('cases:looking_back', args=[case.public_id])}?s={kept.public_id}")


def _kept(request, case):
    kept = StoredSearch.of(request.user, request.GET["s"])
    if kept is None or kept.words.get("looking_back") != case.public_id:
        raise Http404
    return {"agency": kept.words["agency"], "day": kept.words["day"]}


def _asked(request, case, form):
    audit.saw(request, "時間をさかのぼる", case=case)
    return render(request, "cases/looking_back.html", {"case": case, "form": form})


def _answered(request, case, form):
    agency, day = form.cleaned_data["agency"], form.cleaned_data["day"]
    begun = history_begins()
    visible = Row.objects.visible_to(request.viewer, request.purpose).filter(case=case)
    rows = list(visible.for_timeline().select_related("record"))
    header_open = header_is_open(request, case)
    now, seen = could_see(case, agency, day), did_see(case, agency, day)
    then = could_see(case, agency, day, end_of(day)) if day >= begun else None
    entries = entries_of(rows, case, request.viewer, header_open)
    context = {
        "case": case,
        "form": LookingBackForm(
            initial={"agency": agency.public_id, "day": day},
            agencies=form.fields["agency"].things.values(),
            today=request.viewer.day,
        ),
        "agency": agency,
        "day": day,
        "begun": begun,
        "is_before": then is None,
        "answers": [_answer(entry, day, then, now, seen) for entry in entries],
    }
    things = [f"agency:{agency.public_id}", f"day:{wareki_short(day)}"]
    audit.saw(request, "時間をさかのぼる", case=case, rows=rows, things=things)
    return render(request, "cases/looking_back.html", context)


def _answer(entry, day, then, now, seen):
    """What was written after that day was not there yet, whatever the rule would say of it."""
    key, is_later = entry.row.pk, timezone.localtime(entry.row.recorded_at).date() > day
    return Answer(entry, is_later, None if then is None else key in then, key in now, key in seen)


def history_begins():
    """The day from which versions are kept: when the program was installed."""
    applied = MigrationRecorder.Migration.objects.filter(app="cases").aggregate(first=Min("applied"))["first"]
    return timezone.localtime(applied).date()


def known_agencies(viewer, case):
    """Agencies that the viewer may know of in this case: taking part now or once, named in a statement, at the other
    end of a つなぎ or a 緊急提供 that the viewer sees. Of others, asking would tell of a つなぎ between two others."""
    parts = visible_participations(case.participations.all(), viewer, Purpose.SUPPORT).order_by()
    said = Consent.objects.visible_to(viewer, Purpose.SUPPORT).filter(case=case).order_by()
    sent = Referral.objects.visible_to(viewer, Purpose.SUPPORT).filter(case=case).order_by()
    given = EmergencyDisclosure.objects.visible_to(viewer, Purpose.SUPPORT).filter(case=case).order_by()
    known = Q(pk__in=parts.values("agency")) | Q(pk__in=said.values("recipients"))
    known |= Q(pk__in=said.values("recipient_list__agencies"))
    known |= Q(pk__in=sent.values("from_agency")) | Q(pk__in=sent.values("to_agency"))
    known |= Q(pk__in=given.values("to_agency")) | Q(pk__in=given.values("from_agency"))
    return list(Agency.objects.filter(known).order_by("order", "name"))
