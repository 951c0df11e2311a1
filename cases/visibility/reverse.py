"""The reverse question: which agencies will see what is about to be written (look: 「これを見られる機関」)."""

from django.db.models import F

from agencies.models import Agency
from agencies.models.agency import in_force
from cases.models.case import Participation
from cases.visibility import Purpose, visible_participations
from cases.visibility.decisions import consented
from cases.visibility.purposes import Viewer


def agencies_that_would_see(viewer: Viewer, case, subjects, categories):
    """Agencies that would see a row about these pairs: one's own, and participants with consent for every pair.

    Only participants whom the viewer may know of are named.
    """
    taking_part = Participation.objects.filter(in_force(viewer.day), case=case)
    known = visible_participations(taking_part, viewer, Purpose.SUPPORT)
    for subject in subjects:
        for category in categories:
            known = known.filter(consented(subject.pk, F("agency"), category, viewer.day))
    if not subjects or not categories:
        known = known.none()
    return Agency.objects.filter(pk__in=[viewer.agency_id, *known.values_list("agency", flat=True)])
