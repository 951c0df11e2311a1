"""What the viewer may lay hands on: segments and items fetched through the gate; what it does not give is 404."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cases.visibility import acts
from meetings.models import AgendaItem, Segment


def find_segment(request, segment_id):
    """A segment in which the viewer has a part."""
    segments = Segment.objects.visible_to(request.viewer, request.purpose)
    return get_object_or_404(segments.select_related("meeting", "chair", "deputy"), public_id=segment_id)


def segment_to_run(request, segment_id):
    """A segment that the viewer runs (§4: call, plan, select, confirm, check in, close)."""
    segment = find_segment(request, segment_id)
    if not acts.runs(request.viewer, segment):
        raise Http404
    return segment


def item_to_run(request, item_id):
    """An item of a segment that the viewer runs; its header is another question."""
    segments = Segment.objects.visible_to(request.viewer, request.purpose)
    segment = get_object_or_404(segments.select_related("meeting"), items__public_id=item_id)
    if not acts.runs(request.viewer, segment):
        raise Http404
    items = segment.agenda_for(request.viewer).select_related("segment__meeting", "case", "brought_by")
    return get_object_or_404(items, public_id=item_id)


def prepared_item(request, item_id):
    """An item whose header the viewer may see while preparing."""
    items = AgendaItem.objects.visible_to(request.viewer, request.purpose)
    return get_object_or_404(_whole(items), public_id=item_id)


def item_on_table(request, item_id):
    """An item whose table is open to the viewer."""
    items = AgendaItem.objects.tables_open_to(request.viewer, request.purpose)
    return get_object_or_404(_whole(items), public_id=item_id)


def _whole(items):
    return items.select_related("segment__meeting", "case__main_subject", "brought_by")


def is_seated(viewer, item):
    """Whether the viewer is selected for the item."""
    return item.attendances.filter(
        user=viewer.user_id, agency=viewer.agency_id, removed_on__isnull=True
    ).exists()


def basis_of(segment):
    """What the purpose bar shows for this segment."""
    return segment.legal_basis


def say(request, words):
    """Tell quietly what was done, and when: 「保存しました 14:03」."""
    messages.success(request, f"{words} {timezone.localtime():%H:%M}")
