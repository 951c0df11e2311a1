"""What a page is there to show: where the oracle lets a viewer know something, it has to be there (missing ones count).

One line a page: whether it exists for the viewer at all, and which texts have to stand on it.
"""

from collections.abc import Callable
from typing import Any

from tests.crawl.addresses import Address
from tests.crawl.knowing import Knowing
from tests.oracle import support, tables
from tests.oracle.world import Viewer

Told = set[tuple[str, int, str]]
# Sections of their own on the page of a case, with the newest few alone.
ELSEWHERE = {"plan", "goal", "action", "item_title", "item_question", "placement", "follow_up", "approach"}


def _header(knowing: Knowing, v: Viewer, case: Any) -> Told:
    return {("cases.Person", case.main, "name")} if support.header_visible(knowing.world, v, case) else set()


def _case_print(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    """The whole timeline, the household and the contacts."""
    w, case = knowing.world, knowing.world.cases[key]
    if not support.case_visible(w, v, case):
        return None
    rows = [
        row for row in knowing.rows_in(key) if row.kind not in ELSEWHERE and support.row_visible(w, v, row)
    ]
    return _header(knowing, v, case) | {
        ("cases.Row", row.id, "text") for row in rows if row.kind != "household"
    }


def _case(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    w, case = knowing.world, knowing.world.cases[key]
    if not support.case_visible(w, v, case):
        return None
    return _header(knowing, v, case) | {("cases.Case", key, "number")}


def _record(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    w, row = knowing.world, knowing.world.rows[key]
    seen = support.row_visible(w, v, row) and support.case_visible(w, v, w.cases[row.case])
    return {("cases.Row", key, "text")} if seen else None


def _plan(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    return {("cases.Row", key, "text")} if _record(knowing, v, key) is not None else None


def _consultation(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    seen = support.consultation_visible(knowing.world, v, knowing.world.consultations[key])
    return {("cases.Consultation", key, "summary")} if seen else None


def _hint(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    seen = support.hint_visible(knowing.world, v, knowing.world.hints[key])
    return {("outreach.Hint", key, "text")} if seen else None


def _consent(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    """Which texts depends on the kind of statement; that it answers does not."""
    return set() if support.statement_whole(knowing.world, v, knowing.world.statements[key]) else None


def _referral(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    w, referral = knowing.world, knowing.world.referrals[key]
    if not support.referral_visible(w, v, referral):
        return None
    rows = [
        row
        for row in knowing.rows_in(referral.case)
        if row.referral == key and support.row_visible(w, v, row)
    ]
    return {("cases.Row", row.id, "text") for row in rows}


def _table(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    w, item = knowing.world, knowing.world.items[key]
    rows = [row for row in knowing.laid_on(key) if tables.row_at_meeting(w, v, item, row)]
    told: Told = {("cases.Row", row.id, "text") for row in rows}
    if tables.header_at_meeting(w, v, item):
        told.add(("cases.Person", w.cases[item.case].main, "name"))
    return told or None


def _prepare(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    w, item = knowing.world, knowing.world.items[key]
    if not tables.header_in_preparation(w, v, item):
        return None
    rows = [row for row in knowing.laid_on(key) if tables.row_in_preparation(w, v, item, row)]
    return {("cases.Row", row.id, "text") for row in rows} | {
        ("cases.Person", w.cases[item.case].main, "name")
    }


def _kept(knowing: Knowing, v: Viewer, key: int) -> Told | None:
    return set() if tables.keeps_record(knowing.world, v, knowing.world.items[key]) else None


PAGES: dict[str, tuple[str, Callable[[Knowing, Viewer, int], Told | None]]] = {
    "cases:case": ("support", _case),
    "cases:case_print": ("support", _case_print),
    "cases:record": ("support", _record),
    "cases:plan": ("support", _plan),
    "cases:consultation": ("support", _consultation),
    "cases:consent": ("support", _consent),
    "cases:referral": ("support", _referral),
    "outreach:hint": ("support", _hint),
    "meetings:table": ("meeting", _table),
    "meetings:item_prepare": ("preparation", _prepare),
    "meetings:record": ("meeting_record", _kept),
}


def expected_on(knowing: Knowing, viewer: Any, address: Address) -> Told | None | bool:
    """The texts that have to stand there; None where it must not exist; False where nothing is promised."""
    if address.route.name not in PAGES:
        return False
    purpose, page = PAGES[address.route.name]
    if viewer is None:
        return False
    if not viewer.may_act_for(purpose):
        return None
    v = Viewer(viewer.membership.pk, viewer.user_id, viewer.agency_id, viewer.role, viewer.day)
    return page(knowing, v, address.keys[0][1])
