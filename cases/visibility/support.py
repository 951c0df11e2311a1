"""支援 (contract §3.1): what an agency sees in its daily work. One small queryset a rule, S1 … S6."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q

from agencies.models.agency import in_force
from agencies.models.staff import Role
from cases.models.case import Case, LeadTerm, Participation
from cases.models.consent import Consent
from cases.models.consultation import Consultation
from cases.models.emergency import EmergencyDisclosure
from cases.models.plan import Assignment
from cases.models.referral import Enclosure, Referral
from cases.models.row import Category, Matter, Row
from cases.visibility import rules
from cases.visibility.consent import consents_to_everything, every_pair_consented
from cases.visibility.decisions import conflicted, consented, kept_apart, separated
from cases.visibility.prepared import ids
from cases.visibility.purposes import Viewer
from cases.visibility.rules import Rule, any_of
from cases.visibility.succession import own_or_succeeded
from meetings.models.roster import RosterTerm

DAYS_AFTER_RETURN = timedelta(days=30)


# --- what closes everything, before any rule -------------------------------------------------------------------------


def no_conflict(viewer: Viewer):
    """Condition on a row: it lies in no case of, and is about nobody of, those people."""
    about = Matter.objects.order_by().filter(conflicted("subject", viewer))
    return ~conflicted("case__main_subject", viewer) & ~Q(pk__among=about.values("row"))


def is_separated():
    """Condition on a row: it is about one side of a separation, in the other side's case (§3)."""
    about = Matter.objects.order_by().filter(kept_apart("subject"), row=OuterRef("pk"))
    return Q(Exists(about.filter(separated(F("subject"), F("row__case__main_subject")))))


# --- building blocks -------------------------------------------------------------------------------------------------


def row_is_free(day, prefix=""):
    """A row (or case) without origin, or released by `day` (§1)."""
    return Q(**{f"{prefix}origin__isnull": True}) | Q(**{f"{prefix}released_on__lte": day})


def held_back(day):
    """Cases opened because of a 支援会議 and not released by `day`: few, so they are found first and hashed. (A join
    to the case would make the planner ask the test of consent twice.)"""
    return Case.objects.order_by().filter(
        Q(released_on__isnull=True) | Q(released_on__gt=day), origin__isnull=False
    )


def in_free_case(day):
    """Condition on a row: its case is free."""
    return ~Q(case__in=held_back(day).values("pk"))


def free_rows(day):
    """Rows that are free on `day` and lie in a free case."""
    return row_is_free(day) & in_free_case(day)


def taking_part(viewer: Viewer):
    """Cases in which the viewer's agency takes part today."""
    return (
        Participation.objects.order_by().filter(in_force(viewer.day), agency=viewer.agency_id).values("case")
    )


def took_part(viewer: Viewer):
    """Cases in which it, or an agency that it has taken over, takes part or took part."""
    parts = Participation.objects.order_by().filter(own_or_succeeded("agency", viewer))
    return parts.filter(from_day__lte=viewer.day).values("case")


def leading(viewer: Viewer):
    """Cases that the viewer's agency leads today."""
    return LeadTerm.objects.order_by().filter(in_force(viewer.day), agency=viewer.agency_id).values("case")


def live_referrals(viewer: Viewer):
    """Referrals to the viewer's agency with their ground recorded, pending, or accepted and not ended."""
    grounded = Q(ground=Referral.Ground.CONSENT) | ~Q(ground="") & ~Q(ground_note="")
    not_ended = Q(participation__until_day__isnull=True) | Q(participation__until_day__gte=viewer.day)
    live = (
        Q(status=Referral.Status.SENT)
        | Q(status=Referral.Status.ACCEPTED, participation__isnull=False) & not_ended
    )
    return Referral.objects.order_by().filter(grounded & live, to_agency=viewer.agency_id)


def open_disclosures(viewer: Viewer):
    """緊急提供 to the viewer's agency that are open: in their period, not ended, and approved or not yet overdue."""
    approved = Q(approved_on__lte=viewer.day) | Q(approve_by__gte=viewer.day)
    return EmergencyDisclosure.objects.order_by().filter(
        in_force(viewer.day) & approved, to_agency=viewer.agency_id, ended_on__isnull=True
    )


def acknowledged_today(viewer: Viewer):
    """Terms of the viewer in the 支援会議's roster, in force today, secrecy acknowledged."""
    return RosterTerm.objects.order_by().filter(
        in_force(viewer.day),
        user=viewer.user_id,
        agency=viewer.agency_id,
        acknowledged_on__lte=viewer.day,
    )


def live_assignments(viewer: Viewer):
    """S5: assignments of the agency not ended; from a 支援会議 only those of the named, acknowledged person.

    What a separation or a conflict closes is no ground to open the case either.
    """
    mine = Assignment.objects.order_by().filter(
        agency=viewer.agency_id, ended_on__isnull=True, row__kind__in=[Row.Kind.DECISION, Row.Kind.ACTION]
    )
    named = Q(user=viewer.user_id) & Q(Exists(acknowledged_today(viewer)))
    its_row = Row.objects.order_by().filter(pk=OuterRef("row"))
    open_rows = its_row.filter(no_conflict(viewer)).exclude(is_separated() & ~Q(case__among=leading(viewer)))
    return mine.filter(Q(row__origin__isnull=True) | named, Exists(open_rows))


# --- cases and headers -----------------------------------------------------------------------------------------------


def support_cases(viewer: Viewer):
    """Condition on a case: it exists for the viewer (§3.1, Case)."""
    free = row_is_free(viewer.day)
    known = (
        Q(pk__among=took_part(viewer))
        | Q(pk__among=live_referrals(viewer).values("case"))
        | Q(pk__among=open_disclosures(viewer).values("case"))
    )
    opened = own_or_succeeded("opened_by", viewer) & Q(pk__among=took_part(viewer))
    assigned = Q(pk__among=live_assignments(viewer).values("row__case"))
    not_conflicted = ~conflicted("main_subject", viewer)
    return not_conflicted & (free & known | opened | assigned)


def support_headers(viewer: Viewer):
    """Condition on a case: it is visible, and its header may be seen (§3.1, Header)."""
    identity = consented(F("case__main_subject"), viewer.agency_id, Category.IDENTITY, viewer.day)
    referred = live_referrals(viewer).filter(~Q(ground=Referral.Ground.CONSENT) | identity)
    return support_cases(viewer) & (
        Q(pk__among=took_part(viewer))
        | Q(pk__among=live_assignments(viewer).values("row__case"))
        | Q(pk__among=referred.values("case"))
        | Q(pk__among=open_disclosures(viewer).filter(with_header=True).values("case"))
    )


# --- rows ------------------------------------------------------------------------------------------------------------


def rules_in_a_case(viewer: Viewer) -> list[Rule]:
    """S1–S5: what opens a row of a visible case."""
    day, live = viewer.day, live_referrals(viewer)
    free = {rules.FREE_ROW: row_is_free(day), rules.FREE_CASE: in_free_case(day)}
    # S1: who opened the case is asked for the row alone.
    own_case = ~Q(case__in=held_back(day).exclude(own_or_succeeded("opened_by", viewer)).values("pk"))
    own = {rules.RECORDED: own_or_succeeded("recorded_by", viewer), **free, rules.FREE_CASE: own_case}
    pairs = every_pair_consented(viewer.agency_id, day)
    ground = _enclosed_in(live.exclude(ground=Referral.Ground.CONSENT)) | pairs
    return [
        Rule("S1", own),
        Rule("S2", {rules.TAKES_PART: Q(case__among=taking_part(viewer)), **free, rules.PAIRS: pairs}),
        Rule("S3", {rules.ENCLOSED: _enclosed_in(live), **free, rules.GROUND: ground}),
        Rule("S4", {rules.DISCLOSED: _disclosed(viewer), **free}),
        Rule("S5", {rules.ASSIGNED: Q(pk__among=live_assignments(viewer).values("row"))}),
    ]


def s6_referral_text(viewer: Viewer) -> Rule:
    """S6: text or answer of a referral from or to it; needs no visible case; the receiver's sight ends 30 days
    after a return. A text born in a 支援会議 stays inside until released (the stricter reading; docs/visibility.md)."""
    known = Q(referral__among=referrals_of(viewer).values("pk"))
    free = {rules.FREE_ROW: row_is_free(viewer.day), rules.FREE_CASE: in_free_case(viewer.day)}
    return Rule("S6", {rules.REFERRAL: known, **free})


def not_closed(viewer: Viewer) -> dict[str, Q]:
    """What closes a row whatever rule opens it: separation for all but the lead, and conflict."""
    apart = is_separated() & ~Q(case__among=leading(viewer))
    return {rules.NOT_APART: ~apart, rules.NO_CONFLICT: no_conflict(viewer)}


def _enclosed_in(referrals):
    enclosures = Enclosure.objects.order_by().filter(
        referral__among=referrals.values("pk"), removed_on__isnull=True
    )
    return Q(pk__among=enclosures.values("row"))


def _disclosed(viewer: Viewer):
    given = EmergencyDisclosure.rows.through.objects.order_by().filter(
        emergencydisclosure__among=open_disclosures(viewer).values("pk")
    )
    return Q(pk__among=given.values("row"))


def referrals_of(viewer: Viewer):
    """Referrals from the agency, and those to it that were sent and not recalled."""
    return Referral.objects.order_by().filter(known_referrals(viewer))


def known_referrals(viewer: Viewer):
    """Condition on a referral: it is from the agency, or to it, sent, and its sight has not ended (S6)."""
    status = Referral.Status
    returned = Q(status=status.RETURNED, answered_on__gte=viewer.day - DAYS_AFTER_RETURN)
    received = Q(to_agency=viewer.agency_id) & (Q(status__in=[status.SENT, status.ACCEPTED]) | returned)
    return (Q(from_agency=viewer.agency_id) | received) & ~conflicted("case__main_subject", viewer)


def support_referrals(viewer: Viewer):
    """Condition on a referral: it is known, and no conflict closes the consultation it names (§3)."""
    return known_referrals(viewer) & ~conflicted("consultation__person", viewer)


def support_rows(viewer: Viewer):
    """Condition on a row for 支援: S1–S5 in visible cases, S6 anywhere; minus separation and conflict."""
    in_case = Q(case__among=ids(Case, support_cases, viewer)) & any_of(rules_in_a_case(viewer))
    opened = in_case | s6_referral_text(viewer).condition
    return opened & Rule("", not_closed(viewer)).condition


# --- before, beside and around the case ------------------------------------------------------------------------------


def support_consultations(viewer: Viewer):
    """Condition on a consultation: the agency took it, or a live referral to it names it (§1, Before a case)."""
    referred = live_referrals(viewer)
    everything = consents_to_everything(OuterRef("consultation__person"), viewer.agency_id, viewer.day)
    referred = referred.filter(~Q(ground=Referral.Ground.CONSENT) | everything)
    known = Q(agency=viewer.agency_id) | Q(
        pk__among=referred.exclude(consultation=None).values("consultation")
    )
    closed = conflicted("person", viewer) | conflicted("case__main_subject", viewer)
    return known & ~closed


def support_people(viewer: Viewer):
    """Condition on a person: known through a consultation, or as subject of a case or row, that the viewer sees."""
    consultations = Consultation.objects.order_by().filter(
        pk__among=ids(Consultation, support_consultations, viewer)
    )
    cases = Case.objects.order_by().filter(pk__among=ids(Case, support_headers, viewer))
    matters = Matter.objects.order_by().filter(row__among=ids(Row, support_rows, viewer))
    return (
        Q(pk__among=consultations.filter(person__isnull=False).values("person"))
        | Q(pk__among=cases.values("main_subject"))
        | Q(pk__among=matters.values("subject"))
    ) & ~conflicted("pk", viewer)


def support_participations(viewer: Viewer):
    """Condition on a participation: itself, the lead's, all for the lead, else a row ⑤ of the main subject (§1)."""
    visible = ids(Case, support_cases, viewer)
    the_lead = LeadTerm.objects.filter(in_force(viewer.day), case=OuterRef("case"), agency=OuterRef("agency"))
    services = consented(F("case__main_subject"), viewer.agency_id, Category.SERVICES, viewer.day)
    own = Q(agency=viewer.agency_id) | Q(case__among=leading(viewer))
    by_consent = row_is_free(viewer.day, "case__") & services
    among_participants = Q(case__among=taking_part(viewer)) & (Q(Exists(the_lead)) | by_consent)
    return Q(case__among=visible) & (own | among_participants)


def cases_with_whole_consents(viewer: Viewer):
    """Condition on a case: its consents are seen whole, by the lead or the coordinator's agency taking part (§1)."""
    whole = Q(pk__among=leading(viewer))
    if viewer.role == Role.COORDINATOR:
        whole |= Q(pk__among=taking_part(viewer))
    return whole & support_cases(viewer)


def support_consents(viewer: Viewer):
    """Condition on a consent: it was recorded in such a case."""
    whole = ids(Case, cases_with_whole_consents, viewer)
    return Q(case__among=whole) & ~conflicted("person", viewer)


def support_consents_concerning(viewer: Viewer):
    """Condition on a consent: it names the viewer's agency in a case it takes part in; exclusions are not told."""
    named = Consent.recipients.through.objects.filter(consent=OuterRef("pk"), agency=viewer.agency_id)
    left_out = Consent.excluded.through.objects.filter(consent=OuterRef("pk"), agency=viewer.agency_id)
    visible = ids(Case, support_cases, viewer)
    in_sight = Q(case__among=taking_part(viewer)) & Q(case__among=visible) & Q(kind=Consent.Kind.GIVEN)
    by_list = Q(recipient_list__agencies=viewer.agency_id)
    return in_sight & (Q(Exists(named)) | by_list) & ~Q(Exists(left_out)) & ~conflicted("person", viewer)


def support_disclosures(viewer: Viewer):
    """Condition on a 緊急提供: of a visible case in which the agency takes part, given by it, or open to it (§3.1)."""
    visible = Q(case__among=ids(Case, support_cases, viewer))
    received = Q(pk__among=open_disclosures(viewer).values("pk"))
    return visible & (Q(case__among=taking_part(viewer)) | Q(from_agency=viewer.agency_id) | received)


def support_concealed_contacts(viewer: Viewer):
    """Condition on a concealed contact: of the main subject of an open case that the agency leads today (§1)."""
    led = Case.objects.open().order_by().filter(support_cases(viewer), pk__among=leading(viewer))
    return Q(case__among=led.values("pk"), person=F("case__main_subject"), lifted_by__isnull=True)


def support_hints(viewer: Viewer):
    """Condition on a hint: the agency took it (§1)."""
    closed = conflicted("person", viewer) | conflicted("case__main_subject", viewer)
    return Q(agency=viewer.agency_id) & ~closed
