"""氏名・生年月日: correcting what the register says of somebody."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from cases import audit
from cases.forms.consultation import PersonForm
from cases.models import Case, Consultation, Person
from nisshin_support.once import once
from nisshin_support.purpose import Purpose, for_purpose

SUPPORT = Purpose.SUPPORT


@for_purpose(SUPPORT)
@once
def person_edit(request, public_id):
    """Correct a name, reading, birth date or sex: whoever took a consultation about the person, or leads the case."""
    person = get_object_or_404(Person.objects.visible_to(request.viewer, SUPPORT), public_id=public_id)
    if not _may_correct(request.viewer, person):
        raise Http404
    form = PersonForm(request.POST if request.method == "POST" else None, instance=person)
    back = _back_url(request, person)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.did(request, "氏名等の訂正", things=[public_id])
        messages.success(request, f"保存しました {timezone.localtime():%H:%M}")
        return redirect(back)
    audit.saw(request, "氏名等の訂正画面", things=[public_id])
    return render(request, "cases/person_edit.html", {"form": form, "back_url": back})


def _may_correct(viewer, person):
    taken = Consultation.objects.visible_to(viewer, SUPPORT).taken_by(viewer.agency).filter(person=person)
    led = (
        Case.objects.visible_to(viewer, SUPPORT).led_by(viewer.agency, viewer.day).filter(main_subject=person)
    )
    return taken.exists() or led.exists()


def _back_url(request, person):
    """The consultation one came from, if it is one's own; else the list."""
    asked = Consultation.objects.visible_to(request.viewer, SUPPORT).filter(person=person)
    came_from = asked.filter(public_id=request.GET.get("from", "")).first()
    if came_from:
        return reverse("cases:consultation", args=[came_from.public_id])
    return reverse("cases:consultations")
