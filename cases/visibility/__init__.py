"""The gate: who may see what (docs/visibility.md). The one place where visibility is decided.

Everything confidential is fetched through these functions, called by the querysets' `visible_to`. Viewer and purpose
have no default; a role without the purpose sees nothing. Nothing here is stored or cached.
"""

from cases.visibility import rows_on_table, support, table
from cases.visibility.prepared import ids
from cases.visibility.purposes import ROLE_PURPOSES, Purpose, Viewer

__all__ = ["ROLE_PURPOSES", "Purpose", "Viewer"]

ROWS_ON_A_TABLE = {
    Purpose.PREPARATION: rows_on_table.preparation_rows,
    Purpose.MEETING: rows_on_table.meeting_rows,
    Purpose.MEETING_RECORD: rows_on_table.record_rows,
}
ITEMS = {
    Purpose.PREPARATION: table.preparing_items,
    Purpose.MEETING: table.meeting_items,
    Purpose.MEETING_RECORD: table.record_items,
}


def _meeting(condition, things, viewer: Viewer):
    return things.filter(pk__among=ids(things.model, condition, viewer))


def _support(condition, things, viewer: Viewer, purpose: Purpose):
    """Of `things`, those that meet the condition; none for another purpose, or a role without it."""
    if purpose != Purpose.SUPPORT or not viewer.may_act_for(purpose):
        return things.none()
    return things.filter(pk__among=ids(things.model, condition, viewer))


def visible_cases(cases, viewer: Viewer, purpose: Purpose):
    """Cases that exist for the viewer; only 支援 knows cases, a meeting knows items (§3.1)."""
    return _support(support.support_cases, cases, viewer, purpose)


def cases_with_header(cases, viewer: Viewer, purpose: Purpose):
    """Visible cases whose header the viewer may see."""
    return _support(support.support_headers, cases, viewer, purpose)


def writable_cases(cases, viewer: Viewer, purpose: Purpose):
    """Visible cases in which the agency takes part today (§4, write a row)."""
    return visible_cases(cases, viewer, purpose).filter(pk__among=support.taking_part(viewer))


def visible_rows(rows, viewer: Viewer, purpose: Purpose, item=None):
    """Rows for 支援, or on the table of `item` for the purposes of a meeting.

    Raises TypeError when a meeting's purpose comes without its item: a row lies open on one table, not on "a meeting".
    """
    from cases.models.row import Row

    if not viewer.may_act_for(purpose):
        return rows.none()
    if purpose == Purpose.SUPPORT:
        return rows.filter(pk__among=ids(Row, support.support_rows, viewer))
    if purpose not in ROWS_ON_A_TABLE:
        return rows.none()
    if item is None:
        raise TypeError("visible_to: a meeting's purpose needs its item")
    return rows.filter(pk__among=ids(Row, ROWS_ON_A_TABLE[purpose], viewer, item))


def editable_rows(rows, viewer: Viewer, purpose: Purpose):
    """Visible rows that the author's agency may correct: it takes part today (§4)."""
    visible = visible_rows(rows, viewer, purpose)
    return visible.filter(
        recorded_by=viewer.agency_id, case__among=support.taking_part(viewer), item__isnull=True
    )


def visible_items(items, viewer: Viewer, purpose: Purpose):
    """Items whose header the viewer may see for a meeting's purpose (§§3.2–3.4)."""
    if purpose not in ITEMS or not viewer.may_act_for(purpose):
        return items.none()
    return _meeting(ITEMS[purpose], items, viewer)


def visible_tables(items, viewer: Viewer, purpose: Purpose):
    """Items on whose table rows may lie open to the viewer, whether or not the header does (§§3.3, 3.4)."""
    if purpose != Purpose.MEETING or not viewer.may_act_for(purpose):
        return items.none()
    return _meeting(table.meeting_tables, items, viewer)


def items_to_enclose_in(items, viewer: Viewer, purpose: Purpose):
    """Items in preparation for which the viewer may lay rows on the table: called, or brought by oneself (§3.2)."""
    if purpose != Purpose.PREPARATION or not viewer.may_act_for(purpose):
        return items.none()
    return _meeting(table.enclosing_items, items, viewer)


def rows_for_paper(rows, viewer: Viewer, item):
    """Rows that a paper made today for the viewer may carry: seen at the table, and consented today as well (§3.3)."""
    return visible_rows(rows, viewer, Purpose.MEETING, item).filter(
        rows_on_table.consented_today(viewer, item)
    )


def header_on_paper(viewer: Viewer, item) -> bool:
    """Whether a paper made today for the viewer may carry the item's header."""
    items = visible_items(type(item).objects.order_by(), viewer, Purpose.MEETING).filter(pk=item.pk)
    return items.filter(rows_on_table.header_consented_today(viewer)).exists()


def items_on_agenda(items, viewer: Viewer):
    """Items as those who run their segment or keep its office count them: places, no headers (§3.2)."""
    return items.filter(table.runs_segment(viewer), table.not_closed_to(viewer))


def visible_segments(segments, viewer: Viewer, purpose: Purpose):
    """Segments the viewer has a part in; for 会議記録, those that the viewer runs and whose table has shut."""
    from meetings.models.agenda import AgendaItem

    if not viewer.may_act_for(purpose):
        return segments.none()
    if purpose == Purpose.MEETING_RECORD:
        shut = AgendaItem.objects.order_by().filter(pk__among=ids(AgendaItem, table.record_items, viewer))
        return segments.filter(pk__among=shut.values("segment"))
    if purpose not in (Purpose.PREPARATION, Purpose.MEETING):
        return segments.none()
    return _meeting(table.segments_with_a_part, segments, viewer)


def visible_people(people, viewer: Viewer, purpose: Purpose):
    """People the viewer may know of (§1)."""
    return _support(support.support_people, people, viewer, purpose)


def visible_consultations(consultations, viewer: Viewer, purpose: Purpose):
    """Consultations of the agency, and those referred to it (§1)."""
    return _support(support.support_consultations, consultations, viewer, purpose)


def visible_hints(hints, viewer: Viewer, purpose: Purpose):
    """気づき of the agency that took them; with them, and only so, their informant (§1)."""
    return _support(support.support_hints, hints, viewer, purpose)


def visible_referrals(referrals, viewer: Viewer, purpose: Purpose):
    """Referrals from or to the agency (S6)."""
    return _support(support.support_referrals, referrals, viewer, purpose)


def visible_consents(consents, viewer: Viewer, purpose: Purpose):
    """Statements of consent seen whole (§1)."""
    return _support(support.support_consents, consents, viewer, purpose)


def cases_with_whole_consents(cases, viewer: Viewer, purpose: Purpose):
    """Cases whose statements of consent the viewer sees whole (§1)."""
    return _support(support.cases_with_whole_consents, cases, viewer, purpose)


def consents_concerning(consents, viewer: Viewer, purpose: Purpose):
    """Consents that name the viewer's agency; what they say of others is not shown (§1)."""
    return _support(support.support_consents_concerning, consents, viewer, purpose)


def visible_participations(participations, viewer: Viewer, purpose: Purpose):
    """Who takes part in a case, as far as the viewer may know (§1)."""
    return _support(support.support_participations, participations, viewer, purpose)


def visible_concealed_contacts(contacts, viewer: Viewer, purpose: Purpose):
    """Concealed contacts of the main subject of an open case that the viewer's agency leads today (§1)."""
    return _support(support.support_concealed_contacts, contacts, viewer, purpose)


def visible_disclosures(disclosures, viewer: Viewer, purpose: Purpose):
    """緊急提供 of cases the agency takes part in, and those open to it (§3.5)."""
    return _support(support.support_disclosures, disclosures, viewer, purpose)


def visible_snapshots(snapshots, viewer: Viewer, purpose: Purpose):
    """Snapshots for 会議記録: of segments the viewer runs whose table has shut (§§3.4, 5)."""
    if purpose != Purpose.MEETING_RECORD or not viewer.may_act_for(purpose):
        return snapshots.none()
    return _meeting(table.record_snapshots, snapshots, viewer)
