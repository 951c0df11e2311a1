"""会議: the list of sittings, and a sitting's day, place and segments."""

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from agencies.models import CitySetting, Role, User
from agencies.models.agency import in_force
from cases import audit
from cases.visibility import Purpose, acts
from meetings.forms.meeting import MeetingForm, SecondSegmentForm, SegmentForm
from meetings.models import AgendaItem, LegalBasis, Meeting, Segment
from meetings.views.at_hand import say
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose

PAGE = 25


@for_purpose(Purpose.PREPARATION, Purpose.SUPPORT)
def meetings(request):
    """Coming or past sittings: day, names, states; how many items only for those who run the segment."""
    past = request.GET.get("when") == "past"
    sittings = (
        Meeting.objects.past(request.viewer.day) if past else Meeting.objects.coming(request.viewer.day)
    )
    page = _page_number(request)
    found = list(sittings.prefetch_related("segments")[page * PAGE : (page + 1) * PAGE + 1])
    parts = _parts(request, found)
    context = {
        "past": past,
        "meetings": [_sitting(meeting, *parts) for meeting in found[:PAGE]],
        "may_call": _may_convene(request.viewer),
        "previous_page": page - 1 if page else None,
        "next_page": page + 1 if len(found) > PAGE else None,
    }
    return render(request, "meetings/meetings.html", context)


def _page_number(request):
    typed = request.GET.get("page", "0")
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 0


def _parts(request, found):
    """Segments the viewer may enter, and the numbers of items of those it runs or keeps the office of."""
    viewer = request.viewer
    segments = Segment.objects.visible_to(viewer, request.purpose).filter(meeting__in=found)
    return set(segments.values_list("pk", flat=True)), AgendaItem.numbers_for(viewer, found)


def _sitting(meeting, entered, numbers):
    parts = [
        {"segment": part, "may_enter": part.pk in entered, "number": numbers.get(part.pk)}
        for part in meeting.segments.all()
    ]
    return {"meeting": meeting, "parts": parts}


def _may_convene(viewer):
    # Whoever runs a segment on consent, the coordinator, lays down the day of both kinds.
    return acts.runs(viewer, Segment(legal_basis=LegalBasis.CONSENT))


@for_purpose(Purpose.PREPARATION)
@once
def meeting_new(request):
    """Set a day with one or two segments."""
    return _lay_down(request, Meeting(convened_by=request.viewer.agency))


@for_purpose(Purpose.PREPARATION)
@once
def meeting_edit(request, meeting_id):
    """Change a day that is not over."""
    meeting = get_object_or_404(Meeting, public_id=meeting_id)
    return _lay_down(request, meeting)


def _lay_down(request, meeting):
    if not _may_convene(request.viewer):
        raise Http404
    form, first, second = _forms(request, meeting)
    if request.method == "POST" and all([form.is_valid(), first.is_valid(), second.is_valid()]):
        _save(form, first, second)
        audit.did(request, "会議の日を決める", things=[f"meeting:{form.instance.public_id}"])
        say(request, "会議を保存しました")
        # With two segments neither comes first: the list shows both.
        if second.instance.pk:
            return redirect("meetings:meetings")
        return redirect("meetings:segment", first.instance.public_id)
    context = {"form": form, "first": first, "second": second, "is_new": meeting.pk is None}
    return render(request, "meetings/meeting_form.html", context)


def _forms(request, meeting):
    segments = list(meeting.segments.order_by("order")) if meeting.pk else []
    first = segments[0] if segments else Segment(order=1, legal_basis=LegalBasis.CONSENT)
    second = segments[1] if len(segments) > 1 else Segment(order=2)
    fixed = any(segment.confirmed_on for segment in segments)
    data = request.POST if request.method == "POST" else None
    city = CitySetting.current()
    names = {LegalBasis.CONSENT: city.consent_meeting_name, LegalBasis.STATUTE: city.statute_meeting_name}
    given = {"chairs": _chairs(request.viewer.day), "names": names}
    held = {"held": second.pk is not None}
    return (
        MeetingForm(data, instance=meeting, today=request.viewer.day, day_is_fixed=fixed),
        SegmentForm(data, instance=first, prefix="first", **given),
        SecondSegmentForm(data, instance=second, prefix="second", initial=held, **given),
    )


def _chairs(day):
    acting = in_force(day, "memberships__") & Q(memberships__role=Role.CHAIR)
    return User.objects.filter(acting, is_active=True).distinct()


def _save(form, first, second):
    open_days = CitySetting.current().meeting_open_days
    with transaction.atomic():
        meeting = form.save()
        for part in (first, second):
            if part is second and not part.cleaned_data.get("held"):
                continue
            part.instance.meeting = meeting
            if part.instance.pk is None:
                part.instance.open_days = open_days
            part.save()
