"""Beside a case: what is due, who is involved, how the main subject's consent stands."""

from dataclasses import dataclass
from datetime import date

from agencies.models.agency import in_force
from cases.models import Category, Consent, Record, Referral
from cases.visibility import visible_concealed_contacts, visible_participations
from cases.visibility.acts import takes_part
from cases.visibility.consenting import categories_shared, sees_consents_whole


@dataclass(frozen=True)
class Due:
    """One thing that waits for a day."""

    day: date
    words: str
    route: str
    public_id: str
    is_late: bool


def aside_of(request, case):
    """Due things, participants and consents, each as far as the viewer may know."""
    records = due_records(request, case)
    today = request.viewer.day
    due = [
        Due(
            record.next_on,
            record.next_step or "次の対応",
            "cases:record",
            record.public_id,
            record.next_on < today,
        )
        for record in records
    ]
    return {"due": due + _answers_due(request, case), "parts": parts_in(request, case), "rows": records}


def due_records(request, case):
    """Visible records that name a next day, the nearest first."""
    records = Record.objects.visible_to(request.viewer, request.purpose)
    return list(records.filter(case=case, next_on__isnull=False).order_by("next_on", "pk")[:8])


def _answers_due(request, case):
    referrals = Referral.objects.visible_to(request.viewer, request.purpose).to_answer()
    waiting = referrals.filter(case=case, answer_due__isnull=False).select_related("to_agency")
    return [
        Due(
            referral.answer_due,
            f"{referral.to_agency.short_name}からの返事"
            if referral.to_agency_id != request.viewer.agency_id
            else "つなぎへの返事",
            "",
            "",
            referral.answer_due < request.viewer.day,
        )
        for referral in waiting.order_by("answer_due")
    ]


def parts_in(request, case):
    """Participations in force today that the viewer may know of, the lead's first."""
    today = case.participations.filter(in_force(request.viewer.day))
    parts = list(visible_participations(today, request.viewer, request.purpose).select_related("agency"))
    lead = _lead_term(request, case)
    for part in parts:
        part.is_lead = lead is not None and lead.agency_id == part.agency_id
        part.is_mine = part.agency_id == request.viewer.agency_id
    return sorted(parts, key=lambda part: not part.is_lead)


def lead_of(request, case):
    """The 主担当機関 today as far as the viewer may know: a participant knows the lead (§1). None if there is none."""
    term = _lead_term(request, case)
    if term is None:
        return None
    theirs = case.participations.filter(agency=term.agency_id)
    known = visible_participations(theirs, request.viewer, request.purpose).exists()
    return term.agency if known else None


def lacks_lead(request, case):
    """Whether an open case has no 主担当機関 today, told to those who take part."""
    return not case.is_closed and _lead_term(request, case) is None and takes_part(request.viewer, case)


def _lead_term(request, case):
    return case.leads.filter(in_force(request.viewer.day)).select_related("agency").first()


def has_concealed_contact(request, case):
    """Whether a contact is concealed here; only the lead ever learns it."""
    return visible_concealed_contacts(case.concealed_contacts.all(), request.viewer, request.purpose).exists()


def consent_state(request, case):
    """The chip of the main subject's consent; None for whoever does not see the consents whole (§1)."""
    viewer = request.viewer
    if not sees_consents_whole(viewer, case):
        return None
    if shared := categories_shared(case.main_subject, viewer.day):
        return "full" if len(shared) == len(Category) else "partial"
    statements = Consent.objects.visible_to(viewer, request.purpose).filter(
        case=case, person=case.main_subject_id
    )
    return _why_not(statements.first(), viewer.day)


def _why_not(statement, day):
    if statement is None or statement.kind == Consent.Kind.NOT_ASKED:
        return "unknown"
    if statement.withdrawn_on:
        return "withdrawn"
    if statement.kind == Consent.Kind.GIVEN and statement.until_day < day:
        return "expired"
    return "none"
