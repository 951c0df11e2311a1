"""What there is to ask: every route of the URLconf with every key that fits it, and the state its case is in."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from cases.models import Case
from tests.crawl.families import Families

# The noun before a key in an address → whose keys fit there.
KEYS = {
    "cases": "cases.Case",
    "consultations": "cases.Consultation",
    "people": "cases.Person",
    "separations": "cases.Person",
    "lead-offers": "cases.LeadOffer",
    "records": "cases.Row",
    "household": "cases.Row",
    "plans": "cases.Plan",
    "goals": "cases.PlanGoal",
    "actions": "cases.PlanAction",
    "assignments": "cases.Row",
    "decisions": "meetings.Decision",
    "referrals": "cases.Referral",
    "consents": "cases.Consent",
    "meetings": "meetings.Meeting",
    "segments": "meetings.Segment",
    "bring": "meetings.Segment",
    "items": "meetings.AgendaItem",
    "meeting-records": "meetings.AgendaItem",
    "enclose": "cases.Enclosure",
    "hints": "outreach.Hint",
    "approaches": "outreach.Approach",
    "hosts": "outreach.Host",
    "placements": "outreach.Placement",
    "texts": "cases.Row",
    "places": "agencies.Place",
    "activities": "agencies.Activity",
    "consultation-days": "agencies.ConsultationDay",
    "courses": "agencies.Course",
    "disclosures": "cases.EmergencyDisclosure",
    "approvals": "agencies.Approval",
    "successions": "agencies.Succession",
    "identity": "cases.PersonLink",
    "rows": "cases.Row",
    "releases": "meetings.Release",
    "recalls": "cases.RecallEntry",
    "snapshots": "meetings.Snapshot",
}
# Keys that are numbers or words: by the name of the parameter.
GIVEN: dict[str, list[Any]] = {"year": [2026], "month": [6], "programme": ["community"]}
BY_PARAMETER = {
    "seat_key": "meetings.Attendance",
    "row_id": "cases.Row",
    "first_id": "cases.Person",
    "second_id": "cases.Person",
}
# Keys whose own table is a part of another's: what is asked there is asked with rows of the right kind first.
KINDS_FIRST = {
    "household": ("household",),
    "assignments": ("decision", "action"),
    "texts": ("placement", "follow_up"),
}
NO_CASE = "beside"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One route: its name, its path with parameters, the view."""

    name: str
    path: str
    view: Any

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """(noun before it, parameter) of each key."""
        parts = [part for part in self.path.split("/") if part]
        found = [(before, match[1]) for before, part in zip(["", *parts], parts, strict=False)
                 if (match := PARAMETER.fullmatch(part))]  # fmt: skip
        return found


@dataclass(frozen=True)
class Address:
    """One address: route, keys filled in, the records they are of, the state of the case."""

    route: Route
    url: str
    keys: tuple[tuple[str, int], ...]
    state: str


def routes() -> list[Route]:
    """Every route of the project; of the admin its first page, whose site has tests of its own."""
    return list(_routes(get_resolver(), "", ""))


def _routes(resolver: Any, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.app_name == "admin":
                yield Route("admin:index", path, None)
                continue
            yield from _routes(
                entry, path, f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            )
        elif isinstance(entry, URLPattern):
            yield Route(f"{namespace}{entry.name}", path, entry.callback)


class AddressBook:
    """The keys of one world, and the addresses they make."""

    def __init__(self, families: Families):
        self.families = families
        self._by_thing = {
            (thing._meta.label, thing.pk): state
            for state, family in families.by_state.items()
            for thing in vars(family.things).values()
            if isinstance(thing, models.Model)
        }
        self._pools: dict[str, list[tuple[int, str, str]]] = {}
        self.unfilled: set[str] = set()

    def state_of(self, record: Any) -> str:
        """The state of the case that a record belongs to."""
        label = record._meta.label
        if found := self._by_thing.get((label, record.pk)):
            return found
        case = _case_of(record)
        return self._by_thing.get(("cases.Case", case), NO_CASE) if case else NO_CASE

    def pool(self, label: str) -> list[tuple[int, str, str]]:
        """(key of the record, its key in addresses, state) of all records of a model."""
        if label not in self._pools:
            model = apps.get_model(label)
            self._pools[label] = [
                (record.pk, str(getattr(record, "public_id", record.pk)), self.state_of(record))
                for record in model._base_manager.order_by("pk")
            ]
        return self._pools[label]

    def addresses(self, route: Route, per_state: int) -> list[Address]:
        """The addresses of a route, at most `per_state` in each state of a case; none tells that it is uncrawled."""
        choices = [self._choices(noun, name) for noun, name in route.parameters]
        if any(not found for found in choices):
            self.unfilled.add(route.name)
            return []
        if not choices:
            return [Address(route, f"/{route.path}", (), NO_CASE)]
        return [self._address(route, keys) for keys in _combined(choices, per_state)]

    def _choices(self, noun: str, name: str) -> list[tuple[Any, ...]]:
        if name in GIVEN:
            return [("", value, str(value), NO_CASE) for value in GIVEN[name]]
        label = BY_PARAMETER.get(name) or KEYS.get(noun)
        return [(label, *each) for each in self._sorted(label, noun)] if label else []

    def _sorted(self, label: str, noun: str) -> list[tuple[int, str, str]]:
        """With the rows of the kind that the noun is about first: they are the ones that answer."""
        pool = self.pool(label)
        if noun not in KINDS_FIRST:
            return pool
        first = set(
            apps.get_model("cases.Row")
            .objects.filter(kind__in=KINDS_FIRST[noun])
            .values_list("pk", flat=True)
        )
        return sorted(pool, key=lambda each: each[0] not in first)

    def _address(self, route: Route, keys: tuple[tuple[Any, ...], ...]) -> Address:
        filled = iter(keys)
        url = PARAMETER.sub(lambda _: next(filled)[2], route.path)
        states = [state for *_, state in keys if state != NO_CASE]
        records = tuple((label, pk) for label, pk, *_ in keys)
        return Address(route, f"/{url}", records, states[0] if states else NO_CASE)


def _combined(choices: list[list[tuple[Any, ...]]], per_state: int) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """Keys that go together: the first by states, the others of the same state (or of none)."""
    used: dict[str, int] = defaultdict(int)
    for first in choices[0]:
        rest = [[key for key in keys if key[3] in (first[3], NO_CASE)][:per_state] for keys in choices[1:]]
        for keys in _products(first, rest):
            used[first[3]] += 1
            if used[first[3]] <= per_state:
                yield keys


def _products(
    first: tuple[Any, ...], rest: list[list[tuple[Any, ...]]]
) -> Iterator[tuple[tuple[Any, ...], ...]]:
    from itertools import product

    yield from product([first], *rest)


def _case_of(record: Any) -> int | None:
    """The case a record hangs from, however far."""
    if isinstance(record, Case):
        return record.pk
    for name in ("case", "row", "item", "referral", "segment", "contact", "hint"):
        if getattr(record, f"{name}_id", None):
            other = getattr(record, name)
            return other.pk if name == "case" else _case_of(other)
    for name in ("items", "segments", "cases", "matters"):
        if hasattr(record, name) and (other := getattr(record, name).order_by("pk").first()):
            return _case_of(other)
    return None
