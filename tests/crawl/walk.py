"""Going round: asks as everybody, hears the canaries, and compares with what the oracle lets each viewer know."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from cases.visibility import Purpose
from meetings.models import Release
from tests.cast import DAY
from tests.crawl.addresses import NO_CASE, Address, AddressBook, Route, routes
from tests.crawl.answers import Answer, Browser
from tests.crawl.canaries import Cage, Canary, plant
from tests.crawl.families import CONSENTED, Families, all_families
from tests.crawl.knowing import MEETING_PURPOSES, NOBODY, Extras, Knowing, Record
from tests.crawl.showing import expected_on
from tests.oracle.world import Viewer
from tests.world_from_database import read

FIELD_WORK = (Purpose.SUPPORT, Purpose.PREPARATION, Purpose.MEETING)
# Pages that by the contract show more than their own purpose's records.
SHOWS_BESIDES: dict[str, tuple[str, ...]] = {
    "home": tuple(FIELD_WORK),  # each line of it leads to a page of its own purpose
    "meetings:release": ("meeting", "meeting_record"),  # before the table has shut, and after (§4)
    "meetings:release_ask": ("meeting", "meeting_record"),
    "meetings:item_enclose": ("support",),  # one encloses what one sees in one's own work (§3.2)
}
CONCEALED_PAGES = "cases:concealed"
FOUND, NOT_FOUND = 200, 404
# An address alone shows nothing of what it leads to.
NO_TEXT = ("public_id", "number")
# What a consent that names one's own agency tells it: that it exists, and by which wording it was given.
SAID_ABOUT_US = ("public_id", "form_version")


@dataclass(frozen=True)
class Finding:
    """A canary where it may not be, or missing where it must be."""

    who: str
    method: str
    route: str
    url: str
    state: str
    part: str
    canary: Canary

    def __str__(self) -> str:
        where = f"{self.canary.label}.{self.canary.field} ({self.canary.pk})"
        return f"{self.who} {self.method} {self.route} {self.url} [{self.state}] {self.part}: {where}"


@dataclass
class Tally:
    """What a walk came to."""

    responses: int = 0
    leaks: list[Finding] = field(default_factory=list)
    missing: list[Finding] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unaudited: list[str] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong, in words."""
        found = [
            ("leak", self.leaks),
            ("missing", self.missing),
            ("failure", self.failures),
            ("audit", self.unaudited),
        ]
        return [f"{kind}: {fault}" for kind, faults in found for fault in faults]


class Crawl:
    """The world with its canaries, the oracle's answers about it, and the ways round."""

    def __init__(self, states: Iterable[str] = ()) -> None:
        self.families: Families = all_families(states)
        self.cage: Cage = plant()
        with connection.cursor() as cursor:
            # A running database keeps its statistics by itself; and a request that hangs is a failure, not a wait.
            cursor.execute("ANALYZE")
            cursor.execute("SET LOCAL statement_timeout = '60s'")
        self.knowing = Knowing(read(), Extras.read())
        self.book = AddressBook(self.families)
        self.browser = Browser()
        self.routes: list[Route] = routes()

    # --- what may be heard -------------------------------------------------------------------------------------------

    def purposes(self, viewer: Any, route: Route) -> tuple[str, ...]:
        """For which purposes this viewer looks there: the route's first that the role has, and what it shows besides."""
        stated = getattr(route.view, "purposes", ())
        first = next((str(p) for p in stated if viewer.may_act_for(p)), None)
        besides = [str(p) for p in SHOWS_BESIDES.get(route.name, ()) if viewer.may_act_for(Purpose(p))]
        return tuple(filter(None, [first, *besides]))

    def may_know(self, viewer: Any, address: Address) -> frozenset[Record]:
        """The records that may be heard there by this viewer."""
        if viewer is None:
            return NOBODY
        v, known = plainly(viewer), NOBODY
        for purpose in self.purposes(viewer, address.route):
            known |= self._for(v, purpose, address)
        if address.route.name.startswith(CONCEALED_PAGES):
            known |= self.knowing.concealed(v)
        return known

    def _for(self, v: Viewer, purpose: str, address: Address) -> frozenset[Record]:
        if purpose == Purpose.SUPPORT:
            return self.knowing.for_support(v)
        if purpose == Purpose.IDENTITY:
            return self.knowing.for_identity(v)
        if purpose not in MEETING_PURPOSES:
            return NOBODY
        on_agenda = self.knowing.on_agenda(v)
        if purpose == Purpose.MEETING_RECORD:
            on_agenda |= self.knowing.kept(v)
        items = [pk for label, pk in address.keys if label == "meetings.AgendaItem"]
        if items:
            return on_agenda | self.knowing.at_item(v, purpose, items[0])
        return on_agenda | self.knowing.at_meetings(v, purpose)

    def is_forbidden(self, viewer: Any, canary: Canary, known: frozenset[Record]) -> bool:
        """Whether this canary may not be heard by who knows these records."""
        if self.knowing.record_of(canary) in known:
            return False
        if viewer and canary.label == "cases.Consent" and canary.field in SAID_ABOUT_US:
            return (canary.label, canary.pk) not in self.knowing.said_about_us(plainly(viewer))
        if viewer and canary.label == "cases.Person" and canary.field == "public_id" and known:
            return not self.knowing.is_spoken_of(plainly(viewer), canary.pk)
        if viewer and (canary.label, canary.field) == ("meetings.Release", "public_id"):
            # That somebody asks is told to the chair of that segment before the table has shut; the reason is not.
            return not chairs_release(viewer, canary.pk)
        is_number = canary.label == "cases.Case" and canary.field == "number"
        return not (viewer and is_number and viewer.role == "audit")

    # --- asking ------------------------------------------------------------------------------------------------------

    def ask(
        self, tally: Tally, role: str, method: str, address: Address, posted: Any = None, state: str = ""
    ) -> Answer:
        """One request as whoever plays the role around this address's case (or that of another state)."""
        viewer = self.families.viewer(role, state or self.home_of(address))
        answer = self.browser.ask(viewer, method, address.url, posted)
        tally.responses += 1
        tally.routes.add(address.route.name)
        if answer.status >= 500:
            tally.failures.append(f"{role} {method} {address.url} [{address.state}] {answer.status}")
        asked = self.cage.heard_in(f"{address.url} {posted or ''}")
        known = self.may_know(viewer, address)
        for part, text in answer.parts.items():
            for word in self.cage.heard_in(text) - asked:
                canary = self.cage.by_word[word]
                if part == "log" or self.is_forbidden(viewer, canary, known):
                    tally.leaks.append(
                        Finding(role, method, address.route.name, address.url, address.state, part, canary)
                    )
        if viewer is not None:
            self._look_into_audit(tally, viewer, address, answer, known)
        if method == "GET":
            self._listen_for_missing(tally, role, viewer, address, answer)
        return answer

    def _look_into_audit(
        self, tally: Tally, viewer: Any, address: Address, answer: Answer, known: frozenset[Record]
    ) -> None:
        """Both ways: every row that is shown has its entry, by this person for this purpose; no entry claims a row
        that could not be shown, nor is one left where nothing was answered."""
        where = f"{viewer.role} {address.route.name} {address.url} [{address.state}]"
        heard = {self.cage.by_word[word] for word in self.cage.heard_in(answer.parts["body"])}
        texts = {self.knowing.record_of(one) for one in heard if one.field not in NO_TEXT}
        noted = {("cases.Row", key) for entry in answer.entries for key in entry.rows}
        if answer.status == FOUND and texts and not answer.entries:
            tally.unaudited.append(f"{where}: shown without an entry")
        for record in sorted(texts - noted):
            if record[0] == "cases.Row" and answer.entries:
                tally.unaudited.append(f"{where}: shown, but not in the entry: {record}")
        purposes = self.purposes(viewer, address.route)
        for entry in answer.entries:
            if entry.membership_id != viewer.membership.pk or entry.purpose not in ("", *purposes):
                tally.unaudited.append(f"{where}: another's entry, or for another purpose")
            if answer.status == NOT_FOUND:
                tally.unaudited.append(f"{where}: an entry of what was not answered")
        tally.unaudited += [f"{where}: an entry of what may not be known: {record}"
                            for record in sorted(noted - known) if answer.status == FOUND]  # fmt: skip

    def _listen_for_missing(
        self, tally: Tally, role: str, viewer: Any, address: Address, answer: Answer
    ) -> None:
        """A page exists just where the oracle says so, and shows what it is there to show."""
        told = expected_on(self.knowing, viewer, address)
        if told is False or told is True:
            return
        finding = (role, "GET", address.route.name, address.url, address.state)
        page = Canary(*address.keys[0], "the page itself")
        if told is None:
            if answer.status == FOUND:
                tally.leaks.append(Finding(*finding, "status", page))
        elif answer.status != FOUND:
            tally.missing.append(Finding(*finding, "status", page))
        else:
            heard = {self.cage.by_word[word] for word in self.cage.heard_in(answer.parts["body"])}
            tally.missing += [Finding(*finding, "body", Canary(*one)) for one in sorted(told)
                              if Canary(*one) not in heard]  # fmt: skip

    @staticmethod
    def home_of(address: Address) -> str:
        """The family of an address; what belongs to none is asked by the first."""
        return CONSENTED if address.state == NO_CASE else address.state


def plainly(viewer: Any) -> Viewer:
    """A viewer as the oracle knows one."""
    return Viewer(viewer.membership.pk, viewer.user_id, viewer.agency_id, viewer.role, DAY)


def chairs_release(viewer: Any, release: int) -> bool:
    """Whether the viewer is chair or deputy of the segment whose row is to be released."""
    named = Q(item__segment__chair=viewer.user_id) | Q(item__segment__deputy=viewer.user_id)
    return viewer.role == "chair" and Release.objects.filter(named, pk=release).exists()
