"""支援経過: writing a record, reading one with its earlier versions, correcting it; and who would see it."""

from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.forms.record import RecordEditForm, RecordForm, RowEditForm
from cases.models import Case, Category, HouseholdMember, Person, Record, Row
from cases.views.case_page import header_is_open, saved, writable_case
from cases.views.timeline import entries_of
from cases.visibility import Purpose
from cases.visibility.acts import leads
from cases.visibility.reverse import agencies_that_would_see
from cases.where_learnt import ask_where_corrected, ask_where_learnt, learnt_in, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def people_to_write_about(request, case):
    """The main subject and the people of the household who are in the register, as far as the viewer may know.

    About somebody separated from the main subject only the lead writes (§3).
    """
    viewer, purpose = request.viewer, request.purpose
    members = HouseholdMember.objects.visible_to(viewer, purpose).filter(case=case, person__isnull=False)
    rows = Row.objects.visible_to(viewer, purpose).filter(case=case).order_by()
    # Ids first: joined with the gate's conditions, the planner may choose a very slow way.
    keys = {case.main_subject_id, *members.values_list("person", flat=True)}
    keys |= set(rows.values_list("matters__subject", flat=True))
    people = Person.objects.visible_to(viewer, purpose).filter(pk__in=keys)
    if not leads(viewer, case):
        apart = Person.objects.visible_to(viewer, purpose).separated_from(case.main_subject_id)
        people = people.exclude(pk__in=apart.order_by().values("pk"))
    return people


@for_purpose(Purpose.SUPPORT)
@once
def record_new(request, public_id):
    """Write a record about the people and in the categories that one ticks."""
    case = writable_case(request, public_id)
    people = people_to_write_about(request, case)
    today = request.viewer.day
    initial = {"day": today, "subjects": [case.main_subject.public_id]}
    form = RecordForm(request.POST or None, initial=initial, people=list(people), today=today)
    ask_where_learnt(form, request.viewer, people)
    if form.is_valid():
        record = Record.write(
            case=case,
            author=request.viewer.membership,
            subjects=form.cleaned_data["subjects"],
            categories=form.cleaned_data["categories"],
            day=form.cleaned_data["day"],
            learnt=learnt_in(form),
            **form.fields_of_row(),
        )
        audit.did(request, "支援経過を書く", case=case, rows=[record])
        saved(request, "記録を保存しました")
        tell_where_it_went(request, form)
        return redirect("cases:case", case.public_id)
    audit.saw(request, "支援経過の用紙", case=case, form=form)
    chosen = form.data if form.is_bound else None
    context = {"case": case, "form": form, "seen_by": would_see(request, case, *ticked(people, chosen))}
    return render(request, "cases/record_form.html", context)


@for_purpose(Purpose.SUPPORT)
def who_sees(request, public_id):
    """「これを見られる機関」, asked again whenever a person or a category is ticked."""
    case = writable_case(request, public_id)
    seen_by = would_see(request, case, *ticked(people_to_write_about(request, case), request.GET))
    return render(request, "_seen_by.html", {"seen_by": seen_by})


def ticked(people, chosen):
    """The people and categories ticked on a sheet, as far as they are choices at all."""
    if chosen is None:
        return [], []
    known = {str(number): number for number in Category.values}
    categories = [known[number] for number in chosen.getlist("categories") if number in known]
    return list(people.filter(public_id__in=chosen.getlist("subjects"))), categories


def would_see(request, case, subjects, categories):
    """Names of the agencies that would see a row about these pairs."""
    return [agency.name for agency in agencies_that_would_see(request.viewer, case, subjects, categories)]


@for_purpose(Purpose.SUPPORT)
def record(request, public_id):
    """One row with its earlier versions: whoever sees the row today sees them (§4)."""
    row = visible_row(request, public_id)
    case = row.case
    header_open = header_is_open(request, case)
    audit.saw(request, "記録", case=case, rows=[row])
    mine = Row.objects.editable_by(request.viewer, request.purpose).filter(pk=row.pk).exists()
    context = {
        "case": case,
        "entry": entries_of([row], case, request.viewer, header_open)[0],
        "versions": list(row.earlier_versions.select_related("author__user", "author__agency")),
        "may_correct": mine and not case.is_closed and row.kind in EDITABLE_HERE,
    }
    return render(request, "cases/record_page.html", context)


EDITABLE_HERE = [Row.Kind.RECORD, Row.Kind.ASSESSMENT, Row.Kind.CONTACT]


def visible_row(request, public_id):
    """The row, in a case that exists for the viewer: a referral's text alone does not tell its case's number."""
    cases = Case.objects.visible_to(request.viewer, request.purpose).order_by()
    rows = Row.objects.visible_to(request.viewer, request.purpose).filter(case__in=cases.values("pk"))
    return get_object_or_404(
        rows.for_timeline().select_related("author__user", "author__agency", "record"), public_id=public_id
    )


@for_purpose(Purpose.SUPPORT)
@once
def record_edit(request, public_id):
    """Correct one's agency's row as a new version; the old one is kept with who wrote it."""
    rows = Row.objects.editable_by(request.viewer, request.purpose).filter(kind__in=EDITABLE_HERE)
    row = get_object_or_404(rows.select_for_update(of=("self",)).select_related("case"), public_id=public_id)
    is_record = row.kind == Row.Kind.RECORD
    if is_record:
        row = get_object_or_404(Record.objects.editable_by(request.viewer, request.purpose), pk=row.pk)
    form = (RecordEditForm if is_record else RowEditForm)(request.POST or None, record=row)
    ask_where_corrected(form, request.viewer, row)
    if form.is_valid():
        _correct(row, form, request.viewer.membership)
        audit.did(request, "記録を訂正する", case=row.case, rows=[row])
        saved(request, "訂正を保存しました")
        return redirect("cases:record", row.public_id)
    audit.saw(request, "記録の訂正の用紙", case=row.case, rows=[row])
    return render(request, "cases/record_edit.html", {"case": row.case, "row": row, "form": form})


def _correct(row, form, author):
    if isinstance(row, Record):
        row.rewrite(author, learnt=learnt_in(form), **form.new_texts())
    else:
        row.correct(form.cleaned_data["text"], author, learnt_in(form))
