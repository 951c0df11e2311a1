"""アウトリーチ・参加支援 on the page of a case."""

from cases.models import Case
from outreach.models import Approach, Placement
from outreach.views.approaches import is_before_consent

LATEST = 3


def section(request, case):
    """What `outreach/_case_section.html` shows of this case: the viewer's visible attempts and placements."""
    viewer, purpose = request.viewer, request.purpose
    approaches = Approach.objects.visible_to(viewer, purpose).filter(case=case)
    latest = list(approaches.newest_first()[:LATEST])
    placements = list(Placement.objects.visible_to(viewer, purpose).filter(case=case).for_list().by_stage())
    return {
        "before_consent": is_before_consent(case),
        "approach_count": approaches.count(),
        "latest_approaches": latest,
        "placements": placements,
        "may_write": Case.objects.writable_by(viewer, purpose).filter(pk=case.pk).exists(),
        "rows": latest + placements,
    }
