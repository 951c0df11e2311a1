"""§§3.2–3.4: what lies open on the table of an item, for 会議準備, 会議 and 会議記録."""

from tests.oracle.judging import Judgement, if_all
from tests.oracle.sight import acknowledged, seat_of, sight
from tests.oracle.support import conflicted
from tests.oracle.table_rules import (
    AT_THE_TABLE,
    Conditions,
    at_the_table,
    by_consent,
    cancelled,
    case_free,
    chairs,
    ended,
    free_rows,
    identity_consented,
    is_office,
    item_closed,  # noqa: F401  (asked for by the crawl)
    kept_off,
    m3,
    m5,
    main_of,
    may_lie_here,
    not_closed,
    on_table,
    p1,
    p4,
    segment_of,
    statutory,
)
from tests.oracle.world import Item, Segment, Snapshot, Viewer, World, remembered

KEEPING_RECORDS = ("coordinator", "chair")

# --- 会議


@remembered
def header_at_meeting_judged(w: World, v: Viewer, item: Item) -> Judgement:
    """The item's header lies open on the table."""
    needed = {**at_the_table(w, v, item), "M3": m3(w, v, item)}
    if by_consent(w, item):
        mine = item.brought_by == v.agency
        needed |= {"M5": mine or identity_consented(w, v.agency, v.day, item), "M6": case_free(w, v, item)}
    return Judgement(1, {"table": whole(1, needed)})


def whole(asked: int, needed: Conditions) -> dict[str, int]:
    return {name: if_all(asked, holds) for name, holds in needed.items()}


def rows_at_meeting(w: World, v: Viewer, item: Item, asked: int) -> Judgement:
    needed = {"M3": m3(w, v, item), **at_the_table(w, v, item)}
    return Judgement(asked, {"table": {**whole(asked, needed), **_row_conditions(w, v, item)}})


def _row_conditions(w: World, v: Viewer, item: Item) -> dict[str, int]:
    every = w.at.rows.all
    lying = {
        "on the table": on_table(w, item),
        "row conflict": every & ~sight(w, v).conflicted_rows,
        "row separation": every & ~kept_off(w, item),
    }
    if by_consent(w, item):
        return {**lying, "M5": m5(w, v.agency, v.day, item), "M6": free_rows(w, v)}
    return {**lying, "origin": may_lie_here(w, item, v.day)}


# --- 3.2 会議準備


def runs(w: World, v: Viewer, item: Item) -> bool:
    """The 事務局, and the chair of a 支援会議; there both acknowledged."""
    if statutory(w, item):
        return _office_or_chair(w, v, item) and acknowledged(w, v)
    return is_office(v)


def _office_or_chair(w: World, v: Viewer, item: Item) -> bool:
    return is_office(v) or (v.role == "chair" and chairs(segment_of(w, item), v.user))


def preparing(w: World, v: Viewer, item: Item) -> Conditions:
    """The office sees header, title, question and P4's texts from the day the item is brought."""
    segment = segment_of(w, item)
    needed = {
        **not_closed(w, v, item),
        "not ended": not ended(w, v, segment),
        "not closed": segment.closed_on is None,
        "brought": item.brought_on <= v.day,
    }
    if statutory(w, item):
        return {**needed, "office": _office_or_chair(w, v, item), "acknowledged": acknowledged(w, v)}
    return {
        **needed,
        "office": is_office(v),
        "basis": by_consent(w, item),
        "case free": case_free(w, v, item),
        "①": identity_consented(w, v.agency, v.day, item),
    }


def called(w: World, v: Viewer, item: Item) -> Conditions:
    """From the call until confirmation a selected participant sees the header."""
    segment = segment_of(w, item)
    needed = {
        "role": v.role in AT_THE_TABLE,
        **not_closed(w, v, item),
        "not cancelled": not cancelled(segment),
        "selected": _planned(w, v, item),
        "called": item.called_on is not None and item.called_on <= v.day,
        "not confirmed": segment.confirmed_on is None,
    }
    if statutory(w, item):
        return {**needed, "P1": p1(w, v, item), "P4": p4(w, item)}
    return {
        **needed,
        "basis": by_consent(w, item),
        "case free": case_free(w, v, item),
        "① or brought": item.brought_by == v.agency or identity_consented(w, v.agency, v.day, item),
    }


def _planned(w: World, v: Viewer, item: Item) -> bool:
    return any(
        t.user == v.user and t.agency == v.agency and t.removed_on is None
        for t in w.at.attendances_at[item.id]
    )


@remembered
def header_in_preparation_judged(w: World, v: Viewer, item: Item) -> Judgement:
    return Judgement(1, {"office": whole(1, preparing(w, v, item)), "called": whole(1, called(w, v, item))})


def rows_in_preparation(w: World, v: Viewer, item: Item, asked: int) -> Judgement:
    at, row = w.at, _row_conditions(w, v, item)
    lying = {name: row[name] for name in ("on the table", "row conflict", "row separation")}
    written, kind = at.rows_in[item.id], at.rows_kind
    text = written & (kind["item_title"] | kind["item_question"])
    reason = written & (kind["item_reason"] | kind["item_necessity"])
    answer = written & kind["answer"] & at.rows_by[v.agency]
    office, invited = whole(asked, preparing(w, v, item)), whole(asked, called(w, v, item))
    free, told = {"M6": free_rows(w, v)}, {"M5": m5(w, v.agency, v.day, item)}
    if statutory(w, item):
        free, told = {}, {}
    table = {f"table {name}": held for name, held in whole(asked, at_the_table(w, v, item)).items()}
    return Judgement(asked, {
        "office text": {**office, **lying, **free, "text": text | reason},
        "office by the table's rule": {**office, **table, **row},
        "called text": {**invited, **lying, **free, **told, "text": text},
        "called answer": {**invited, **lying, "own answer": answer},
    })  # fmt: skip


# --- 会議記録


def keeping(w: World, v: Viewer, segment: Segment) -> Conditions:
    """After M3/P5 has ended: the segment's chair and the 事務局 in force today (支援会議: acknowledged)."""
    statute = segment.basis == "statute"
    return {
        "role": v.role in KEEPING_RECORDS,
        "ended": ended(w, v, segment),
        "basis": bool(segment.basis),
        "runs it": is_office(v) or (statute and chairs(segment, v.user)),
        "acknowledged": not statute or acknowledged(w, v),
    }


def keeping_record(w: World, v: Viewer, item: Item) -> Conditions:
    return {"conflict": not conflicted(w, v, main_of(w, item)), **keeping(w, v, segment_of(w, item))}


@remembered
def keeps_record_judged(w: World, v: Viewer, item: Item) -> Judgement:
    return Judgement(1, {"record": whole(1, keeping_record(w, v, item))})


def rows_in_record(w: World, v: Viewer, item: Item, asked: int) -> Judgement:
    at, here, needed = w.at, seat_of(w, v), keeping_record(w, v, item)
    unhidden = {
        "row conflict": asked & ~sight(w, v).conflicted_rows,
        "row separation": asked & ~here.apart,
    }
    released = at.rows.all & ~at.rows_unborn & here.row_free
    unreleased = {"unreleased": at.rows_born[item.id] & ~released}
    minuted = at.rows_in[item.id] & (at.rows_kind["minutes"] | at.rows_kind["decision"])
    told = {name: needed[name] for name in ("role", "conflict", "ended")}
    told |= {"statute": statutory(w, item), "acknowledged": acknowledged(w, v)}
    keeps = {**whole(asked, needed), **unhidden}
    return Judgement(asked, {
        "keeper": {**keeps, **unreleased},
        "keeper, minutes": {**keeps, "minuted": minuted},
        "told it": {**whole(asked, told), **unhidden, **unreleased,
                    "recorded or told": at.rows_by[v.agency] | at.rows_told_by[v.agency]},
    })  # fmt: skip


@remembered
def snapshots(w: World, v: Viewer) -> Judgement:
    """Those who keep the segment's record; none while an item of it is about somebody they are conflicted with."""
    bits, found = w.at.snapshots, {}
    names = []
    for kept in bits.things:
        found[kept.id] = _snapshot_conditions(w, v, kept)
        names = list(found[kept.id])
    return Judgement(bits.all, {"record": {n: bits.where(lambda s, n=n: found[s.id][n]) for n in names}})


def _snapshot_conditions(w: World, v: Viewer, kept: Snapshot) -> Conditions:
    about = [main_of(w, item) for item in w.at.items_of[kept.segment]]
    unconflicted = not any(conflicted(w, v, main) for main in about)
    return {"conflict": unconflicted, **keeping(w, v, w.segments[kept.segment])}


# --- one thing at a time


def _header(judged):
    return lambda w, v, item: bool(judged(w, v, item).open)


header_at_meeting = _header(header_at_meeting_judged)
header_in_preparation = _header(header_in_preparation_judged)
keeps_record = _header(keeps_record_judged)


def _row(judged):
    @remembered
    def opened(w: World, v: Viewer, item: Item) -> int:
        return judged(w, v, item, w.at.rows.all).open

    return lambda w, v, item, row: w.at.rows.has(opened(w, v, item), row.id)


row_at_meeting = _row(rows_at_meeting)
row_in_preparation = _row(rows_in_preparation)
row_in_record = _row(rows_in_record)


def snapshot_visible(w: World, v: Viewer, kept: Snapshot) -> bool:
    return w.at.snapshots.has(snapshots(w, v).open, kept.id)


def candidates(w: World, item: Item) -> int:
    """Rows that ever lay on the table, were written or born there, and all others of cases of the same person."""
    at = w.at
    laid = at.rows.of({e.row for e in at.laid_on[item.id]})
    same = [case.id for case in w.cases.values() if case.main == main_of(w, item)]
    return laid | at.rows_in[item.id] | at.rows_born[item.id] | at.rows_in_cases(at.cases.of(same))
