"""The world of the crawl: the same cast around one case in each state that a case can be in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.models import (
    Assignment,
    AuditEntry,
    Case,
    ConcealedHandover,
    ConflictOfInterest,
    Consent,
    Consultation,
    EmergencyDisclosure,
    LeadTerm,
    PersonLink,
    Row,
    RowVersion,
    Separation,
)
from meetings.models import Decision, LegalBasis, MinutesParagraph, Release
from tests.cast import DAY, ROLES, Cast, a_cast, around_one_case
from tests.factories import (
    PersonFactory,
    a_case,
    a_consent,
    a_referral,
    a_refusal,
    a_row,
    a_segment,
    a_term,
    a_viewer,
    an_item,
    seat,
)

YESTERDAY, LAST_MONTH, SPRING = DAY - timedelta(days=1), date(2026, 5, 6), date(2026, 4, 20)

CONSENTED = "consented"
WITH_A_SEPARATION = {CONSENTED, "separated", "once separated"}


@dataclass
class Families:
    """Each family by the state of its case: a cast of its own, so that nobody's pages are longer than they have to be."""

    by_state: dict[str, Cast]

    def viewer(self, role: str, state: str) -> Any:
        """Who plays a role around the case of a state; nobody for somebody who has not logged in."""
        return self.by_state[state].people.get(role)


def all_families(states: Iterable[str] = ()) -> Families:
    """One family in each state (or in these alone)."""
    _numbers_begin_late()
    by_state = {CONSENTED: a_cast()}
    for state in states or STATES:
        family = by_state[state] = Cast({name: a_viewer(role=role, day=DAY) for name, role in ROLES.items()})
        for name in ("member", "chair", "coordinator"):
            a_term(family.people[name])
        around_one_case(family)
        STATES[state](family)
    for state, family in by_state.items():
        _what_every_family_has(family)
        if state not in WITH_A_SEPARATION:
            family.things.separation.delete()  # as seldom as in a city: each costs every question a little
    return Families(by_state)


def _numbers_begin_late():
    """No case has the number that a page shows as an example."""
    first = a_case(a_viewer())
    Case.objects.filter(pk=first.pk).update(serial=4000)


def _what_every_family_has(family):
    """What the cast's case alone does not have: every confidential model has a record in every family."""
    case, lead, things = family.case, family.lead, family.things
    things.taken = Consultation.objects.create(
        taken_on=DAY, channel="visit", summary="相談", agency=lead.agency, author=lead.membership,
        person=case.main_subject, case=case, address_concealed=True,
    )  # fmt: skip
    things.relative = PersonFactory()
    things.about_two = a_row(case, lead, subjects=[case.main_subject, things.relative], categories=[2, 6])
    things.partners_row = a_row(case, family.partner, categories=[3])
    things.hidden_row = a_row(case, family.bare, subjects=[things.relative], categories=[4])
    RowVersion.objects.create(row_id=things.row.pk, number=1, text="前", author=lead.membership)
    ConcealedHandover.objects.create(
        contact=things.concealed, agency=family.partner.agency, act="同行", ground="試験", handed_on=DAY,
        handed_by=lead.membership, approver=family.coordinator.membership,
    )  # fmt: skip
    ConflictOfInterest.objects.create(
        person=things.relative, user=family.roster.user, reason="親族", recorded_on=DAY
    )
    AuditEntry.objects.create(
        user=lead.user, membership=lead.membership, agency=lead.agency, purpose="support", act="見る:試験",
        case=case, rows=[things.row.pk], reason=f"ZX9{case.pk % 10000:04d}Q",
    )  # fmt: skip
    a_consent(case, person=things.relative, to=[family.coordinator.agency], categories=[1, 2])
    things.strangers_case = a_case(family.stranger)
    things.strangers_row = a_row(things.strangers_case, family.stranger, categories=[2])
    _hearing(family)


def _hearing(family):
    """A 支援会議 of today, being held: minutes and a decision that were born in it."""
    things, office = family.things, family.coordinator
    things.hearing = a_segment(office, basis=LegalBasis.STATUTE, chair=family.chair.user, day=DAY)
    things.hearing_item = item = an_item(things.hearing, family.case, family.lead)
    then = timezone.make_aware(datetime(2026, 6, 10, 10))
    for name in ("member", "chair", "coordinator"):
        seat(item, family.people[name], by=family.chair, checked_in=then)
    seat(item, family.bare, by=family.chair, checked_in=then)  # selected, but no 構成員
    things.born = _written(item, office, day=DAY)
    item.call(DAY - timedelta(days=5))
    things.hearing.confirm(DAY - timedelta(days=4))
    things.hearing.hold()


def _written(item, office, day):
    written = {
        "author": office.membership,
        "subjects": [item.case.main_subject],
        "categories": [6],
        "day": day,
    }
    item.write(kind=Row.Kind.MINUTES, text="議事録", model=MinutesParagraph, **written)
    decision = item.write(kind=Row.Kind.DECISION, text="決定", model=Decision, **written)
    Assignment.objects.create(row_id=decision.pk, agency=office.agency, user=office.user)
    return decision


# --- the states ------------------------------------------------------------------------------------------------------


def _before_consent(family):
    tomorrow = DAY + timedelta(days=1)
    Consent.objects.filter(case=family.case).update(given_on=tomorrow, from_day=tomorrow)


def _not_asked(family):
    Consent.objects.filter(case=family.case).update(kind=Consent.Kind.NOT_ASKED)


def _refused(family):
    a_refusal(family.case, on=LAST_MONTH)


def _partly_refused(family):
    a_refusal(family.case, on=LAST_MONTH, to=[family.partner.agency], categories=[2, 6])


def _partial(family):
    consent = family.things.consent
    consent.categories = [1, 3]
    consent.save()
    consent.excluded.set([family.partner.agency])


def _without_name(family):
    """Everything is consented but ①."""
    family.things.consent.categories = [2, 3, 4, 5, 6]
    family.things.consent.save()


def _withdrawn(family):
    now = timezone.make_aware(datetime(2026, 6, 10, 8))
    family.things.consent.withdraw(author=family.lead.membership, on=DAY, at=now, note="撤回")


def _expired(family):
    Consent.objects.filter(pk=family.things.consent.pk).update(until_day=YESTERDAY)


def _died(family):
    person = family.case.main_subject
    person.died_on = YESTERDAY
    person.save()


def _closed(family):
    family.case.close(stage=Case.Stage.CLOSED, reason=Case.ClosingReason.REACHED, day=LAST_MONTH)


def _without_lead(family):
    LeadTerm.objects.filter(case=family.case).update(until_day=YESTERDAY)


def _conflict(family):
    """The partner is a relative, the receiver's agency is accused."""
    who = {"person": family.case.main_subject, "reason": "親族", "recorded_on": DAY}
    ConflictOfInterest.objects.create(user=family.partner.user, **who)
    ConflictOfInterest.objects.create(agency=family.receiver.agency, **who)


def _release_asked(family):
    """… and one side has asked to let a row of it out."""
    _shut(family)
    things = family.things
    things.release = Release.objects.create(
        item=things.shut_item,
        row=things.sealed,
        reason="試験",
        asked_by=family.chair.membership,
        asked_on=YESTERDAY,
    )


def _shut(family, **released):
    """A 支援会議 that is over: what was born in it lies in 会議記録."""
    things = family.things
    things.shut = a_segment(family.coordinator, basis=LegalBasis.STATUTE, chair=family.chair.user, day=SPRING)
    things.shut_item = item = an_item(things.shut, family.case, family.partner)
    then = timezone.make_aware(datetime(2026, 4, 20, 10))
    for name in ("member", "chair", "coordinator"):
        seat(item, family.people[name], by=family.chair, checked_in=then)
    things.shut_decision = _written(item, family.coordinator, SPRING)
    things.shut.confirm(SPRING)
    things.shut.close(date(2026, 4, 25))
    things.sealed = a_row(family.case, family.partner, origin=item, brought_by=family.partner.agency)
    Row.objects.filter(origin=item).update(**released)


def _released(family):
    """… and let out by two people."""
    _shut(
        family,
        released_on=YESTERDAY,
        released_by=family.chair.membership,
        release_confirmed_by=family.partner.membership,
    )


def _born_inside(family):
    """The case itself was opened because of a 支援会議."""
    _shut(family)
    Case.objects.filter(pk=family.case.pk).update(origin=family.things.shut_item)


def _separated(family):
    """The other side has a case of its own, brought to the same sittings."""
    things, bringer = family.things, family.partner
    other = things.others_case = a_case(bringer, person=things.other_side)
    a_consent(other, to=[bringer.agency, family.coordinator.agency])
    a_row(other, bringer, categories=[2])
    item = things.others_item = an_item(things.segment, other, bringer)
    for name in ("lead", "partner", "coordinator"):
        seat(item, family.people[name], by=family.coordinator)


def _once_separated(family):
    """… lifted by two people."""
    Separation.objects.filter(pk=family.things.separation.pk).update(
        lift_asked_by=family.lead.membership, lifted_by=family.partner.membership
    )


def _referred_by_consent(family):
    """Referrals by consent: one with it, one without, and one that carries a consultation."""
    case, lead, things = family.case, family.lead, family.things
    things.by_consent = a_referral(case, lead, family.stranger.agency, rows=[things.row])
    things.text_by_consent = a_row(
        case, lead, model=Row, kind=Row.Kind.REFERRAL_TEXT, referral=things.by_consent
    )
    another = Consultation.objects.create(
        taken_on=DAY, channel="visit", summary="添えた相談", agency=lead.agency, author=lead.membership,
        person=case.main_subject,
    )  # fmt: skip
    things.with_consultation = a_referral(
        case, lead, family.bare.agency, ground="law", ground_note="試験", consultation=another
    )


def _returned(family):
    family.things.referral.return_to_sender(
        author=family.receiver.membership, on=DAY - timedelta(days=10), text="差戻し",
        subjects=[family.case.main_subject],
    )  # fmt: skip


def _returned_long_ago(family):
    family.things.referral.return_to_sender(
        author=family.receiver.membership, on=DAY - timedelta(days=31), text="差戻し",
        subjects=[family.case.main_subject],
    )  # fmt: skip


def _accepted(family):
    family.things.referral.accept(
        author=family.receiver.membership, on=YESTERDAY, text="受理", subjects=[family.case.main_subject]
    )


def _emergency(family):
    """Given to somebody with no other part in it, and not yet approved; to another, approved; to a third, over."""
    case, lead, things = family.case, family.lead, family.things
    for to, approved, ended in (("stranger", None, None), ("bare", DAY, None), ("past", DAY, DAY)):
        given = EmergencyDisclosure.give(
            case=case, author=lead.membership, day=YESTERDAY, rows=[things.row, things.goal],
            to_agency=family.people[to].agency, ground="life", facts="試験の事実", with_header=to == "bare",
            until_day=DAY + timedelta(days=7), approver=family.coordinator.membership, approve_by=DAY,
        )  # fmt: skip
        EmergencyDisclosure.objects.filter(pk=given.pk).update(approved_on=approved, ended_on=ended)


def _merged(family):
    """The main subject stands in the register twice; nobody has confirmed it, and the second record refused."""
    things, another = family.things, PersonFactory()
    things.other_record = another
    others_case = things.others_case = a_case(family.partner, person=another)
    a_refusal(others_case, on=LAST_MONTH)
    things.link = PersonLink.objects.create(
        first=family.case.main_subject, second=another, ground="試験", joined_on=DAY,
        joined_by=family.coordinator.membership,
    )  # fmt: skip


def _called_off(family):
    for segment in (family.things.segment, family.things.statute_segment):
        segment.cancel(YESTERDAY)


STATES: dict[str, Callable[[Any], None]] = {
    "before consent": _before_consent,
    "not asked": _not_asked,
    "refused": _refused,
    "partly refused": _partly_refused,
    "partial": _partial,
    "without name": _without_name,
    "withdrawn": _withdrawn,
    "expired": _expired,
    "died": _died,
    "closed": _closed,
    "without lead": _without_lead,
    "conflict": _conflict,
    "sealed": _shut,
    "release asked": _release_asked,
    "released": _released,
    "born inside": _born_inside,
    "separated": _separated,
    "once separated": _once_separated,
    "referred by consent": _referred_by_consent,
    "returned": _returned,
    "returned long ago": _returned_long_ago,
    "accepted": _accepted,
    "called off": _called_off,
    "emergency": _emergency,
    "merged": _merged,
}
