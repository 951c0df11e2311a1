"""The page of a case: its head, its timeline, its sections, what is due and who is involved; and its print."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases import audit
from cases.forms.case import StageForm
from cases.models import Case, LeadOffer
from cases.views import case_aside
from cases.views.case_sections import sections_for
from cases.views.timeline import entries_of, timeline_of, timeline_rows
from cases.visibility import Purpose
from cases.visibility.acts import leads, takes_part
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import PartialDate

STAGES_SHOWN = [stage for stage in Case.Stage if stage != Case.Stage.SUSPENDED]


@dataclass(frozen=True)
class Rights:
    """What the viewer's agency may do in this case today (contract §4)."""

    writes: bool
    leads: bool
    reopens: bool


@dataclass(frozen=True)
class Step:
    """One step of the stepper."""

    label: str
    is_done: bool
    is_current: bool


def rights_in(viewer, case):
    """What the viewer may do here; a closed case is only read, or opened anew by who took part."""
    if case.is_closed:
        reopens = case.participations.filter(agency=viewer.agency_id).exists()
        return Rights(writes=False, leads=False, reopens=reopens)
    return Rights(writes=takes_part(viewer, case), leads=leads(viewer, case), reopens=False)


def visible_case(request, public_id):
    """The case, if it exists for the viewer; otherwise 404."""
    cases = Case.objects.visible_to(request.viewer, request.purpose).select_related(
        "main_subject", "previous"
    )
    return get_object_or_404(cases, public_id=public_id)


def writable_case(request, public_id):
    """The open case in which the viewer's agency takes part today; otherwise 404."""
    cases = Case.objects.writable_by(request.viewer, request.purpose).open().select_related("main_subject")
    return get_object_or_404(cases, public_id=public_id)


def led_case(request, public_id):
    """The open case that the viewer's agency leads today; otherwise 404."""
    viewer = request.viewer
    cases = Case.objects.visible_to(viewer, request.purpose).open().led_by(viewer.agency, viewer.day)
    return get_object_or_404(cases.select_related("main_subject"), public_id=public_id)


def header_is_open(request, case):
    """Whether the viewer may see the main subject's name, kana and birth date."""
    return Case.objects.with_header_for(request.viewer, request.purpose).filter(pk=case.pk).exists()


def saved(request, words="保存しました"):
    """Tell quietly that it is saved, and when."""
    now: datetime = timezone.localtime()
    messages.success(request, f"{words} {now:%H:%M}")


def head_of(request, case, header_open):
    """What the head of the sheet shows. Name, kana and birth date only where the header is open."""
    person = case.main_subject
    return {
        "case": case,
        "header_open": header_open,
        "born": header_open
        and person.birth_date
        and PartialDate(person.birth_date, person.birth_precision, person.birth_estimated),
        "lead": case_aside.lead_of(request, case),
        "no_lead": case_aside.lacks_lead(request, case),
        "steps": _steps(case),
        "consent_state": case_aside.consent_state(request, case),
    }


def _steps(case):
    last = len(STAGES_SHOWN) if case.is_closed else STAGES_SHOWN.index(case.stage)
    steps = [Step(stage.label, index < last, index == last) for index, stage in enumerate(STAGES_SHOWN[:-1])]
    end = case.get_stage_display() if case.is_closed else Case.Stage.CLOSED.label
    return [*steps, Step(end, False, case.is_closed)]


@for_purpose(Purpose.SUPPORT)
def case(request, public_id):
    """The sheet of one case as this viewer may see it."""
    found = visible_case(request, public_id)
    header_open = header_is_open(request, found)
    timeline = timeline_of(request, found, header_open)
    if request.htmx:
        audit.saw(request, "支援経過の続き", case=found, rows=timeline.rows)
        return render(request, "cases/_timeline.html", {"case": found, "timeline": timeline})
    rights = rights_in(request.viewer, found)
    sections = sections_for(request, found)
    aside = case_aside.aside_of(request, found)
    shown = {row.pk: row for section in sections for row in section.data.get("rows", ())}
    shown |= {row.pk: row for row in [*timeline.rows, *aside["rows"]]}
    others = {name: [each for s in sections for each in s.data.get(name, ())] for name in ("things", "shown")}
    audit.saw(request, "ケース", case=found, rows=shown.values(), **others)
    return render(
        request,
        "cases/case_page.html",
        {
            **head_of(request, found, header_open),
            "rights": rights,
            "timeline": timeline,
            "sections": sections,
            "aside": aside,
            "stage_form": StageForm(initial={"stage": found.stage, "urgency": found.urgency}),
            "offers": _offers(request, found),
            "is_concealed": rights.leads and case_aside.has_concealed_contact(request, found),
        },
    )


def _offers(request, case):
    offers = LeadOffer.objects.visible_to(request.viewer, request.purpose).waiting().filter(case=case)
    return list(offers.select_related("to_agency", "offered_by__agency"))


@for_purpose(Purpose.SUPPORT)
def case_print(request, public_id):
    """The sheet on A4: what this viewer may see, and nothing else."""
    found = visible_case(request, public_id)
    header_open = header_is_open(request, found)
    rows = list(timeline_rows(request, found).for_timeline().select_related("record"))
    sections = [
        section for section in sections_for(request, found) if section.anchor in ("household", "contacts")
    ]
    shown = [*rows, *(row for section in sections for row in section.data.get("rows", ()))]
    audit.saw(request, "ケースの印刷", case=found, rows=shown)
    context = {
        **head_of(request, found, header_open),
        "entries": entries_of(rows, found, request.viewer, header_open),
        "sections": sections,
    }
    return render(request, "cases/case_print.html", context)


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def case_stage(request, public_id):
    """Move an open case to another stage of the work, or change its urgency."""
    found = writable_case(request, public_id)
    form = StageForm(request.POST)
    if form.is_valid():
        found.urgency = form.cleaned_data["urgency"] or found.urgency
        found.stage = form.cleaned_data["stage"]
        found.save(update_fields=["stage", "urgency"])
        audit.did(request, "段階を変える", case=found)
        saved(request, "段階を保存しました")
    else:
        messages.error(request, "段階を変えられませんでした。段階を選んでからもう一度押してください。")
    return redirect("cases:case", found.public_id)
