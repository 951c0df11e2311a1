"""The table of acts (contract §4): who may do what. Each answer says why not, and what would mend it."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from agencies.models import Membership
from agencies.models.agency import in_force
from agencies.models.staff import Role
from cases.models.case import Case, LeadTerm, Participation
from cases.models.referral import Enclosure
from cases.models.row import Row
from cases.visibility import decisions, table
from cases.visibility.consent import consents_to_something, every_pair_consented
from cases.visibility.purposes import ROLE_PURPOSES, Purpose, Viewer
from cases.visibility.support import acknowledged_today, is_separated
from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.roster import RosterTerm


@dataclass(frozen=True)
class Refusal:
    """Why an act is refused: the rule by name, the reason, and what would mend it, in the user's words."""

    rule: str
    reason: str
    mend: str = ""
    about: str = ""

    def __str__(self):
        return f"{self.reason}{self.mend}"


def takes_part(viewer: Viewer, case) -> bool:
    """Whether the viewer's agency takes part in the case today: it may write, bring an item, record consent."""
    return case.participations.filter(in_force(viewer.day), agency=viewer.agency_id).exists()


def leads(viewer: Viewer, case) -> bool:
    """Whether the viewer's agency is the 主担当機関 today: separation, concealment, authority, invitations."""
    return LeadTerm.objects.filter(in_force(viewer.day), case=case, agency=viewer.agency_id).exists()


def runs(viewer: Viewer, segment) -> bool:
    """Whether the viewer may call, plan, select, confirm, check in, add substitutes and close this segment."""
    if segment.is_statutory:
        named = viewer.user_id in (segment.chair_id, segment.deputy_id)
        return named and viewer.may_act_for(Purpose.PREPARATION) and acknowledged(viewer)
    return viewer.role == Role.COORDINATOR


def keeps_office(viewer: Viewer, segment) -> bool:
    """Whether the viewer is the 事務局: it writes minutes and decisions; of a 支援会議 only when acknowledged."""
    return viewer.role == Role.COORDINATOR and (not segment.is_statutory or acknowledged(viewer))


def acknowledged(viewer: Viewer) -> bool:
    """Whether the viewer's acknowledgement of secrecy is valid today."""
    return acknowledged_today(viewer).exists()


def refusals_to_bring(viewer: Viewer, segment, case) -> list[Refusal]:
    """Why this case may not be put on this segment's agenda now; empty when it may (§§3.2, 3.3, separation)."""
    refusals = []
    if not segment.legal_basis:
        refusals.append(
            Refusal("根拠", "この会議の根拠が選ばれていません。", "根拠を選んでから提出してください。")
        )
    if segment.confirmed_on or segment.cancelled_on:
        refusals.append(Refusal("確定", "この会議の議題は確定しています。", "次の会議に提出してください。"))
    if not takes_part(viewer, case):
        refusals.append(Refusal("関与", "関与している機関だけが提出できます。"))
    if segment.legal_basis and not segment.is_statutory:
        refusals += _refusals_for_consent(viewer, segment, case)
    if _separated_from_sitting(segment.meeting, case):
        refusals.append(
            Refusal(
                "分離",
                "この会議の日には提出できません。",
                "別の日の会議に提出してください。主担当機関に確かめてください。",
            )
        )
    return refusals


def _refusals_for_consent(viewer: Viewer, segment, case) -> list[Refusal]:
    """An item of a 重層的支援会議 needs a consent towards some agency other than its bringer, today and that day."""
    from agencies.models import Agency

    others = Agency.objects.exclude(pk=viewer.agency_id)
    for day in {viewer.day, max(viewer.day, segment.meeting.day)}:
        others = others.filter(consents_to_something(case.main_subject_id, OuterRef("pk"), day))
    if others.exists():
        return []
    return [
        Refusal(
            "M4",
            "会議の日に有効な、本人の同意がありません。",
            "本人の同意を記録するか、支援会議(法106条の6)に提出してください。",
        )
    ]


def _separated_from_sitting(meeting, case) -> bool:
    """Cases of both sides of a separation are never in one sitting, nor a case of one and a row about the other."""
    return Case.objects.filter(
        decisions.may_not_sit(meeting.pk, F("pk"), F("main_subject")), pk=case.pk
    ).exists()


def enclosable_rows(viewer: Viewer, item):
    """Rows the viewer may lay on the item's table: its own free rows of its own case of the same person (§3.2);
    for a 重層的支援会議 also rows it sees there by consent; unreleased ones only for a later 支援会議 (会議記録)."""
    own_cases = Participation.objects.filter(in_force(viewer.day), agency=viewer.agency_id).values("case")
    same_person = Case.objects.filter(main_subject=item.case.main_subject_id, pk__in=own_cases)
    rows = Row.objects.visible_to(viewer, Purpose.SUPPORT).filter(case__in=same_person.values("pk"))
    rows = rows.filter(item__isnull=True, referral__isnull=True).exclude(is_separated())
    own = Q(recorded_by=viewer.agency_id)
    if item.segment.is_statutory:
        rows = rows.filter(own)
    else:
        rows = rows.filter(own | every_pair_consented(viewer.agency_id, viewer.day))
    already = Enclosure.objects.filter(item=item, removed_on__isnull=True).values("row")
    return rows.exclude(pk__in=already).exclude(table.is_about_other_side(item.segment.meeting_id))


def refusals_to_confirm(viewer: Viewer, segment) -> list[Refusal]:
    """Everything that keeps this segment from being confirmed today (vectors 18, 19, 24; M3, P1, P4)."""
    if not segment.legal_basis:
        return [Refusal("根拠", "この会議の根拠が選ばれていません。", "根拠を選んでください。")]
    refusals = []
    if viewer.day < segment.meeting.day - table.DAYS_BEFORE:
        refusals.append(
            Refusal("M3", "確定できるのは、開催日の14日前からです。", "その日まで待ってください。")
        )
    items = list(segment.items.filter(withdrawn_on__isnull=True).select_related("segment__meeting"))
    if not items:
        refusals.append(Refusal("議題", "議題がありません。", "案件を提出してください。"))
    return refusals + _refusals_of(viewer, segment, items)


def _refusals_of(viewer: Viewer, segment, items) -> list[Refusal]:
    """What is missing in each of these items of one segment; a fixed number of questions for all of them."""
    these = AgendaItem.objects.order_by().filter(pk__in=[item.pk for item in items])
    seats = Attendance.objects.filter(item__in=these.values("pk"), removed_on__isnull=True)
    sound = these.filter(table.p4_reasoned() if segment.is_statutory else table.stands(viewer.day))
    seated, sound_keys = set(seats.values_list("item", flat=True)), set(sound.values_list("pk", flat=True))
    strangers = _seats_without_term(seats, segment.meeting.day) if segment.is_statutory else {}
    refusals = []
    for item in items:
        about = f"議題{item.order}"
        refusals += [_not_a_member(seat, about) for seat in strangers.get(item.pk, [])]
        if item.pk not in sound_keys:
            refusals.append(_unsound(segment, about))
        if item.pk not in seated:
            refusals.append(
                Refusal("M1", "出席する人が選ばれていません。", "出席する人を選んでください。", about)
            )
    return refusals


def _unsound(segment, about) -> Refusal:
    if segment.is_statutory:
        return Refusal(
            "P4",
            "同意を得ていない理由か、共有の必要性が書かれていません。",
            "両方を記入してください。",
            about,
        )
    return Refusal(
        "M2",
        "本人の同意の範囲に入る出席機関がありません。",
        "出席機関を選び直すか、案件を取り下げてください。",
        about,
    )


def _not_a_member(seat, about) -> Refusal:
    return Refusal(
        "P1",
        f"{seat.agency}の{seat.user}さんは、開催日に構成員でないか、守秘の確認がありません。",
        "任期と守秘の確認を記録するか、会長が指名してください。",
        about,
    )


def _seats_without_term(seats, day) -> dict[int, list]:
    """P1 for each person selected for a 支援会議's items, on the meeting's day; by item."""
    missing: dict[int, list] = {}
    for seat in seats.exclude(Exists(term_on(OuterRef("item"), day))).select_related("agency", "user"):
        missing.setdefault(seat.item_id, []).append(seat)
    return missing


def fits(viewer: Viewer, item):
    """Condition on a seat or membership: 構成員 on the meeting's day, or an agency within the consent.

    It warns those who select; it opens nothing. The gate asks again whenever somebody looks.
    """
    day = item.segment.meeting.day
    if item.segment.is_statutory:
        return Q(Exists(term_on(item, day)))
    person, agency = item.case.main_subject_id, OuterRef("agency")
    consented = consents_to_something(person, agency, min(viewer.day, day))
    return Q(agency=item.brought_by_id) | consented & consents_to_something(person, agency, day)


def term_on(item, day):
    """Terms in force on `day`, acknowledged by then, for the person of an attendance (OuterRef) at `item`."""
    return RosterTerm.objects.filter(
        Q(item__isnull=True) | Q(item=item),
        in_force(day),
        user=OuterRef("user"),
        agency=OuterRef("agency"),
        acknowledged_on__lte=day,
    )


def refusals_to_call(viewer: Viewer, item) -> list[Refusal]:
    """Why the 照会 of this item may not go out: P1, P2 and P4, or M2 and M1 (§3.2)."""
    return _refusals_of(viewer, item.segment, [item])


def refusals_to_close(viewer: Viewer, segment) -> list[Refusal]:
    """Why minutes may not be closed: an item without consent as of the meeting's day (vector 7)."""
    if segment.is_statutory:
        return []
    items = segment.items.filter(withdrawn_on__isnull=True)
    standing = set(items.filter(table.stands(viewer.day)).values_list("pk", flat=True))
    return [
        Refusal(
            "M2",
            "会議の日に有効な同意がありません。",
            "案件を取り下げるか、同意の日付を確かめてください。",
            f"議題{item.order}",
        )
        for item in items
        if item.pk not in standing
    ]


def may_make_paper(viewer: Viewer) -> bool:
    """External members make no paper and no export of their own (§3)."""
    return viewer.role != Role.EXTERNAL


def rows_shared_with_all(item, rows, viewers):
    """Of `rows`, those that every one of `viewers` may see on this table: what a shared screen may show (§4)."""
    shared = Row.objects.filter(pk__in=[row.pk for row in rows])
    for viewer in viewers:
        shared = Row.objects.visible_to(viewer, Purpose.MEETING, item).filter(pk__in=shared.values("pk"))
    allowed = set(shared.values_list("pk", flat=True)) if viewers else set()
    return [row for row in rows if row.pk in allowed]


def header_shared_with_all(item, viewers) -> bool:
    """Whether every one of `viewers` may see the item's header."""
    items = AgendaItem.objects.filter(pk=item.pk)
    return bool(viewers) and all(items.visible_to(viewer, Purpose.MEETING).exists() for viewer in viewers)


def checked_in_viewers(item, day):
    """Everybody checked in for an item, as viewers on `day`; somebody without a membership in force sees nothing."""
    seats = item.attendances.filter(removed_on__isnull=True, checked_in_at__isnull=False)
    for seat in seats.select_related("user", "agency"):
        for membership in Membership.objects.in_force(day).filter(user=seat.user_id, agency=seat.agency_id):
            if Purpose.MEETING in ROLE_PURPOSES.get(membership.role, set()):
                yield Viewer(user=seat.user, membership=membership, day=day)
                break
