"""Rows on one table: what an attendee, the office, a called participant or the keeper of the records sees there.

Conditions take the item as a literal, because a row may lie on several tables and each decides for itself.
"""

from django.db.models import Count, Exists, F, OuterRef, Q

from cases.models.referral import Enclosure
from cases.models.row import Category, Row
from cases.visibility import rules
from cases.visibility.consent import every_pair_consented
from cases.visibility.decisions import consented
from cases.visibility.purposes import Viewer
from cases.visibility.rules import Rule
from cases.visibility.support import free_rows, in_free_case, is_separated, no_conflict, row_is_free
from cases.visibility.table import (
    STATUTORY,
    is_about_other_side,
    m_rules,
    meeting_tables,
    p_rules,
    preparing_called,
    preparing_office,
    record_items,
    shut_items_of_acknowledged,
)
from meetings.models.agenda import AgendaItem

ITEM_TEXTS = [Row.Kind.ITEM_TITLE, Row.Kind.ITEM_QUESTION]
P4_TEXTS = [Row.Kind.ITEM_REASON, Row.Kind.ITEM_NECESSITY]


def on_table(item):
    """M2, P3: the rows enclosed in the item and the rows written in it; never one about the other side of a
    separation, in this case or in this sitting."""
    return lies_on(item) & ~kept_apart_at(item)


def lies_on(item):
    """Condition on a row: enclosed in the item, or written in it."""
    enclosed = Enclosure.objects.order_by().filter(item=item.pk, removed_on__isnull=True).values("row")
    return Q(pk__among=enclosed) | Q(item=item.pk)


def kept_apart_at(item):
    """Condition on a row: it is about the other side of a separation, in its case or in the item's sitting."""
    return is_separated() | is_about_other_side(item.segment.meeting_id)


def m5_consented(viewer: Viewer, item):
    """M5: every pair is consented to the agency on the deciding days, or the agency recorded the row."""
    day = item.segment.meeting.day
    consented = every_pair_consented(viewer.agency_id, day)
    if viewer.day <= day:
        consented &= every_pair_consented(viewer.agency_id, viewer.day)
    return Q(recorded_by=viewer.agency_id) | consented


def consented_today(viewer: Viewer, item):
    """A paper always needs today as well: of a 重層的支援会議, consent today, or one's own row (§3.3)."""
    if item.segment.is_statutory:
        return Q()
    return Q(recorded_by=viewer.agency_id) | every_pair_consented(viewer.agency_id, viewer.day)


def header_consented_today(viewer: Viewer):
    """The same for the header of an item."""
    identity = consented(F("case__main_subject"), viewer.agency_id, Category.IDENTITY, viewer.day)
    return STATUTORY | Q(brought_by=viewer.agency_id) | identity


def m6_free(day):
    """M6: the row is free, and so is its case."""
    return free_rows(day)


def is_among(viewer: Viewer, item, condition):
    """Whether `item` meets a condition on items, as a condition that any row queryset can carry."""
    return Q(Exists(AgendaItem.objects.order_by().filter(condition(viewer), pk=item.pk)))


def meeting_rows(viewer: Viewer, item):
    """Condition on a row for 会議, on the table of `item`."""
    return is_among(viewer, item, meeting_tables) & Rule("", parts_of_row(viewer, item)).condition


def parts_of_row(viewer: Viewer, item) -> dict[str, Q]:
    """The row's side of M and P: it lies on the table, and M5 and M6, or P3, hold."""
    lying = {rules.ON_TABLE: lies_on(item), rules.TABLE_APART: ~kept_apart_at(item)}
    unconflicted = {rules.NO_CONFLICT: no_conflict(viewer)}
    if item.segment.is_statutory:
        return {**lying, rules.BORN: born_before(item, viewer.day), **unconflicted}
    day = viewer.day
    free = {rules.FREE_ROW: row_is_free(day), rules.FREE_CASE: in_free_case(day)}
    return {**lying, **free, **unconflicted, rules.PAIRS_THEN: m5_consented(viewer, item)}


def born_before(item, day):
    """Condition on a row at a 支援会議: it is free, born at this very item, or at an earlier one about the same person
    (§3.4: an unreleased row may be enclosed only in a later item about the same person)."""
    same_person = AgendaItem.objects.order_by().filter(
        pk=item.pk, case__main_subject=OuterRef("origin__case__main_subject")
    )
    earlier = Q(origin__segment__meeting__day__lt=item.segment.meeting.day) & Q(Exists(same_person))
    return row_is_free(day) | Q(origin=item.pk) | earlier


def preparation_rows(viewer: Viewer, item):
    """Condition on a row for 会議準備: texts for the office; title and question, and one's own answers, when called;
    others' enclosures only as far as the meeting's own rule lets them be seen, M3/P5 aside (§3.2)."""
    statutory = item.segment.is_statutory
    by_rule = born_before(item, viewer.day) if statutory else m5_consented(viewer, item) & m6_free(viewer.day)
    office, called = is_among(viewer, item, preparing_office), is_among(viewer, item, preparing_called)
    texts = Q(item=item.pk, kind__in=ITEM_TEXTS + P4_TEXTS)
    free_texts = texts if statutory else texts & m6_free(viewer.day)
    question = Q(item=item.pk, kind__in=ITEM_TEXTS)
    answers = Q(item=item.pk, kind=Row.Kind.ANSWER, recorded_by=viewer.agency_id)
    ruled = office & is_among(viewer, item, meeting_rule) & on_table(item)
    sight = office & free_texts | called & answers | (called & question | ruled) & by_rule
    return sight & ~kept_apart_at(item) & no_conflict(viewer)


def meeting_rule(viewer: Viewer):
    """The meeting's own rule on an item, M3/P5 aside."""
    return m_rules(viewer) | p_rules(viewer)


def record_rows(viewer: Viewer, item):
    """Condition on a row for 会議記録: minutes, decisions and every unreleased row born at the item (§3.4)."""
    minutes = Q(item=item.pk, kind__in=[Row.Kind.MINUTES, Row.Kind.DECISION])
    unreleased = Q(origin=item.pk) & ~row_is_free(viewer.day)
    theirs = Q(recorded_by=viewer.agency_id) | Q(brought_by=viewer.agency_id)
    own = is_among(viewer, item, shut_items_of_acknowledged) & unreleased & theirs
    office = is_among(viewer, item, record_items) & (minutes | unreleased)
    return (office | own) & ~is_separated() & no_conflict(viewer)


def enclosed_on_table(item):
    """What the 事務局 is told of others' enclosures: agency, category and number, never contents (§3.2)."""
    enclosures = Enclosure.objects.order_by().filter(item=item.pk, removed_on__isnull=True)
    return enclosures.values("agency__short_name", "row__matters__category").annotate(
        number=Count("row", distinct=True)
    )
