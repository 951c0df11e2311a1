"""What closes a row at once: withdrawal, removal from a sitting or the roster, transfer, the end of a membership.

Each situation builds a fresh world (committed), names the pages that show the row to the reader, and how to end it.
`end` returns when the act is acknowledged: answered over HTTP, or committed on the writer's own connection.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency, Membership, Role, User
from cases.models import Separation
from cases.visibility import Viewer
from meetings.models import LegalBasis
from nisshin_support import clock
from tests.factories import (
    PersonFactory,
    a_case,
    a_consent,
    a_row,
    a_segment,
    a_term,
    an_item,
    enclose,
    seat,
)
from tests.live_site import session_of
from tests.races.reading import Desk

ONE_DAY = timedelta(days=1)
LONGER_EVERY = 12


@dataclass
class Situation:
    """A row that the reader sees now, where, and the act that closes it."""

    canary: str
    reader: Viewer
    paths: list[str]
    end: Callable[[], None]


@dataclass(frozen=True)
class Office:
    """Where the acts are done: the site, and how far its clock is from the writers'."""

    base_url: str
    ahead: timedelta = timedelta(0)

    def desk_of(self, viewer: Viewer) -> Desk:
        """A new log-in of this person."""
        return Desk(self.base_url, session_of(viewer.user))

    def post(self, viewer: Viewer, route: str, *arguments: object, **data: str) -> None:
        """An act over HTTP; acknowledged means sent on to the next page."""
        status, body = self.desk_of(viewer).post(reverse(route, args=arguments), data)
        assert status == 302, (route, status, body[:2000])


def somebody(day: date, role: Role = Role.COUNTER) -> Viewer:
    """A new member of a new agency; names from chance, since several writers make them at once."""
    mark = secrets.token_hex(6)
    agency = Agency.objects.create(name=f"試験機関{mark}", short_name=mark, from_day=date(2020, 4, 1))
    user = User.objects.create(username=mark, name=f"試験 {mark}")
    membership = Membership.objects.create(user=user, agency=agency, role=role, from_day=date(2020, 4, 1))
    return Viewer(user=user, membership=membership, day=day, memberships=[membership])


@dataclass
class Support:
    """A case with its lead, a partner taking part with consent, and a row of the lead's."""

    day: date

    def __post_init__(self) -> None:
        self.canary, self.lead, self.partner = secrets.token_hex(12), somebody(self.day), somebody(self.day)
        self.case = a_case(self.lead, day=self.day - 30 * ONE_DAY, person=self._person())
        self.part = self.case.participations.create(
            agency=self.partner.agency, from_day=self.day - 20 * ONE_DAY
        )
        given = self.day - 20 * ONE_DAY
        self.consent = a_consent(self.case, to=[self.lead.agency, self.partner.agency], given=given)
        self.row = a_row(self.case, self.lead, text=self.canary)

    @staticmethod
    def _person():
        return PersonFactory()

    def pages(self) -> list[str]:
        """The row by itself; in some rounds one of the pages that show it among others (they take far longer)."""
        case = [self.case.public_id]
        row, longer = reverse("cases:record", args=[self.row.public_id]), ("cases:case", "cases:case_print")
        chosen = secrets.randbelow(LONGER_EVERY)
        return [row, row, reverse(longer[chosen], args=case) if chosen < len(longer) else row]

    def ending(self, end: Callable[[], None]) -> Situation:
        """The partner reads; `end` closes."""
        return Situation(self.canary, self.partner, self.pages(), end)


def withdrawal_on_a_page(office: Office) -> Situation:
    """The lead records a withdrawal on its page."""
    world = Support(clock.today())
    words = {"on": world.day.isoformat(), "how": "電話", "heard_by": "試験"}
    return world.ending(
        lambda: office.post(world.lead, "cases:consent_withdraw", world.consent.public_id, **words)
    )


def withdrawal_elsewhere(office: Office) -> Situation:
    """A withdrawal recorded on another server, whose clock stamps it."""
    world = Support(clock.today())

    def end() -> None:
        moment = timezone.now() + office.ahead
        world.consent.withdraw(author=world.lead.membership, on=world.day, at=moment)

    return world.ending(end)


def participation_ended(office: Office) -> Situation:
    """The partner's part was over yesterday, as is recorded now: its own rows remain, not the lead's."""
    world = Support(clock.today())
    yesterday = world.day - ONE_DAY
    return world.ending(lambda: _update(world.part, until_day=yesterday))


def membership_ended(office: Office) -> Situation:
    """The reader has left the agency."""
    world = Support(clock.today())
    return world.ending(lambda: _update(world.partner.membership, until_day=world.day - ONE_DAY))


def account_closed(office: Office) -> Situation:
    """The reader's log-in is closed."""
    world = Support(clock.today())
    return world.ending(lambda: _update(world.partner.user, is_active=False))


def transferred(office: Office) -> Situation:
    """The reader works elsewhere from now on, in one step."""
    world, elsewhere = Support(clock.today()), somebody(clock.today())
    return world.ending(lambda: _update(world.partner.membership, agency=elsewhere.agency))


def lead_handed_over(office: Office) -> Situation:
    """A row about the separated person is the lead's alone: it closes to who hands the lead over."""
    world = Support(clock.today())
    other = PersonFactory()
    Separation.objects.create(
        first=world.case.main_subject,
        second=other,
        reason="試験",
        recorded_on=world.day,
        recorded_by=world.lead.membership,
    )
    world.row = a_row(world.case, world.lead, subjects=[other], text=world.canary)
    world.row.__class__.objects.filter(case=world.case).exclude(pk=world.row.pk).update(text="ほかの記録")
    end = lambda: world.case.hand_lead_to(world.partner.agency, world.day)  # noqa: E731
    return Situation(world.canary, world.lead, world.pages(), end)


def seat_removed(office: Office) -> Situation:
    """The coordinator takes somebody out of a confirmed sitting, on its page."""
    world, coordinator = Support(clock.today()), somebody(clock.today(), Role.COORDINATOR)
    segment = a_segment(coordinator, day=world.day + 5 * ONE_DAY)
    item = an_item(segment, world.case, world.lead)
    place = seat(item, world.partner, by=coordinator)
    seat(item, world.lead, by=coordinator)
    return _at_the_table(
        world, item, lambda: office.post(coordinator, "meetings:seat_remove", item.public_id, place.pk)
    )


def roster_entry_ended(office: Office) -> Situation:
    """A member of the 支援会議 is taken off the roster."""
    world, chair = Support(clock.today()), somebody(clock.today(), Role.CHAIR)
    segment = a_segment(chair, day=world.day + 5 * ONE_DAY, basis=LegalBasis.STATUTE, chair=chair.user)
    item = an_item(segment, world.case, world.lead)
    start = world.day - 60 * ONE_DAY
    term = a_term(world.partner, start=start, end=world.day + 60 * ONE_DAY, acknowledged=start)
    seat(item, world.partner, by=chair)
    return _at_the_table(world, item, lambda: _update(term, until_day=world.day - ONE_DAY))


def _at_the_table(world: Support, item, end: Callable[[], None]) -> Situation:
    enclose(item, world.row, world.lead)
    item.call(world.day)
    item.segment.confirm(world.day)
    pages = [reverse(route, args=[item.public_id]) for route in ("meetings:table", "meetings:table_print")]
    return Situation(world.canary, world.partner, pages, end)


def _update(thing, **fields) -> None:
    type(thing).objects.filter(pk=thing.pk).update(**fields)


ALL = [
    withdrawal_on_a_page,
    seat_removed,
    participation_ended,
    membership_ended,
    withdrawal_elsewhere,
    roster_entry_ended,
    transferred,
    lead_handed_over,
    account_closed,
]
