"""議事録と決定事項: written at the table by the office or the chair, from the day on until closing."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Assignment, Case, Plan, Row
from cases.visibility import Purpose, acts
from cases.where_learnt import NOT_AT_THIS_TABLE, ask_where_learnt, learnt_in
from meetings.forms.minutes import DecisionForm, ParagraphForm, ResultForm
from meetings.models import Decision, MinutesParagraph, Segment
from meetings.views.at_hand import item_on_table, say
from meetings.views.lines import SELF, SOMEBODY, header_of, laid_out, lines_of
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

Status = Segment.Status


@for_purpose(Purpose.MEETING)
@once
def minutes(request, item_id):
    """Paragraphs, decisions and the result of one item; each is a row of its own with whom and what it is about."""
    item = item_on_table(request, item_id)
    _may_write(request.viewer, item.segment)
    header = header_of(request, item)
    rows = list(Row.objects.visible_to(request.viewer, request.purpose, item).for_timeline())
    forms = _forms(request, item, _people(item, rows, header))
    sent = next((form for form in forms.values() if form.is_bound), None)
    if sent and sent.is_valid():
        _save(request, item, sent)
        return redirect("meetings:minutes", item_id)
    context = forms | {
        "item": item,
        "segment": item.segment,
        "segment_basis": item.segment.legal_basis,
        "header": header,
        "table": laid_out(lines_of(request, item, rows, header)),
    }
    audit.saw(request, "議事録を書く", case=item.case, item=item, rows=rows)
    return render(request, "meetings/minutes.html", context)


def _may_write(viewer, segment):
    writes = acts.keeps_office(viewer, segment) or acts.runs(viewer, segment)
    if not writes or segment.is_over or viewer.day < segment.meeting.day:
        raise Http404


def _people(item, rows, header):
    """{key: (person, label)}: the main subject, and whom the rows on the table are about."""
    main = item.case.main_subject
    people = {main.public_id: (main, SELF)}
    others = {subject.pk: subject for row in rows for subject in row.subject_list() if subject.pk != main.pk}
    for number, person in enumerate(others.values(), start=1):
        people[person.public_id] = (person, person.name if header else f"{SOMEBODY}{number}")
    return people


def _forms(request, item, people):
    seats = item.attendances.filter(removed_on__isnull=True, checked_in_at__isnull=False)
    seats = list(seats.select_related("agency", "user").order_by("agency__order", "pk"))
    first_of_agency = {seat.agency: seat for seat in reversed(seats)}
    agencies = list(reversed(first_of_agency))
    if not item.segment.is_statutory:
        seats = [first_of_agency[agency] for agency in agencies]
    sent = request.POST.get("what", "") if request.method == "POST" else ""

    def data(what):
        return request.POST if sent == what else None

    named = item.segment.is_statutory
    today = request.viewer.day
    spoken_of = [] if named else [person for person, _ in people.values()]
    paragraph = ParagraphForm(data("paragraph"), prefix="paragraph", subjects=people, agencies=agencies)
    decision = DecisionForm(
        data("decision"), prefix="decision", subjects=people, seats=seats, named=named, today=today
    )
    return {
        "paragraph_form": ask_where_learnt(paragraph, request.viewer, spoken_of, NOT_AT_THIS_TABLE),
        "decision_form": ask_where_learnt(decision, request.viewer, spoken_of, NOT_AT_THIS_TABLE),
        "result_form": ResultForm(data("result"), prefix="result", initial={"result": item.result}),
    }


def _save(request, item, form):
    if isinstance(form, ResultForm):
        item.conclude(form.cleaned_data["result"])
        audit.did(request, "議題の結果を決める", item=item)
    elif isinstance(form, DecisionForm):
        audit.did(request, "決定事項を書く", case=item.case, item=item, rows=[_decide(request, item, form)])
    else:
        audit.did(
            request, "議事録を書く", case=item.case, item=item, rows=[_write_paragraph(request, item, form)]
        )
    if item.segment.status in (Status.CONFIRMED, Status.HELD):
        item.segment.write_minutes()
    say(request, "保存しました")


def _write_paragraph(request, item, form):
    said = form.cleaned_data
    return item.write(
        model=MinutesParagraph,
        kind=Row.Kind.MINUTES,
        text=said["text"],
        nature=said["nature"],
        speaker=said["speaker"],
        author=request.viewer.membership,
        day=item.segment.meeting.day,
        learnt=learnt_in(form),
        **form.about(),
    )


def _decide(request, item, form):
    said = form.cleaned_data
    decision = item.write(
        model=Decision,
        kind=Row.Kind.DECISION,
        text=said["text"],
        author=request.viewer.membership,
        day=item.segment.meeting.day,
        learnt=learnt_in(form),
        **form.about(),
    )
    seat = said["seat"]
    named = seat.user if item.segment.is_statutory else None
    Assignment.objects.create(row_id=decision.pk, agency=seat.agency, user=named, due_on=said["due_on"])
    return decision


def open_plan(request, case):
    """The plan to which a decision of this case may be added: the latest that is not over."""
    plans = Plan.objects.visible_to(request.viewer, Purpose.SUPPORT).filter(case=case)
    return plans.exclude(state__in=Plan.OVER).order_by("-pk").first()


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def decision_to_action(request, decision_id):
    """A decision of a 重層的支援会議 becomes an action of the plan; what a 支援会議 decided stays inside it."""
    decisions = Decision.objects.visible_to(request.viewer, request.purpose).filter(origin__isnull=True)
    decision = get_object_or_404(decisions.select_related("case"), public_id=decision_id)
    case = get_object_or_404(Case.objects.writable_by(request.viewer, request.purpose), pk=decision.case_id)
    plan = open_plan(request, case)
    if plan is None or decision.plan_actions.exists():
        raise Http404
    action = decision.become_action(plan, request.viewer.membership, request.viewer.day)
    audit.did(request, "決定事項を支援内容にする", case=case, rows=[decision, action])
    say(request, "プランの支援内容に加えました")
    return redirect("meetings:case_decisions", case.public_id)


@for_purpose(Purpose.SUPPORT)
def case_decisions(request, case_id):
    """Decisions of a case's 重層的支援会議 that the viewer sees in its daily work, and which of them are in the plan."""
    case = get_object_or_404(Case.objects.visible_to(request.viewer, request.purpose), public_id=case_id)
    decisions = Decision.objects.visible_to(request.viewer, request.purpose).filter(
        case=case, origin__isnull=True
    )
    decisions = list(
        decisions.select_related("recorded_by", "item__segment__meeting", "assignment__agency")
        .prefetch_related("plan_actions")
        .order_by("-happened_on", "-pk")
    )
    writable = Case.objects.writable_by(request.viewer, request.purpose).filter(pk=case.pk).exists()
    context = {
        "case": case,
        "decisions": [(one, _agency_of(one), bool(one.plan_actions.all())) for one in decisions],
        "may_add": writable and open_plan(request, case) is not None,
    }
    audit.saw(request, "会議の決定事項", case=case, rows=decisions)
    return render(request, "meetings/case_decisions.html", context)


def _agency_of(decision):
    assignment = getattr(decision, "assignment", None)
    return assignment.agency.name if assignment else ""
