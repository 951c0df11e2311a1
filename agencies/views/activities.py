"""活動の記録: what happened on a day, at a place or for a line of the plan without one."""

from django.shortcuts import get_object_or_404, redirect, render

from agencies.forms.community import ActivityForm
from agencies.models import Activity, Place
from agencies.views import shown
from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


@for_purpose(Purpose.SUPPORT)
def activities(request):
    """Lead to this month's activities."""
    return redirect("agencies:activities_month", request.viewer.day.year, request.viewer.day.month)


@for_purpose(Purpose.SUPPORT)
def activities_month(request, year, month):
    """All activities of a month, newest first."""
    return render(request, "agencies/activities.html", _month_context(request, year, month))


@for_purpose(Purpose.SUPPORT)
def activities_print(request, year, month):
    """The same on A4."""
    return render(request, "agencies/activities_print.html", _month_context(request, year, month))


@for_purpose(Purpose.SUPPORT)
@once
def activity_new(request, public_id=None):
    """Record an activity at a place, or (without one) for a line of the plan."""
    place = (
        get_object_or_404(Place.objects.select_related("plan_row"), public_id=public_id)
        if public_id
        else None
    )
    viewer = request.viewer
    rows = None if place else shown.rows_to_record_for(viewer)
    form = ActivityForm(request.POST or None, initial={"day": viewer.day}, today=viewer.day, plan_rows=rows)
    form.instance.agency, form.instance.place = viewer.agency, place
    if place:
        form.instance.plan_row = place.plan_row
    return _answer(request, form, "活動の記録")


@for_purpose(Purpose.SUPPORT)
@once
def activity_edit(request, public_id):
    """Correct a record of one's own agency; another agency's answers as if it did not exist."""
    own = Activity.objects.filter(agency=request.viewer.agency_id).select_related("place", "plan_row")
    found = get_object_or_404(own, public_id=public_id)
    rows = None if found.place_id else [found.plan_row]
    form = ActivityForm(request.POST or None, instance=found, today=request.viewer.day, plan_rows=rows)
    return _answer(request, form, "活動の訂正")


def _answer(request, form, act):
    """Save, and show the place or the month; or show the form again with what was typed."""
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.did(request, act, things=[saved.public_id])
        shown.say_saved(request)
        if saved.place_id:
            return redirect("agencies:place", saved.place.public_id)
        return redirect("agencies:activities_month", saved.day.year, saved.day.month)
    return render(request, "agencies/activity_form.html", {"form": form, "activity": form.instance})


def _month_context(request, year, month):
    chosen = shown.Month.of(year, month)
    found = Activity.objects.filter(day__range=(chosen.first, chosen.last))
    done = list(found.select_related("place", "plan_row", "agency"))
    return {
        "month": chosen,
        "activities": [(activity, shown.whether_own(request.viewer, activity)) for activity in done],
        "times": len(done),
        "participants": sum(activity.participants for activity in done),
        "helpers": sum(activity.helpers for activity in done),
        "coordinated": sum(activity.coordinated for activity in done),
    }
