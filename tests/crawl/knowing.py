"""What each viewer may know, by the oracle alone: which records, for which purpose, on whose table.

The oracle answers for rows, cases, consents and so on. What it has no question for (an informant, an offer of the lead,
who may read the reason of a separation) is answered here, from the contract's §1, on top of the oracle's answers.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from cases.models import (
    Authority,
    Case,
    ConcealedContact,
    ConcealedHandover,
    Consent,
    Enclosure,
    Row,
    RowVersion,
    Separation,
)
from cases.models.case import LeadOffer
from cases.models.recall import RecallEntry
from outreach.models import Informant
from tests.crawl.canaries import Canary, confidential_models
from tests.oracle import support, tables
from tests.oracle.world import Viewer, World

MEETING_PURPOSES = ("preparation", "meeting", "meeting_record")
Record = tuple[str, int]


def answered_once(question: Callable[..., frozenset[Record]]) -> Callable[..., frozenset[Record]]:
    """Keep the answer about one world: it depends on the viewer and what is asked alone."""

    @wraps(question)
    def answer(knowing: "Knowing", *asked: Any) -> frozenset[Record]:
        key = (question, *asked)
        if key not in knowing.answers:
            knowing.answers[key] = question(knowing, *asked)
        return knowing.answers[key]

    return answer


NOBODY: frozenset[Record] = frozenset()

# Shown to whoever sees the row, and decided with it.
WITH_THEIR_ROW = {"cases.RowVersion", "cases.Enclosure", "cases.Assignment", "meetings.Release"}
CONCEALED = ("cases.ConcealedContact", "cases.ConcealedHandover")


@dataclass
class Extras:
    """Columns that the plain world leaves out, by key."""

    rows_of: dict[str, dict[int, int]]  # of what is decided with a row: its row
    offers: list[tuple[int, int, int, int]]
    separations: list[tuple[int, int, int]]
    concealed: list[tuple[int, int, int]]
    handovers: dict[int, list[int]]
    informants: dict[int, int]
    authorities: list[tuple[int, int]]
    by_authority: dict[int, list[int]]
    closed_cases: set[int]
    recalls: list[tuple[int, int]]

    @classmethod
    def read(cls) -> "Extras":
        """Keys only, as the owner."""
        return cls(
            rows_of={
                "cases.RowVersion": _map(RowVersion, "row"),
                "cases.Enclosure": _map(Enclosure, "row"),
                "cases.Assignment": _map("cases.Assignment", "row"),
                "meetings.Release": _map("meetings.Release", "row"),
            },
            offers=list(LeadOffer.objects.values_list("pk", "case", "to_agency", "offered_by__agency")),
            separations=list(Separation.objects.values_list("pk", "first", "second")),
            concealed=list(
                ConcealedContact.objects.filter(lifted_by=None).values_list("pk", "case", "person")
            ),
            handovers=_many(ConcealedHandover, "contact"),
            informants=_map(Informant, "hint"),
            authorities=list(Authority.objects.values_list("pk", "person")),
            by_authority=_many(Consent, "authority"),
            closed_cases=set(Case.objects.exclude(closed_on=None).values_list("pk", flat=True)),
            recalls=list(RecallEntry.objects.values_list("pk", "statement")),
        )


def _map(model: Any, to: str) -> dict[int, int]:
    from django.apps import apps

    model = apps.get_model(model) if isinstance(model, str) else model
    return dict(model._base_manager.values_list("pk", to))


def _many(model: Any, to: str) -> dict[int, list[int]]:
    found = defaultdict(list)
    for key, value in model._base_manager.values_list("pk", to):
        if value is not None:
            found[value].append(key)
    return found


class Knowing:
    """The oracle's answers about one world, put as sets of records; each question is answered once."""

    def __init__(self, world: World, extras: Extras):
        self.world, self.extras = world, extras
        self.answers: dict[Any, frozenset[Record]] = {}
        self._tabled: dict[int, set[int]] = self._rows_on_tables()
        self._rows_in: dict[int, list[Any]] = defaultdict(list)
        for row in world.rows.values():
            self._rows_in[row.case].append(row)
        self.row_models = {m._meta.label for m in confidential_models() if issubclass(m, Row)}

    def _rows_on_tables(self) -> dict[int, set[int]]:
        found = defaultdict(set)
        for row in self.world.rows.values():
            for item in (row.item, row.origin):
                if item is not None:
                    found[item].add(row.id)
        for laid in self.world.enclosures.values():
            if laid.item is not None:
                found[laid.item].add(laid.row)
        return found

    def record_of(self, canary: Canary) -> Record:
        """What has to be known for a canary to be heard."""
        if canary.label in WITH_THEIR_ROW:
            return ("cases.Row", self.extras.rows_of[canary.label].get(canary.pk, 0))
        if canary.label in self.row_models:
            return ("cases.Row", canary.pk)
        return (canary.label, canary.pk)

    def rows_in(self, case: int) -> list[Any]:
        """All rows of a case."""
        return self._rows_in[case]

    def laid_on(self, item: int) -> list[Any]:
        """The rows that could lie on an item's table at all."""
        return [self.world.rows[key] for key in self._tabled[item]]

    # --- 支援 ---------------------------------------------------------------------------------------------------------

    @answered_once
    def for_support(self, v: Viewer) -> frozenset[Record]:
        """Everything that exists for the viewer in daily work, but what is concealed."""
        return frozenset(self._of_support(v)) if support.may_support(v) else NOBODY

    def _of_support(self, v: Viewer) -> set[Record]:
        w = self.world
        asked = {
            "cases.Row": (w.rows, support.row_visible),
            "cases.Case": (w.cases, support.case_visible),
            "cases.Participation": (w.participations, support.participation_visible),
            "cases.Consent": (w.statements, support.statement_whole),
            "cases.Consultation": (w.consultations, support.consultation_visible),
            "outreach.Hint": (w.hints, support.hint_visible),
            "cases.Referral": (w.referrals, support.referral_visible),
            "cases.EmergencyDisclosure": (w.disclosures, support.disclosure_visible),
        }
        known = {
            (label, thing.id)
            for label, (things, visible) in asked.items()
            for thing in things.values()
            if visible(w, v, thing)
        }
        return known | self._people(v) | self._beside(v, known)

    def _people(self, v: Viewer) -> set[Record]:
        """Names: of a main subject with the header alone, of others as subjects of rows, and through consultations."""
        w = self.world
        named = {case.main for case in w.cases.values() if support.header_visible(w, v, case)}
        named |= {
            t.person for t in w.consultations.values() if t.person and support.consultation_visible(w, v, t)
        }
        # A statement seen whole says whose it is.
        named |= {s.person for s in w.statements.values() if support.statement_whole(w, v, s)}
        for row in w.rows.values():
            if support.row_visible(w, v, row):
                named |= {p for p, _ in row.matters if p != w.cases[row.case].main}
        return {("cases.Person", p) for p in named if not support.conflicted(w, v, p)}

    def is_spoken_of(self, v: Viewer, person: int) -> bool:
        """Whether a row, a consultation or a header that the viewer sees is about the person, named or not."""
        return self.world.at.people.has(support.people(self.world, v).open, person)

    def led(self, v: Viewer) -> list[Any]:
        """The cases that the viewer's agency leads and sees."""
        w = self.world
        return [c for c in w.cases.values() if support.leads(w, v, c.id) and support.case_visible(w, v, c)]

    def _beside(self, v: Viewer, known: set[Record]) -> set[Record]:
        """§1 and §4: what hangs from a case one leads, from a consultation, a hint or a consent that one sees."""
        e, led = self.extras, self.led(v)
        people = {case.main for case in led}
        rows = [self.world.rows[key] for label, key in known if label == "cases.Row"]
        about = people | {p for row in rows if row.case in {c.id for c in led} for p, _ in row.matters}
        found = {("cases.Separation", s) for s, one, other in e.separations if {one, other} & people}
        found |= {("cases.LeadOffer", o) for o, case, to, by in e.offers
                  if ("cases.Case", case) in known and v.agency in (to, by)}  # fmt: skip
        found |= {("cases.RecallEntry", r) for r, said in e.recalls if ("cases.Consent", said) in known}
        found |= {
            ("outreach.Informant", i) for i, hint in e.informants.items() if ("outreach.Hint", hint) in known
        }
        found |= {("cases.Authority", a) for a, person in e.authorities
                  if person in about and not support.conflicted(self.world, v, person)}  # fmt: skip
        found |= {("cases.Authority", a) for a, consents in e.by_authority.items()
                  if any(("cases.Consent", c) in known for c in consents)}  # fmt: skip
        return found | self._items_from_cases(v, known)

    def _items_from_cases(self, v: Viewer, known: set[Record]) -> set[Record]:
        """That an item stands on an agenda: to the agency that brought it, and with a row written in it that is seen."""
        w = self.world
        # Who sat at a table knows what lay on it was spoken of, member or not.
        sat = {t.item for t in w.attendances.values() if t.user == v.user and t.checked_in}
        with_row = sat | {w.rows[key].item for label, key in known if label == "cases.Row"}
        return {
            ("meetings.AgendaItem", item.id)
            for item in w.items.values()
            if item.id in with_row or (item.brought_by == v.agency and ("cases.Case", item.case) in known)
        }

    @answered_once
    def concealed(self, v: Viewer) -> frozenset[Record]:
        """The lead of an open case, about its main subject alone; never anywhere but on its own pages."""
        found: set[Record] = set()
        led = {case.id: case for case in self.led(v) if case.id not in self.extras.closed_cases}
        for contact, case, person in self.extras.concealed:
            if case in led and led[case].main == person:
                found.add((CONCEALED[0], contact))
                found |= {(CONCEALED[1], handover) for handover in self.extras.handovers.get(contact, [])}
        return frozenset(found)

    @answered_once
    def said_about_us(self, v: Viewer) -> frozenset[Record]:
        """Consents that name the viewer's agency: that they exist, and for how long; nothing else of them."""
        w = self.world
        return frozenset(
            ("cases.Consent", s.id) for s in w.statements.values() if support.statement_concerning(w, v, s)
        )

    # --- a meeting's purposes ----------------------------------------------------------------------------------------

    @answered_once
    def at_item(self, v: Viewer, purpose: str, item: int) -> frozenset[Record]:
        """What lies open to the viewer of one item."""
        return frozenset(self._of_item(v, purpose, self.world.items[item]))

    def _of_item(self, v: Viewer, purpose: str, item: Any) -> set[Record]:
        w = self.world
        row_rule, header_rule = {
            "preparation": (tables.row_in_preparation, tables.header_in_preparation),
            "meeting": (tables.row_at_meeting, tables.header_at_meeting),
            "meeting_record": (tables.row_in_record, tables.keeps_record),
        }[purpose]
        seen = [row for row in self.laid_on(item.id) if row_rule(w, v, item, row)]
        known: set[Record] = {("cases.Row", row.id) for row in seen}
        known |= {("cases.Person", p) for row in seen for p, _ in row.matters if p != w.cases[item.case].main}
        if header_rule(w, v, item):
            known |= {("meetings.AgendaItem", item.id), ("cases.Person", w.cases[item.case].main)}
        elif seen:
            known.add(("meetings.AgendaItem", item.id))
        return known

    @answered_once
    def at_meetings(self, v: Viewer, purpose: str) -> frozenset[Record]:
        """The same over all items."""
        return frozenset().union(*(self.at_item(v, purpose, item) for item in self.world.items))

    @answered_once
    def on_agenda(self, v: Viewer) -> frozenset[Record]:
        """Places on the agendas that the viewer runs or keeps the office of: that there is an item, no more (§3.2)."""
        w = self.world
        return frozenset(
            ("meetings.AgendaItem", item.id)
            for item in w.items.values()
            if tables.runs(w, v, item) and not tables.item_closed(w, v, item)
        )

    # --- 名寄せ and 控え ---------------------------------------------------------------------------------------------

    @answered_once
    def for_identity(self, v: Viewer) -> frozenset[Record]:
        """名寄せ: everybody's name, but whom a conflict closes; links between them; no cases (§3.5)."""
        w = self.world
        open_to = {p for p in w.people if not support.conflicted(w, v, p)}
        links = {
            ("cases.PersonLink", one.id) for one in w.links.values() if {one.first, one.second} <= open_to
        }
        return frozenset({("cases.Person", p) for p in open_to} | links)

    @answered_once
    def kept(self, v: Viewer) -> frozenset[Record]:
        """控え, under 会議記録."""
        w = self.world
        return frozenset(
            ("meetings.Snapshot", kept.id)
            for kept in w.snapshots.values()
            if tables.snapshot_visible(w, v, kept)
        )
