"""回収リスト: made when a consent is taken back, from the audit trail (contract §5).

On it is what those who lose by it have seen, printed or been handed of the person in the lost categories since the
consent; not what they wrote themselves, not what they may still see, and never what a 支援会議 saw.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from agencies.models import Agency
from agencies.models.agency import in_force
from cases.models import AuditEntry, Consent, Matter, RecallEntry, Referral, Row
from cases.visibility import Purpose
from cases.visibility.consenting import sees_consents_whole, shared_now
from cases.visibility.why import somebody_of
from meetings.models import LegalBasis

How = RecallEntry.How
ON_PAPER = ("印刷", "Excel", "紙")


@dataclass
class Had:
    """What one person of one agency had in one way."""

    rows: set = field(default_factory=set)
    days: set[date] = field(default_factory=set)


def take_back(viewer, case, person, act, *, since):
    """Do the act; whoever loses by it comes on the list. `act` answers the statement, or None when nothing changed."""
    agencies = list(Agency.objects.active_on(viewer.day))
    before = shared_now([person], agencies, viewer.day)
    statement = act()
    if statement is None:
        return None
    after = shared_now([person], agencies, viewer.day)
    lost = {agency: gone for (_, agency), had in before.items() if (gone := had - after[person.pk, agency])}
    handler = _handler(viewer, case)
    RecallEntry.objects.bulk_create(
        RecallEntry(
            statement=statement,
            case=case,
            handled_by_id=handler,
            agency_id=agency,
            user_id=user,
            how=how,
            categories=sorted(lost[agency]),
            rows=sorted(had.rows),
            first_on=min(had.days),
            last_on=max(had.days),
        )
        for (agency, user, how), had in sorted(_had(viewer, person, lost, since).items(), key=str)
    )
    return statement


def earliest_consent(person, day) -> date:
    """Since when anybody may have seen something of the person by consent."""
    given = Consent.objects.filter(person=person, kind=Consent.Kind.GIVEN).order_by("given_on")
    return min(given.values_list("given_on", flat=True).first() or day, day)


def _handler(viewer, case):
    """Who handles it: the agency that heard it if it sees consents whole, else the lead."""
    if sees_consents_whole(viewer, case):
        return viewer.agency_id
    lead = case.leads.filter(in_force(viewer.day)).values_list("agency", flat=True).first()
    return lead or viewer.agency_id


def _had(viewer, person, lost, since) -> dict[tuple, Had]:
    """(agency, user, how) → what they had, of rows that they may not see any more."""
    rows = _rows_about(person, lost)
    found: dict[tuple, Had] = {}
    for agency, user, how, keys, day in [*_sights(rows, lost, since), *_handed(viewer, rows, lost, since)]:
        theirs = {key for key in keys if key in rows and _was_lost(rows[key], agency, lost)}
        if theirs:
            had = found.setdefault((agency, user, how), Had())
            had.rows |= theirs
            had.days.add(day)
    still = {agency: _still_seen(viewer, agency, found) for agency in {key[0] for key in found}}
    for key, had in found.items():
        had.rows -= still[key[0]]
    return {key: had for key, had in found.items() if had.rows}


def _rows_about(person, lost):
    """{row: (who recorded it, its categories about the person)}, of rows in the lost categories; none born inside."""
    categories = set().union(*lost.values()) if lost else set()
    about = Matter.objects.order_by().filter(subject=person, category__in=categories)
    rows = about.filter(row__origin__isnull=True).values_list("row", "row__recorded_by", "category")
    found: dict = {}
    for row, recorded_by, category in rows:
        found.setdefault(row, (recorded_by, set()))[1].add(category)
    return found


def _was_lost(row, agency, lost):
    recorded_by, categories = row
    return recorded_by != agency and bool(categories & lost[agency])


def _sights(rows, lost, since):
    """What the trail says, of the cases in which the rows lie; meetings on the statute left out."""
    cases = Row.objects.order_by().filter(pk__in=list(rows)).values("case")
    entries = AuditEntry.objects.filter(
        case__in=cases,
        agency__in=list(lost),
        at__date__gte=since,
        purpose__in=[Purpose.SUPPORT, Purpose.PREPARATION, Purpose.MEETING],
        rows__overlap=list(rows),
    ).exclude(item__segment__legal_basis=LegalBasis.STATUTE)
    seen = entries.order_by("pk").values_list("agency", "user", "act", "rows", "at")
    for agency, user, act, keys, at in seen:
        how = How.PRINTED if any(word in act for word in ON_PAPER) else How.SEEN
        yield agency, user, how, keys, timezone.localtime(at).date()


def _handed(viewer, rows, lost, since):
    """What the handler's own agency sent them; what others sent shows where the receiver read it."""
    sent = Referral.objects.visible_to(viewer, Purpose.SUPPORT).filter(
        from_agency=viewer.agency_id, to_agency__in=list(lost), sent_on__gte=since
    )
    enclosed = sent.filter(enclosures__row__in=list(rows)).order_by("pk")
    for agency, row, day in enclosed.values_list("to_agency", "enclosures__row", "sent_on"):
        yield agency, None, How.HANDED, [row], day


def _still_seen(viewer, agency, found):
    """Rows that the agency may see all the same: on another consent, by a ground, as assigned."""
    keys = set().union(*(had.rows for key, had in found.items() if key[0] == agency))
    somebody = somebody_of(Agency.objects.get(pk=agency), viewer.day)
    seen = Row.objects.visible_to(somebody, Purpose.SUPPORT).filter(pk__in=keys)
    return set(seen.values_list("pk", flat=True))
