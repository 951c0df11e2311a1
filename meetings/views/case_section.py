"""会議 on a case's page: under 支援 only what was brought on consent by one's own agency; of a 支援会議 nothing."""

from django.urls import reverse

from cases.models import Case, Row
from cases.visibility import Purpose
from meetings.models import AgendaItem


def section(request, case):
    """Titles of items that the viewer's agency brought on consent, with their days; and the way to bring one."""
    viewer = request.viewer
    titles = Row.objects.visible_to(viewer, Purpose.SUPPORT).filter(
        case=case, kind=Row.Kind.ITEM_TITLE, origin__isnull=True, item__brought_by=viewer.agency_id
    )
    titles = list(
        titles.select_related("item__segment__meeting").order_by("-item__segment__meeting__day", "-pk")[:20]
    )
    waiting = AgendaItem.objects.to_enclose_in(viewer, Purpose.PREPARATION).filter(case=case)
    waiting = set(waiting.values_list("pk", flat=True))
    shown = {
        "items_brought": [(title, title.item, title.item_id in waiting) for title in titles],
        "decisions_url": reverse("meetings:case_decisions", args=[case.public_id]),
        "rows": titles,
        "shown": [title.item for title in titles],
    }
    if Case.objects.writable_by(viewer, request.purpose).filter(pk=case.pk).exists():
        shown |= {"act_url": reverse("meetings:item_bring", args=[case.public_id]), "act_label": "会議に出す"}
    return shown
