"""The gate: who may see what (docs/visibility.md). The one place where visibility is decided.

Everything confidential is fetched through these functions, called by the querysets' `visible_to`. Viewer and purpose
have no default; a role without the purpose sees nothing. Nothing here is stored or cached.
"""

from cases.models.case import Case
from cases.visibility import support, table
from cases.visibility.purposes import ROLE_PURPOSES, Purpose, Viewer
from meetings.models.agenda import AgendaItem

__all__ = ["ROLE_PURPOSES", "Purpose", "Viewer"]


def _closed(viewer, purpose):
    return not viewer.may_act_for(purpose)


def visible_cases(cases, viewer: Viewer, purpose: Purpose):
    """Cases that exist for the viewer; only 支援 knows cases, a meeting knows items (§3.1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return cases.none()
    return cases.filter(support.support_cases(viewer))


def cases_with_header(cases, viewer: Viewer, purpose: Purpose):
    """Visible cases whose header the viewer may see."""
    return visible_cases(cases, viewer, purpose).filter(support.support_headers(viewer))


def writable_cases(cases, viewer: Viewer, purpose: Purpose):
    """Visible cases in which the agency takes part today (§4, write a row)."""
    return visible_cases(cases, viewer, purpose).filter(pk__in=support.taking_part(viewer))


def visible_rows(rows, viewer: Viewer, purpose: Purpose, item=None):
    """Rows for 支援, or on the table of `item` for the purposes of a meeting.

    Raises TypeError when a meeting's purpose comes without its item: a row lies open on one table, not on "a meeting".
    """
    if _closed(viewer, purpose):
        return rows.none()
    if purpose == Purpose.SUPPORT:
        return support.support_rows(rows, viewer)
    conditions = {
        Purpose.PREPARATION: table.preparation_rows,
        Purpose.MEETING: table.meeting_rows,
        Purpose.MEETING_RECORD: table.record_rows,
    }
    if purpose not in conditions:
        return rows.none()
    if item is None:
        raise TypeError("visible_to: a meeting's purpose needs its item")
    return table.table_rows(rows, viewer, conditions[purpose](viewer, item))


def editable_rows(rows, viewer: Viewer, purpose: Purpose):
    """Visible rows that the author's agency may correct: it takes part today (§4)."""
    visible = visible_rows(rows, viewer, purpose)
    return visible.filter(
        recorded_by=viewer.agency_id, case__in=support.taking_part(viewer), item__isnull=True
    )


def visible_items(items, viewer: Viewer, purpose: Purpose):
    """Items whose header the viewer may see for a meeting's purpose (§§3.2–3.4)."""
    conditions = {
        Purpose.PREPARATION: lambda: table.preparing_office(viewer) | table.preparing_called(viewer),
        Purpose.MEETING: lambda: table.meeting_items(viewer),
        Purpose.MEETING_RECORD: lambda: table.record_items(viewer),
    }
    if _closed(viewer, purpose) or purpose not in conditions:
        return items.none()
    return items.filter(conditions[purpose]())


def visible_tables(items, viewer: Viewer, purpose: Purpose):
    """Items on whose table rows may lie open to the viewer, whether or not the header does (§§3.3, 3.4)."""
    if _closed(viewer, purpose) or purpose != Purpose.MEETING:
        return items.none()
    return items.filter(table.meeting_tables(viewer))


def items_to_enclose_in(items, viewer: Viewer, purpose: Purpose):
    """Items in preparation for which the viewer may lay rows on the table: called, or brought by oneself (§3.2)."""
    if _closed(viewer, purpose) or purpose != Purpose.PREPARATION:
        return items.none()
    return items.filter(table.preparing_called(viewer) | table.brought_and_waiting(viewer))


def rows_for_paper(rows, viewer: Viewer, item):
    """Rows that a paper made today for the viewer may carry: seen at the table, and consented today as well (§3.3)."""
    return visible_rows(rows, viewer, Purpose.MEETING, item).filter(table.consented_today(viewer, item))


def header_on_paper(viewer: Viewer, item) -> bool:
    """Whether a paper made today for the viewer may carry the item's header."""
    items = visible_items(AgendaItem.objects.order_by(), viewer, Purpose.MEETING).filter(pk=item.pk)
    return items.filter(table.header_consented_today(viewer)).exists()


def visible_segments(segments, viewer: Viewer, purpose: Purpose):
    """Segments the viewer has a part in; for 会議記録, those that the viewer runs and whose table has shut."""
    if _closed(viewer, purpose):
        return segments.none()
    if purpose == Purpose.MEETING_RECORD:
        shut = AgendaItem.objects.order_by().filter(table.record_items(viewer))
        return segments.filter(pk__in=shut.values("segment"))
    if purpose not in (Purpose.PREPARATION, Purpose.MEETING):
        return segments.none()
    return segments.filter(table.segments_with_a_part(viewer))


def visible_people(people, viewer: Viewer, purpose: Purpose):
    """People the viewer may know of (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return people.none()
    return people.filter(support.support_people(viewer)).distinct()


def visible_consultations(consultations, viewer: Viewer, purpose: Purpose):
    """Consultations of the agency, and those referred to it (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return consultations.none()
    return consultations.filter(support.support_consultations(viewer))


def visible_hints(hints, viewer: Viewer, purpose: Purpose):
    """気づき of the agency that took them; with them, and only so, their informant (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return hints.none()
    closed = support.conflicted_people(viewer)
    return (
        hints.filter(agency=viewer.agency_id)
        .exclude(person__in=closed)
        .exclude(case__main_subject__in=closed)
    )


def visible_referrals(referrals, viewer: Viewer, purpose: Purpose):
    """Referrals from or to the agency (S6)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return referrals.none()
    return referrals.filter(pk__in=support.referrals_of(viewer).values("pk"))


def visible_consents(consents, viewer: Viewer, purpose: Purpose):
    """Statements of consent seen whole (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return consents.none()
    return consents.filter(support.support_consents(viewer))


def consents_concerning(consents, viewer: Viewer, purpose: Purpose):
    """Consents that name the viewer's agency; what they say of others is not shown (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return consents.none()
    return consents.filter(support.support_consents_concerning(viewer)).distinct()


def visible_participations(participations, viewer: Viewer, purpose: Purpose):
    """Who takes part in a case, as far as the viewer may know (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return participations.none()
    return participations.filter(support.support_participations(viewer))


def visible_concealed_contacts(contacts, viewer: Viewer, purpose: Purpose):
    """Concealed contacts of the main subject of an open case that the viewer's agency leads today (§1)."""
    if _closed(viewer, purpose) or purpose != Purpose.SUPPORT:
        return contacts.none()
    open_cases = Case.objects.open().filter(support.support_cases(viewer), pk__in=support.leading(viewer))
    from django.db.models import F

    return contacts.filter(
        case__in=open_cases.values("pk"), person=F("case__main_subject"), lifted_by__isnull=True
    )
