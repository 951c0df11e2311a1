"""One wall off: the application's filter alone, the database's policies alone; both must hold."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from cases import visibility
from tests.crawl.addresses import NO_CASE
from tests.crawl.canaries import Canary
from tests.crawl.rounds import Question
from tests.crawl.walk import Crawl

# The gate's filters: each takes a queryset and a viewer, and gives back what of it is visible.
FILTERS = [
    name for name in vars(visibility) if name.startswith(("visible_", "cases_with_", "consents_concerning"))
]
# Work in cases, and nothing but that: the office of the meetings has a part in every sitting.
WORKERS = ("lead", "partner", "bare", "receiver", "past", "stranger")


@contextmanager
def without_filter() -> Iterator[None]:
    """Every filter of the gate lets everything through, wherever it has been imported."""
    kept = []
    for name in FILTERS:
        real = getattr(visibility, name)
        for module in _modules():
            if vars(module).get(name) is real:
                kept.append((module, name, real))
                setattr(module, name, lambda things, *_, **__: things)
    try:
        yield
    finally:
        for module, name, real in kept:
            setattr(module, name, real)


def _modules() -> list[ModuleType]:
    ours = ("cases", "meetings", "outreach", "agencies", "nisshin_support")
    return [module for name, module in list(sys.modules.items()) if name.split(".")[0] in ours]


@contextmanager
def without_policies() -> Iterator[None]:
    """No table has row-level security; put back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity")
            for (table,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        yield
        transaction.set_rollback(True)


class Families:
    """Whose every canary is: nobody of one family has any part, under any purpose, in the cases of another."""

    def __init__(self, crawl: Crawl):
        self.crawl = crawl
        self._state: dict[tuple[str, int], str] = {}

    def of(self, canary: Canary) -> str:
        """The state whose family it belongs to."""
        key = (canary.label, canary.pk)
        if key not in self._state:
            record: Any = apps.get_model(canary.label)._base_manager.filter(pk=canary.pk).first()
            self._state[key] = self.crawl.book.state_of(record) if record else NO_CASE
        return self._state[key]


def heard_from_others(crawl: Crawl, questions: list[Question]) -> list[str]:
    """What workers hear of the cases of other families, whatever they ask."""
    families, found = Families(crawl), []
    for asked in questions:
        state = asked.state or crawl.home_of(asked.address)
        answer = crawl.browser.ask(crawl.families.viewer(asked.role, state), asked.method, asked.address.url)
        words = crawl.cage.heard_in(answer.text) - crawl.cage.heard_in(asked.address.url)
        for word in words:
            canary = crawl.cage.by_word[word]
            if families.of(canary) not in (state, NO_CASE):
                found.append(f"{asked.role} of {state}: {asked.address.url}: {canary}")
    return found
