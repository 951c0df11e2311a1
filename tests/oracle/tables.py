"""§§3.2–3.4: what lies open on the table of an item, for 会議準備, 会議 and 会議記録."""

from datetime import date, timedelta

from tests.oracle.consent import consent, something
from tests.oracle.support import (
    acknowledged,
    all_pairs,
    case_free,
    conflicted,
    free,
    is_separated,
    released,
    row_conflicted,
    row_free,
)
from tests.oracle.world import Attendance, Item, Row, Segment, Viewer, World, inside, remembered

AT_THE_TABLE = ("counter", "chief", "outreach", "participation", "coordinator", "chair", "external")
KEEPING_RECORDS = ("coordinator", "chair")


def segment_of(w: World, item: Item) -> Segment:
    return w.segments[item.segment]


def meeting_day(w: World, item: Item) -> date:
    return w.meetings[segment_of(w, item).meeting].day


def statutory(w: World, item: Item) -> bool:
    return segment_of(w, item).basis == "statute"


def deciding_days(w: World, v: Viewer, item: Item) -> list[date]:
    """`d`: until and on the meeting's day today and that day; afterwards that day."""
    day = meeting_day(w, item)
    return [v.day, day] if v.day <= day else [day]


def cancelled(segment: Segment) -> bool:
    return segment.cancelled_on is not None or segment.status == "cancelled"


def is_office(v: Viewer) -> bool:
    return v.role == "coordinator"


def planned(w: World, v: Viewer, item: Item) -> list[Attendance]:
    return [
        t
        for t in w.attendances_at[item.id]
        if t.user == v.user and t.agency == v.agency and t.removed_on is None
    ]


def attending(w: World, v: Viewer, item: Item) -> list[Attendance]:
    """Planned before the day, checked in from the day on."""
    early = v.day < meeting_day(w, item)
    return [t for t in w.attendances_at[item.id] if t.removed_on is None and (early or t.checked_in)]


@remembered
def m1(w: World, v: Viewer, item: Item) -> bool:
    return any(t.user == v.user and t.agency == v.agency for t in attending(w, v, item))


@remembered
def stands(w: World, v: Viewer, item: Item) -> bool:
    """The main subject consents towards some attending agency other than the bringer."""
    days = deciding_days(w, v, item)
    main = w.cases[item.case].main
    others = {t.agency for t in attending(w, v, item)} - {item.brought_by}
    return any(something(w, main, a, days) for a in others)


@remembered
def m3(w: World, v: Viewer, item: Item) -> bool:
    """Open: from confirmation, at most 14 days before, until closed + n or 60 days after; never when cancelled."""
    segment, day = segment_of(w, item), meeting_day(w, item)
    if cancelled(segment) or segment.confirmed_on is None:
        return False
    if v.day < segment.confirmed_on or v.day < day - timedelta(days=14):
        return False
    return not _run_out(w, v, item)


def _run_out(w: World, v: Viewer, item: Item) -> bool:
    segment = segment_of(w, item)
    if segment.closed_on is not None:
        return v.day > segment.closed_on + timedelta(days=segment.open_days)
    if is_office(v) and segment.status == "minutes":
        return False
    return v.day > meeting_day(w, item) + timedelta(days=60)


@remembered
def ended(w: World, v: Viewer, item: Item) -> bool:
    """M3/P5 is over for this viewer."""
    return cancelled(segment_of(w, item)) or _run_out(w, v, item)


@remembered
def m4(w: World, v: Viewer, item: Item) -> bool:
    return item.brought_by == v.agency or something(
        w, w.cases[item.case].main, v.agency, deciding_days(w, v, item)
    )


@remembered
def identity_open(w: World, v: Viewer, item: Item) -> bool:
    """M5 for the header: ① is consented on the deciding days, or the agency brought the item."""
    main = w.cases[item.case].main
    return item.brought_by == v.agency or all(
        consent(w, main, v.agency, 1, d) for d in deciding_days(w, v, item)
    )


def m5(w: World, v: Viewer, item: Item, row: Row) -> bool:
    return row.recorded_by == v.agency or all_pairs(w, v.agency, row, deciding_days(w, v, item))


def m6(w: World, v: Viewer, row: Row) -> bool:
    return free(w, v, row)


def on_table(w: World, item: Item, row: Row) -> bool:
    """Enclosed in the item, or written in it; never one about the other side of a separation."""
    laid = any(e.item == item.id and e.removed_on is None for e in w.enclosures_of[row.id])
    main = w.cases[item.case].main
    mains = {main, *(w.cases[other.case].main for other in same_sitting(w, item))}
    apart = is_separated(w, row) or any(w.separated(m, p) for m in mains for p, _ in row.matters)
    return (laid or row.item == item.id) and not apart


def same_sitting(w: World, item: Item) -> list[Item]:
    """The items still on the agenda of the sitting, in whichever of its segments."""
    sitting = segment_of(w, item).meeting
    return [
        other
        for other in w.items.values()
        if other.withdrawn_on is None
        and segment_of(w, other).meeting == sitting
        and not cancelled(segment_of(w, other))
    ]


def sitting_is_mixed(w: World, item: Item) -> bool:
    """Cases of both sides of a separation are never in one sitting: neither lies open."""
    main = w.cases[item.case].main
    return any(w.separated(main, w.cases[other.case].main) for other in same_sitting(w, item))


@remembered
def item_closed(w: World, v: Viewer, item: Item) -> bool:
    return (
        item.withdrawn_on is not None
        or conflicted(w, v, w.cases[item.case].main)
        or sitting_is_mixed(w, item)
    )


def member_on(w: World, v: Viewer, item: Item, day: date) -> bool:
    """P1 on one day: standing or designated for this item, acknowledged on or before that day."""
    return any(
        t.agency == v.agency
        and t.item in (None, item.id)
        and inside(day, t)
        and t.acknowledged_on is not None
        and t.acknowledged_on <= day
        for t in w.terms_of[v.user]
    )


@remembered
def p1(w: World, v: Viewer, item: Item) -> bool:
    return member_on(w, v, item, v.day) and member_on(w, v, item, meeting_day(w, item))


@remembered
def p4(w: World, v: Viewer, item: Item) -> bool:
    """Why there is no consent, and why sharing is necessary."""
    return bool(item.reason) and any(
        row.kind == "item_necessity" and row.text for row in w.rows_written_in[item.id]
    )


def p_rules(w: World, v: Viewer, item: Item) -> bool:
    return p1(w, v, item) and m1(w, v, item) and p4(w, v, item)


def may_lie_here(w: World, v: Viewer, item: Item, row: Row) -> bool:
    """An unreleased row only on a later 支援会議's table, about the same person, or where it was born."""
    if row_free(v, row) or row.origin == item.id:
        return True
    born = w.items[row.origin]
    same = w.cases[born.case].main == w.cases[item.case].main
    return same and meeting_day(w, born) < meeting_day(w, item)


def header_at_meeting(w: World, v: Viewer, item: Item) -> bool:
    """The item's header lies open on the table."""
    if v.role not in AT_THE_TABLE or item_closed(w, v, item) or not m3(w, v, item):
        return False
    if segment_of(w, item).basis == "consent":
        case = w.cases[item.case]
        return (
            m1(w, v, item)
            and stands(w, v, item)
            and m4(w, v, item)
            and identity_open(w, v, item)
            and case_free(v, case)
        )
    return statutory(w, item) and p_rules(w, v, item)


def row_at_meeting(w: World, v: Viewer, item: Item, row: Row) -> bool:
    return m3(w, v, item) and passes_meeting_rule(w, v, item, row)


def passes_meeting_rule(w: World, v: Viewer, item: Item, row: Row) -> bool:
    """The meeting's rule itself, M3/P5 aside."""
    if v.role not in AT_THE_TABLE or item_closed(w, v, item) or row_conflicted(w, v, row):
        return False
    if not on_table(w, item, row):
        return False
    if segment_of(w, item).basis == "consent":
        return (
            m1(w, v, item) and stands(w, v, item) and m4(w, v, item) and m5(w, v, item, row) and m6(w, v, row)
        )
    return statutory(w, item) and p_rules(w, v, item) and may_lie_here(w, v, item, row)


# --- 3.2 会議準備


def runs(w: World, v: Viewer, item: Item) -> bool:
    """The 事務局, and the chair of a 支援会議; there both acknowledged."""
    if statutory(w, item):
        segment = segment_of(w, item)
        chairs = v.role == "chair" and v.user in (segment.chair, segment.deputy)
        return (is_office(v) or chairs) and acknowledged(w, v)
    return is_office(v)


@remembered
def prepares(w: World, v: Viewer, item: Item) -> bool:
    """The office sees header, title, question and P4's texts from the day the item is brought."""
    if item_closed(w, v, item) or ended(w, v, item) or v.day < item.brought_on or not runs(w, v, item):
        return False
    if segment_of(w, item).closed_on is not None:
        return False
    if statutory(w, item):
        return True
    main = w.cases[item.case].main
    return (
        segment_of(w, item).basis == "consent"
        and case_free(v, w.cases[item.case])
        and all(consent(w, main, v.agency, 1, d) for d in deciding_days(w, v, item))
    )


@remembered
def is_called(w: World, v: Viewer, item: Item) -> bool:
    """From the call until confirmation a selected participant sees the header."""
    segment = segment_of(w, item)
    if v.role not in AT_THE_TABLE or item_closed(w, v, item) or cancelled(segment) or not planned(w, v, item):
        return False
    if item.called_on is None or v.day < item.called_on or segment.confirmed_on is not None:
        return False
    if statutory(w, item):
        return p1(w, v, item) and p4(w, v, item)
    return segment.basis == "consent" and case_free(v, w.cases[item.case]) and identity_open(w, v, item)


def header_in_preparation(w: World, v: Viewer, item: Item) -> bool:
    return prepares(w, v, item) or is_called(w, v, item)


def row_in_preparation(w: World, v: Viewer, item: Item, row: Row) -> bool:
    if row_conflicted(w, v, row) or not on_table(w, item, row):
        return False
    text = row.item == item.id and row.kind in ("item_title", "item_question")
    reason = row.item == item.id and row.kind in ("item_reason", "item_necessity")
    if prepares(w, v, item):
        if (text or reason) and (statutory(w, item) or m6(w, v, row)):
            return True
        if passes_meeting_rule(w, v, item, row):
            return True
    if not is_called(w, v, item):
        return False
    if row.recorded_by == v.agency and row.item == item.id and row.kind == "answer":
        return True
    return text and (statutory(w, item) or (m5(w, v, item, row) and m6(w, v, row)))


# --- 会議記録


@remembered
def keeps_record(w: World, v: Viewer, item: Item) -> bool:
    """After M3/P5 has ended: the segment's chair and the 事務局 in force today (支援会議: acknowledged)."""
    if v.role not in KEEPING_RECORDS or conflicted(w, v, w.cases[item.case].main) or not ended(w, v, item):
        return False
    segment = segment_of(w, item)
    if not segment.basis:
        return False
    if statutory(w, item) and not acknowledged(w, v):
        return False
    return is_office(v) or (statutory(w, item) and v.user in (segment.chair, segment.deputy))


def row_in_record(w: World, v: Viewer, item: Item, row: Row) -> bool:
    if row_conflicted(w, v, row) or is_separated(w, row):
        return False
    minuted = row.item == item.id and row.kind in ("minutes", "decision")
    unreleased = row.origin == item.id and not released(row, v)
    if keeps_record(w, v, item):
        return minuted or unreleased
    return unreleased and _told_it(w, v, item, row)


def _told_it(w: World, v: Viewer, item: Item, row: Row) -> bool:
    """The acknowledged staff of the agency that wrote or brought it, in a role that has 会議記録 at all (§5)."""
    return (
        v.role in KEEPING_RECORDS
        and v.agency in (row.recorded_by, row.brought_by)
        and acknowledged(w, v)
        and statutory(w, item)
        and ended(w, v, item)
        and not conflicted(w, v, w.cases[item.case].main)
    )


def signature(w: World, v: Viewer, item: Item, row: Row) -> tuple:
    """Which rules of the meeting hold for the row; for counting near misses."""
    rules = {
        "role": v.role in AT_THE_TABLE,
        "closed": item_closed(w, v, item),
        "M1": m1(w, v, item),
        "table": on_table(w, item, row),
        "M3": m3(w, v, item),
        "M5": m5(w, v, item, row),
        "M6": m6(w, v, row),
        "conflict": row_conflicted(w, v, row),
    }
    if statutory(w, item):
        rules |= {"P1": p1(w, v, item), "P4": p4(w, v, item), "origin": may_lie_here(w, v, item, row)}
    else:
        rules |= {"stands": stands(w, v, item), "M4": m4(w, v, item)}
    return tuple(name for name, holds in rules.items() if holds)
