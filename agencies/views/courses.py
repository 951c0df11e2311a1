"""まちの守り人養成などの講座: held where, by whom, how many took part."""

from django.shortcuts import get_object_or_404, redirect, render

from agencies.forms.community import CourseForm
from agencies.models import Course
from agencies.programmes import Measure
from agencies.views import shown
from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_label


@for_purpose(Purpose.SUPPORT)
def courses(request):
    """The courses of a 年度, newest first, with their sums."""
    year = shown.chosen_year(request)
    found = Course.objects.filter(day__range=shown.period_of(year)).select_related(
        "place", "agency", "plan_row"
    )
    listed = list(found)
    context = {
        "courses": listed,
        "participants": sum(course.participants for course in listed),
        "completed": sum(course.completed for course in listed),
        "year_label": fiscal_year_label(year),
        "years": shown.year_switch(year, fiscal_year(request.viewer.day)),
        "tab": "courses",
    }
    return render(request, "agencies/courses.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def course_new(request):
    """Plan or record a course."""
    rows = shown.rows_to_record_for(request.viewer, measure=Measure.COURSES)
    form = CourseForm(request.POST or None, plan_rows=rows, places=shown.places_for(rows, request.viewer.day))
    form.instance.agency = request.viewer.agency
    return _answer(request, form, "講座の登録")


@for_purpose(Purpose.SUPPORT)
def course(request, public_id):
    """One course."""
    found = get_object_or_404(
        Course.objects.select_related("place", "agency", "plan_row"), public_id=public_id
    )
    context = {"course": found, "may_edit": shown.whether_own(request.viewer, found)}
    return render(request, "agencies/course.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def course_edit(request, public_id):
    """Change a course of one's own agency; another agency's answers as if it did not exist."""
    own = Course.objects.filter(agency=request.viewer.agency_id).select_related("place", "plan_row")
    found = get_object_or_404(own, public_id=public_id)
    rows = {row.pk: row for row in shown.rows_to_record_for(request.viewer, measure=Measure.COURSES)}
    rows[found.plan_row_id] = found.plan_row
    places = {place.pk: place for place in shown.places_for(rows, request.viewer.day)}
    if found.place:
        places[found.place_id] = found.place
    form = CourseForm(
        request.POST or None, instance=found, plan_rows=list(rows.values()), places=list(places.values())
    )
    return _answer(request, form, "講座の変更")


def _answer(request, form, act):
    """Save and show the course; or show the form again with what was typed."""
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.did(request, act, things=[saved.public_id])
        shown.say_saved(request)
        return redirect("agencies:course", saved.public_id)
    return render(request, "agencies/course_form.html", {"form": form, "course": form.instance})
