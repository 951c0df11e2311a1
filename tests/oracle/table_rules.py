"""§§3.3 and 3.4: the rules of a table by name, M1–M6 and P1–P5."""

from datetime import date, timedelta

from tests.oracle.consent import consent, rows_consented, something
from tests.oracle.sight import seat_of
from tests.oracle.support import conflicted
from tests.oracle.world import Attendance, Item, Segment, Viewer, World, inside, remembered

AT_THE_TABLE = ("counter", "chief", "outreach", "participation", "coordinator", "chair", "external")
Conditions = dict[str, bool]


def segment_of(w: World, item: Item) -> Segment:
    return w.segments[item.segment]


def meeting_day(w: World, item: Item) -> date:
    return w.meetings[segment_of(w, item).meeting].day


def main_of(w: World, item: Item) -> int:
    return w.cases[item.case].main


def statutory(w: World, item: Item) -> bool:
    return segment_of(w, item).basis == "statute"


def by_consent(w: World, item: Item) -> bool:
    return segment_of(w, item).basis == "consent"


def deciding_days(w: World, day: date, item: Item) -> list[date]:
    """`d`: until and on the meeting's day today and that day; afterwards that day."""
    meeting = meeting_day(w, item)
    return [day, meeting] if day <= meeting else [meeting]


def cancelled(segment: Segment) -> bool:
    return segment.cancelled_on is not None or segment.status == "cancelled"


def is_office(v: Viewer) -> bool:
    return v.role == "coordinator"


def chairs(segment: Segment, user: int) -> bool:
    return user in (segment.chair, segment.deputy)


@remembered
def attending(w: World, item: Item, day: date) -> list[Attendance]:
    """M1: planned before the day, checked in from the day on."""
    early = day < meeting_day(w, item)
    return [t for t in w.at.attendances_at[item.id] if t.removed_on is None and (early or t.checked_in)]


def m1(w: World, v: Viewer, item: Item) -> bool:
    return any(t.user == v.user and t.agency == v.agency for t in attending(w, item, v.day))


@remembered
def stands(w: World, item: Item, day: date) -> bool:
    """The main subject consents towards some attending agency other than the bringer."""
    others = {t.agency for t in attending(w, item, day)} - {item.brought_by}
    return any(something(w, main_of(w, item), a, deciding_days(w, day, item)) for a in others)


def m3(w: World, v: Viewer, item: Item) -> bool:
    """Open: from confirmation, at most 14 days before, until closed + n or 60 days after; never when cancelled."""
    segment, day = segment_of(w, item), meeting_day(w, item)
    if cancelled(segment) or segment.confirmed_on is None:
        return False
    if v.day < segment.confirmed_on or v.day < day - timedelta(days=14):
        return False
    return not run_out(w, v, segment)


def run_out(w: World, v: Viewer, segment: Segment) -> bool:
    if segment.closed_on is not None:
        return v.day > segment.closed_on + timedelta(days=segment.open_days)
    if is_office(v) and segment.status == "minutes":
        return False
    return v.day > w.meetings[segment.meeting].day + timedelta(days=60)


def ended(w: World, v: Viewer, segment: Segment) -> bool:
    """M3/P5 is over for this viewer."""
    return cancelled(segment) or run_out(w, v, segment)


@remembered
def m4(w: World, agency: int, day: date, item: Item) -> bool:
    days = deciding_days(w, day, item)
    return item.brought_by == agency or something(w, main_of(w, item), agency, days)


@remembered
def identity_consented(w: World, agency: int, day: date, item: Item) -> bool:
    """① of the main subject is consented on the deciding days."""
    return all(consent(w, main_of(w, item), agency, 1, d) for d in deciding_days(w, day, item))


@remembered
def m5(w: World, agency: int, day: date, item: Item) -> int:
    """Rows that the agency recorded itself, and those with every pair consented on the deciding days."""
    consented = w.at.rows.all
    for d in deciding_days(w, day, item):
        consented &= rows_consented(w, agency, d)
    return w.at.rows_by[agency] | consented


def free_rows(w: World, v: Viewer) -> int:
    """M6."""
    here = seat_of(w, v)
    return here.row_free & here.case_free_rows


def case_free(w: World, v: Viewer, item: Item) -> bool:
    return w.at.cases.has(seat_of(w, v).case_free, item.case)


@remembered
def on_table(w: World, item: Item) -> int:
    """M2: enclosed in the item, or written in it."""
    return (
        w.at.rows.of({e.row for e in w.at.laid_on[item.id] if e.removed_on is None}) | w.at.rows_in[item.id]
    )


@remembered
def kept_off(w: World, item: Item) -> int:
    """Rows about the other side of a separation: of their own case, or of some case of the sitting."""
    at = w.at
    found = 0
    for main in {main_of(w, item), *(main_of(w, other) for other in same_sitting(w, item))}:
        found |= at.rows_of_people(at.apart[main])
    for case in w.cases.values():
        found |= at.rows_of[case.id] & at.rows_of_people(at.apart[case.main])
    return found


def same_sitting(w: World, item: Item) -> list[Item]:
    """The items still on the agenda of the sitting, in whichever of its segments."""
    sitting = segment_of(w, item).meeting
    segments = [s for s in w.segments.values() if s.meeting == sitting and not cancelled(s)]
    return [other for s in segments for other in w.at.items_of[s.id] if other.withdrawn_on is None]


@remembered
def sitting_is_mixed(w: World, item: Item) -> bool:
    """Cases of both sides of a separation are never in one sitting: neither lies open."""
    apart = w.at.apart[main_of(w, item)]
    return any(main_of(w, other) in apart for other in same_sitting(w, item))


def not_closed(w: World, v: Viewer, item: Item) -> Conditions:
    return {
        "not withdrawn": item.withdrawn_on is None,
        "conflict": not conflicted(w, v, main_of(w, item)),
        "not both sides": not sitting_is_mixed(w, item),
    }


def item_closed(w: World, v: Viewer, item: Item) -> bool:
    return not all(not_closed(w, v, item).values())


def member_on(w: World, v: Viewer, item: Item, day: date) -> bool:
    """P1 on one day: standing or designated for this item, acknowledged on or before that day."""
    return any(
        t.agency == v.agency
        and t.item in (None, item.id)
        and inside(day, t)
        and t.acknowledged_on is not None
        and t.acknowledged_on <= day
        for t in w.at.terms_of[v.user]
    )


def p1(w: World, v: Viewer, item: Item) -> bool:
    return member_on(w, v, item, v.day) and member_on(w, v, item, meeting_day(w, item))


@remembered
def p4(w: World, item: Item) -> bool:
    """Why there is no consent, and why sharing is necessary."""
    written = w.at.rows.keys_in(w.at.rows_in[item.id] & w.at.rows_kind["item_necessity"])
    return bool(item.reason) and any(w.rows[key].text for key in written)


@remembered
def may_lie_here(w: World, item: Item, day: date) -> int:
    """An unreleased row only on a later 支援会議's table, about the same person, or where it was born."""
    at = w.at
    found = at.rows_unborn | at.rows.where(lambda row: row.released_on is not None and row.released_on <= day)
    for born in w.items.values():
        later = main_of(w, born) == main_of(w, item) and meeting_day(w, born) < meeting_day(w, item)
        if born.id == item.id or later:
            found |= at.rows_born[born.id]
    return found


def at_the_table(w: World, v: Viewer, item: Item) -> Conditions:
    """What a viewer needs at the table, whatever the row; M3/P5 aside."""
    here = {"role": v.role in AT_THE_TABLE, **not_closed(w, v, item), "M1": m1(w, v, item)}
    if by_consent(w, item):
        m4_holds = m4(w, v.agency, v.day, item)
        return {**here, "M2 stands": stands(w, item, v.day), "M4": m4_holds}
    return {**here, "basis": statutory(w, item), "P1": p1(w, v, item), "P4": p4(w, item)}
