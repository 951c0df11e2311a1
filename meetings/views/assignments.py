"""担当: decisions and plan actions given to one's agency; from a 支援会議, to oneself by name (S5)."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.models import Case, Row
from cases.visibility import Purpose
from cases.visibility.support import live_assignments
from meetings.forms.minutes import OutcomeForm
from meetings.views.at_hand import say
from meetings.views.lines import as_header
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

PAGE = 100


def _assigned_rows(request):
    rows = Row.objects.visible_to(request.viewer, request.purpose)
    return rows.filter(assignment__in=live_assignments(request.viewer).values("pk"))


@for_purpose(Purpose.SUPPORT)
def assignments(request):
    """What has been given to us and is not done, the nearest due first."""
    rows = _assigned_rows(request).select_related(
        "case__main_subject", "assignment__user", "item__segment__meeting"
    )
    rows = list(rows.order_by("assignment__due_on", "pk")[:PAGE])
    cases = {row.case_id for row in rows}
    open_headers = Case.objects.with_header_for(request.viewer, request.purpose).filter(pk__in=cases)
    open_headers = set(open_headers.values_list("pk", flat=True))
    given = [(row, as_header(row.case.main_subject) if row.case_id in open_headers else None) for row in rows]
    audit.saw(request, "担当の一覧", rows=rows)
    return render(request, "meetings/assignments.html", {"given": given, "today": request.viewer.day})


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def assignment_end(request, row_id):
    """終えた: the work is done, and with it its sight ends."""
    row = get_object_or_404(_assigned_rows(request).select_related("assignment", "case"), public_id=row_id)
    form = OutcomeForm(request.POST)
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    row.assignment.end(request.viewer.day, outcome)
    audit.did(request, "担当を終える", case=row.case, rows=[row])
    say(request, "終えたことを記録しました")
    return redirect("meetings:assignments")
