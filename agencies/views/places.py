"""場・居場所・会場: the places of the plan's lines, and what happened there."""

from itertools import groupby

from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404, redirect, render

from agencies.forms.community import PlaceForm
from agencies.models import Place, PlanRow
from agencies.models.agency import in_force
from agencies.views import shown
from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_label


@for_purpose(Purpose.SUPPORT)
def places(request):
    """All places by line of the plan, with this 年度's activities."""
    everything = request.GET.get("state") == "all"
    viewer = request.viewer
    year = fiscal_year(viewer.day)
    this_year = Q(activities__day__range=shown.period_of(year))
    found = Place.objects.select_related("plan_row", "agency").annotate(
        times=Count("activities", filter=this_year),
        participants=Sum("activities__participants", filter=this_year, default=0),
    )
    if not everything:
        found = found.filter(in_force(viewer.day))
    found = found.order_by("plan_row__order", "name", "pk")
    groups = [
        {"row": row, "places": list(of_it)} for row, of_it in groupby(found, lambda place: place.plan_row)
    ]
    context = {"groups": groups, "all": everything, "year_label": fiscal_year_label(year), "day": viewer.day}
    return render(request, "agencies/places.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def place_new(request):
    """Register a place of one's own agency."""
    initial = {"from_day": request.viewer.day}
    form = PlaceForm(request.POST or None, initial=initial, plan_rows=_rows(request))
    form.instance.agency = request.viewer.agency
    return _answer(request, form, "場の登録")


@for_purpose(Purpose.SUPPORT)
def place(request, public_id):
    """One place and a 年度 of its activities, newest first."""
    return render(request, "agencies/place.html", _place_context(request, public_id))


@for_purpose(Purpose.SUPPORT)
def place_print(request, public_id):
    """The same on A4."""
    return render(request, "agencies/place_print.html", _place_context(request, public_id))


@for_purpose(Purpose.SUPPORT)
@once
def place_edit(request, public_id):
    """Keep a place of one's own agency up to date; another agency's answers as if it did not exist."""
    found = get_object_or_404(Place.objects.filter(agency=request.viewer.agency_id), public_id=public_id)
    rows = {row.pk: row for row in [*_rows(request), found.plan_row]}
    form = PlaceForm(request.POST or None, instance=found, plan_rows=list(rows.values()))
    return _answer(request, form, "場の変更")


def _answer(request, form, act):
    """Save and show the place; or show the form again with what was typed."""
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.did(request, act, things=[saved.public_id])
        shown.say_saved(request)
        return redirect("agencies:place", saved.public_id)
    return render(request, "agencies/place_form.html", {"form": form, "place": form.instance})


def _rows(request):
    """Any line may have a place; those one's own agency carries out come first."""
    own = {row.pk for row in shown.rows_to_record_for(request.viewer)}
    return sorted(PlanRow.objects.all(), key=lambda row: (row.pk not in own, row.order))


def _place_context(request, public_id):
    found = get_object_or_404(Place.objects.select_related("plan_row", "agency"), public_id=public_id)
    year = shown.chosen_year(request)
    activities = found.activities.filter(day__range=shown.period_of(year)).select_related("agency")
    done = list(activities)
    return {
        "place": found,
        "may_edit": shown.whether_own(request.viewer, found),
        "activities": [(activity, shown.whether_own(request.viewer, activity)) for activity in done],
        "times": len(done),
        "participants": sum(activity.participants for activity in done),
        "helpers": sum(activity.helpers for activity in done),
        "chosen_year": year,
        "year_label": fiscal_year_label(year),
        "years": shown.year_switch(year, fiscal_year(request.viewer.day)),
        "day": request.viewer.day,
    }
