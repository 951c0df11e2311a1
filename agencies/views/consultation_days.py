"""福祉なんでも相談会: sessions at the venues. Of the consultations logged to one, only what the viewer may see counts."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render

from agencies.forms.community import ConsultationDayForm
from agencies.models import ConsultationDay
from agencies.programmes import Measure
from agencies.views import shown
from cases import audit
from cases.models import Consultation
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_label


@for_purpose(Purpose.SUPPORT)
def consultation_days(request):
    """Sessions to come, and those of a 年度 that are over."""
    today, year = request.viewer.day, shown.chosen_year(request)
    found = ConsultationDay.objects.select_related("place", "agency")
    coming = list(found.filter(day__gte=today).order_by("day", "start", "place__name"))
    past = list(found.filter(day__lt=today, day__range=shown.period_of(year)))
    numbers = _seen_here(request, [*coming, *past])
    audit.saw(request, "相談会の一覧", things=[day.public_id for day in [*coming, *past]])
    context = {
        "coming": [(day, numbers.get(day.pk, 0)) for day in coming],
        "past": [(day, numbers.get(day.pk, 0)) for day in past],
        "year_label": fiscal_year_label(year),
        "years": shown.year_switch(year, fiscal_year(today)),
        "tab": "days",
    }
    return render(request, "agencies/consultation_days.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def consultation_day_new(request):
    """Plan or record a session."""
    form = ConsultationDayForm(request.POST or None, places=_venues(request))
    form.instance.agency = request.viewer.agency
    return _answer(request, form, "相談会の登録")


@for_purpose(Purpose.SUPPORT)
def consultation_day(request, public_id):
    """One session: when, where, and how many consultations of it this viewer may see."""
    found = get_object_or_404(ConsultationDay.objects.select_related("place", "agency"), public_id=public_id)
    number = _seen_here(request, [found]).get(found.pk, 0)
    audit.saw(request, "相談会", things=[found.public_id])
    context = {
        "session": found,
        "number": number,
        "may_edit": shown.whether_own(request.viewer, found),
        "is_past_or_today": found.day <= request.viewer.day,
    }
    return render(request, "agencies/consultation_day.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def consultation_day_edit(request, public_id):
    """Change a session of one's own agency; another agency's answers as if it did not exist."""
    own = ConsultationDay.objects.filter(agency=request.viewer.agency_id).select_related("place__plan_row")
    found = get_object_or_404(own, public_id=public_id)
    places = {place.pk: place for place in [*_venues(request), found.place]}
    form = ConsultationDayForm(request.POST or None, instance=found, places=list(places.values()))
    return _answer(request, form, "相談会の変更")


def _answer(request, form, act):
    """Save and show the session; or show the form again with what was typed."""
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.did(request, act, things=[saved.public_id])
        shown.say_saved(request)
        return redirect("agencies:consultation_day", saved.public_id)
    return render(request, "agencies/consultation_day_form.html", {"form": form, "session": form.instance})


def _venues(request):
    rows = shown.rows_to_record_for(request.viewer, measure=Measure.VENUES)
    return shown.places_for(rows, request.viewer.day)


def _seen_here(request, sessions):
    """How many consultations of each session the viewer may see."""
    visible = Consultation.objects.visible_to(request.viewer, request.purpose)
    counted = visible.filter(consultation_day__in=[session.pk for session in sessions]).order_by()
    return dict(counted.values_list("consultation_day").annotate(Count("pk", distinct=True)))
