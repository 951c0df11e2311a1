"""Acts that need two people: 緊急提供, 解除, 名寄せ, 承継 (contract §§3.5, 4). Each answer says why not."""

from cases.models.row import Row
from cases.visibility.acts import Refusal, acknowledged, takes_part
from cases.visibility.purposes import Purpose, Viewer
from cases.visibility.referring import rows_to_enclose

CHAIR, BRINGER = "会長", "持ち込んだ機関"

ANOTHER_PERSON = Refusal("二人", "申し出た人とは別の人が確かめます。", "ほかの人に頼んでください。")


# --- 緊急提供 ---------------------------------------------------------------------------------------------------------


def rows_to_disclose(viewer: Viewer, case):
    """Rows that may be given in an emergency: without consent, so only what the agency wrote itself (§4, enclose)."""
    return rows_to_enclose(viewer, case).filter(recorded_by=viewer.agency_id)


def refusals_to_disclose(viewer: Viewer, case) -> list[Refusal]:
    """Why the viewer's agency may not record an emergency disclosure in this case."""
    return [] if takes_part(viewer, case) else [Refusal("関与", "関与している機関だけが提供できます。")]


def may_approve(viewer: Viewer, disclosure) -> bool:
    """Whether the viewer is the approver named, another person than the one who gave it."""
    named = disclosure.approver.user_id == viewer.user_id
    return named and disclosure.disclosed_by.user_id != viewer.user_id


# --- 解除 -------------------------------------------------------------------------------------------------------------


def sides_to_release(user_id, agency_id, item, row=None) -> set[str]:
    """Which of the two sides of a release somebody is: the segment's chair (or deputy), the agency that brought it.

    Without a row the case itself is asked about: its opener brought it.
    """
    segment = item.segment
    bringer = (row.brought_by_id or row.recorded_by_id) if row else item.case.opened_by_id
    chair = user_id in (segment.chair_id, segment.deputy_id)
    return {side for side, holds in ((CHAIR, chair), (BRINGER, agency_id == bringer)) if holds}


def refusals_to_ask_release(viewer: Viewer, item, row=None) -> list[Refusal]:
    """Why the viewer may not ask to let this row, or the case opened because of the item, out of the 支援会議."""
    if not acknowledged(viewer):
        return [Refusal("守秘", "守秘の確認が必要です。", "名簿の担当者に確かめてください。")]
    if not sides_to_release(viewer.user_id, viewer.agency_id, item, row):
        return [Refusal("解除", "会長か、その事実を持ち込んだ機関だけが申し出できます。")]
    if row is not None and not sees_born_row(viewer, item, row):
        return [Refusal("会議記録", "この記録は、いまは開けません。")]
    return []


def sees_born_row(viewer: Viewer, item, row) -> bool:
    """Whether the viewer sees the row at its item, on the table or in the record of the meeting."""
    purposes = (Purpose.MEETING, Purpose.MEETING_RECORD)
    rows = Row.objects.filter(pk=row.pk)
    return any(rows.visible_to(viewer, purpose, item).exists() for purpose in purposes)


def refusals_to_answer_release(viewer: Viewer, release) -> list[Refusal]:
    """Why the viewer may not grant or decline this release: another person, of the other side."""
    if release.asked_by.user_id == viewer.user_id:
        return [ANOTHER_PERSON]
    refusals = refusals_to_ask_release(viewer, release.item, release.row)
    if refusals:
        return refusals
    asker = release.asked_by
    asked = sides_to_release(asker.user_id, asker.agency_id, release.item, release.row)
    mine = sides_to_release(viewer.user_id, viewer.agency_id, release.item, release.row)
    if len(asked | mine) < len({CHAIR, BRINGER}):
        return [Refusal("解除", "会長と、持ち込んだ機関の、二つの側の確認が必要です。")]
    return []


# --- 名寄せ・承継 ------------------------------------------------------------------------------------------------------


def refusals_to_confirm_by_second(viewer: Viewer, asked_by) -> list[Refusal]:
    """Why the viewer may not be the second person of a link, of its undoing or of a succession."""
    return [ANOTHER_PERSON] if asked_by.user_id == viewer.user_id else []
