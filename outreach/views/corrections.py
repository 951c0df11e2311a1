"""訂正 of what was written in a placement or a follow-up: a new version, the old one kept."""

from copy import copy

from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.models import Row
from cases.visibility import Purpose
from cases.where_learnt import ask_where_corrected, learnt_in
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from outreach.forms.placement import TextCorrectionForm
from outreach.views.placements import visible_placements
from outreach.views.shown import names_of_cases, say_saved

KINDS = [Row.Kind.PLACEMENT, Row.Kind.FOLLOW_UP]


@for_purpose(Purpose.SUPPORT)
@once
def placement_text_edit(request, public_id):
    """Correct the text; only the agency that wrote it, while it takes part (§4)."""
    editable = Row.objects.editable_by(request.viewer, request.purpose).filter(kind__in=KINDS)
    row = get_object_or_404(
        editable.select_related("case", "as_placement", "placementfollowup"), public_id=public_id
    )
    placement = get_object_or_404(visible_placements(request), pk=_placement_id(row))
    # The form fills in its instance while it validates: a copy, so that the old text can be kept.
    form = TextCorrectionForm(request.POST or None, instance=copy(row))
    ask_where_corrected(form, request.viewer, row)
    if request.method == "POST" and form.is_valid():
        row.correct(form.cleaned_data["text"], request.viewer.membership, learnt_in(form))
        audit.did(request, "マッチングの訂正", case=row.case, rows=[row])
        say_saved(request)
        return redirect("outreach:placement", placement.public_id)
    audit.saw(request, "マッチングの訂正", case=row.case, rows=[row, placement])
    name = names_of_cases(request, [row.case_id]).get(row.case_id, "")
    context = {"form": form, "row": row, "case": row.case, "name": name, "placement": placement}
    return render(request, "outreach/placement_text_form.html", context)


def _placement_id(row):
    return row.pk if row.kind == Row.Kind.PLACEMENT else row.placementfollowup.placement_id
