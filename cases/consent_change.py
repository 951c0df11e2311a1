"""What a statement changes: the gate is asked before and after it, inside a savepoint. No second rule.

Who sees consents whole is told of every agency; anybody else of the own agency alone. Of coming sittings those who run
them are told who sees what; who brought an item only whether it stands.
"""

import hashlib
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from agencies.models import Agency
from cases.models import Category, Enclosure, Matter, Row
from cases.visibility.consenting import shared_now
from cases.visibility.rules import STANDS
from cases.visibility.why_each import why_item_each, why_rows_each
from meetings.models import AgendaItem, LegalBasis
from meetings.seats import seated_at


@dataclass(frozen=True)
class OfAgency:
    """What one agency gains and loses of the person."""

    agency: Agency
    gained: list[Category]
    lost: list[Category]


@dataclass(frozen=True)
class OfSitting:
    """What changes at one coming item: whether it stands, and who sees how many of its papers before and after."""

    item: AgendaItem
    before: bool
    after: bool
    seats: list = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """What a statement changes, cut to what its recorder may know."""

    agencies: list[OfAgency]
    sittings: list[OfSitting]

    @property
    def digest(self):
        """The same as long as the changes are the same: what is confirmed is what was shown."""
        told: list[tuple] = [(one.agency.pk, one.gained, one.lost) for one in self.agencies]
        told += [(one.item.pk, one.before, one.after, one.seats) for one in self.sittings]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def tried(act, measure):
    """What `measure` answers before and after `act`; nothing of the act remains."""
    before = measure()
    with transaction.atomic():
        act()
        after = measure()
        transaction.set_rollback(True)
    return before, after


def changes_of(viewer, person, act, *, day, is_whole) -> Changes:
    """What the act would change of `person` on `day`, as far as the viewer may know."""
    agencies = list(Agency.objects.active_on(viewer.day)) if is_whole else [viewer.agency]
    items = coming_items(viewer, person)

    def measure():
        shared = shared_now([person], agencies, day)
        return shared, [_sight_at(viewer, item) for item in items]

    (shared, sights), (shared_then, sights_then) = tried(act, measure)
    told = agencies_that_change(person, agencies, shared, shared_then)
    sittings = [
        OfSitting(item, before.stands, after.stands, _seats_that_change(before, after))
        for item, before, after in zip(items, sights, sights_then, strict=True)
        if before != after
    ]
    return Changes(told, sittings)


def agencies_that_change(person, agencies, before, after) -> list[OfAgency]:
    """Of `agencies`, those that gain or lose a category of the person."""
    nothing: set = set()
    compared = [
        (agency, before.get((person.pk, agency.pk), nothing), after.get((person.pk, agency.pk), nothing))
        for agency in agencies
    ]
    return [
        OfAgency(agency, sorted(then - now), sorted(now - then))
        for agency, now, then in compared
        if now != then
    ]


# --- coming sittings -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SightAt:
    """An item as it answers now: whether it stands, and for those who run it how many papers each attendee sees."""

    stands: bool
    papers: dict = field(default_factory=dict)


def coming_items(viewer, person) -> list[AgendaItem]:
    """Items resting on consent, not over yet, of the person or with a row about them: those the viewer runs or keeps
    the office of, and those of its agency."""
    about = Matter.objects.order_by().filter(subject=person, row=OuterRef("row"))
    laid = Enclosure.objects.order_by().filter(Exists(about), item=OuterRef("pk"), removed_on__isnull=True)
    items = AgendaItem.objects.still_on().filter(
        Q(case__main_subject=person) | Q(Exists(laid)),
        segment__legal_basis=LegalBasis.CONSENT,
        segment__meeting__day__gte=viewer.day,
        segment__closed_on__isnull=True,
        segment__cancelled_on__isnull=True,
    )
    mine = Q(brought_by=viewer.agency_id) | Q(pk__in=_run_by(viewer))
    found = items.filter(mine).select_related("segment__meeting", "case")
    return list(found.order_by("segment__meeting__day", "segment__order", "order"))


def _run_by(viewer):
    return AgendaItem.objects.on_agenda_for(viewer).order_by().values("pk")


def _sight_at(viewer, item) -> SightAt:
    seats = [(each.seat, each.viewer) for each in seated_at(item, viewer.day) if each.viewer]
    viewers = [acting for _, acting in seats]
    of_item = why_item_each(viewers, item)
    stands = any(_stands(told) for told in of_item)
    if not AgendaItem.objects.on_agenda_for(viewer).filter(pk=item.pk).exists():
        return SightAt(stands)
    laid = Enclosure.objects.order_by().filter(item=item, removed_on__isnull=True)
    rows = list(Row.objects.filter(pk__in=laid.values("row")).only("pk"))
    of_rows = why_rows_each(viewers, rows, item)
    papers = {
        (seat.pk, f"{seat.agency.name} {seat.user.name}"): (
            of_item[i].holds,
            sum(of_item[i].holds and of_rows[i, row.pk].holds for row in rows),
        )
        for i, (seat, _) in enumerate(seats)
    }
    return SightAt(stands, papers)


def _stands(told):
    return next(part.holds for part in told.parts if part.label == STANDS)


def _seats_that_change(before, after):
    return [
        (name, now, after.papers[key, name])
        for (key, name), now in before.papers.items()
        if now != after.papers[key, name]
    ]
