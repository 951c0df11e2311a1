"""働きかけ・訪問: one's own recent attempts and what comes next; quick entry, page, correction, print."""

from copy import copy

from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.models import Case, Category
from cases.visibility import Purpose
from cases.where_learnt import (
    ask_where_corrected,
    ask_where_learnt,
    learnt_in,
    stays_inside,
    tell_where_it_went,
)
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year
from outreach.forms.approach import ApproachCorrectionForm, ApproachForm
from outreach.models import Approach
from outreach.views.shown import name_rows, names_of_cases, page_of, readers_of, say_saved

PLANNED = 20


@for_purpose(Purpose.SUPPORT)
def approaches(request):
    """The attempts of one's own agency, newest first, and the days agreed on."""
    seen = visible_approaches(request).filter(recorded_by=request.viewer.agency)
    page = page_of(request, seen.newest_first())
    planned = list(
        seen.filter(case__in=Case.objects.visible_to(request.viewer, request.purpose).open()).planned()[
            :PLANNED
        ]
    )
    name_rows(request, page.rows + planned)
    audit.saw(request, "働きかけの一覧", rows=page.rows + planned)
    context = {"page": page, "approaches": page.rows, "planned": planned, "tab": "approaches"}
    return render(request, "outreach/approaches.html", context | {"year": fiscal_year(request.viewer.day)})


@for_purpose(Purpose.SUPPORT)
@once
def approach_new(request, public_id):
    """Write an attempt: any attempt counts, met or not."""
    case = get_object_or_404(Case.objects.writable_by(request.viewer, request.purpose), public_id=public_id)
    today = request.viewer.day
    start = {"happened_on": today, "means": "visit", "categories": [Category.HISTORY]}
    form = ApproachForm(request.POST or None, today=today, initial=start)
    ask_where_learnt(form, request.viewer, [case.main_subject])
    if request.method == "POST" and form.is_valid():
        return _write(request, case, form)
    audit.saw(request, "働きかけの用紙", case=case)
    return render(request, "outreach/approach_form.html", _form_context(request, case, form))


def _write(request, case, form):
    answers = form.cleaned_data
    day, categories = answers.pop("happened_on"), answers.pop("categories")
    author, subjects = request.viewer.membership, [case.main_subject]
    row = Approach.write(
        case=case, author=author, subjects=subjects, categories=categories, day=day, **answers
    )
    audit.did(request, "働きかけの記録", case=case, rows=[row])
    say_saved(request)
    tell_where_it_went(request, form)
    if stays_inside(form):
        return redirect("cases:case", case.public_id)
    return redirect("outreach:approach", row.public_id)


def _form_context(request, case, form, **more):
    name = names_of_cases(request, [case.pk]).get(case.pk, "")
    readers = readers_of(request, case, Category.HISTORY)
    return {
        "case": case,
        "name": name,
        "form": form,
        "seen_by": readers,
        "before_consent": is_before_consent(case),
    } | more


def is_before_consent(case):
    """働きかけ中(同意前): the page warns against letters and mail."""
    return case.stage == Case.Stage.APPROACH


@for_purpose(Purpose.SUPPORT)
def approach(request, public_id):
    """One attempt as written, with its earlier texts."""
    row = get_object_or_404(visible_approaches(request).prefetch_related("matters"), public_id=public_id)
    audit.saw(request, "働きかけ", case=row.case, rows=[row])
    name_rows(request, [row])
    context = {
        "approach": row,
        "categories": [category.label for category in row.category_list()],
        "earlier": list(row.earlier_versions.select_related("author__user")),
        "may_edit": _editable(request).filter(pk=row.pk).exists(),
        "may_write": Case.objects.writable_by(request.viewer, request.purpose)
        .filter(pk=row.case_id)
        .exists(),
        "before_consent": is_before_consent(row.case),
    }
    return render(request, "outreach/approach.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def approach_edit(request, public_id):
    """Correct an attempt of one's own agency; the old text is kept."""
    row = get_object_or_404(_editable(request).select_related("case"), public_id=public_id)
    # The form fills in its instance while it validates: a copy, so that the old text can be kept.
    form = ApproachCorrectionForm(request.POST or None, instance=copy(row), today=request.viewer.day)
    ask_where_corrected(form, request.viewer, row)
    if request.method == "POST" and form.is_valid():
        columns = {name: form.cleaned_data[name] for name in ApproachForm.Meta.fields}
        row.amend(author=request.viewer.membership, learnt=learnt_in(form), **columns)
        audit.did(request, "働きかけの訂正", case=row.case, rows=[row])
        say_saved(request)
        return redirect("outreach:approach", row.public_id)
    audit.saw(request, "働きかけの訂正", case=row.case, rows=[row])
    return render(
        request, "outreach/approach_form.html", _form_context(request, row.case, form, approach=row)
    )


@for_purpose(Purpose.SUPPORT)
def approach_print(request, public_id):
    """The attempts of one case on paper, oldest first, as far as the viewer sees them."""
    case = get_object_or_404(Case.objects.visible_to(request.viewer, request.purpose), public_id=public_id)
    rows = list(visible_approaches(request).filter(case=case).newest_first().reverse())
    audit.saw(request, "働きかけの印刷", case=case, rows=rows)
    name = names_of_cases(request, [case.pk]).get(case.pk, "")
    reached = sum(row.reached for row in rows)
    return render(
        request,
        "outreach/approach_print.html",
        {"case": case, "name": name, "approaches": rows, "reached": reached},
    )


def visible_approaches(request):
    """What the gate lets the viewer see, with everything one line shows."""
    seen = Approach.objects.visible_to(request.viewer, request.purpose)
    return seen.select_related("case", "recorded_by", "author__user")


def _editable(request):
    return Approach.objects.editable_by(request.viewer, request.purpose)
