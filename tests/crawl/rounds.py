"""The ways round: which of all questions are asked. The full way asks everything; the slice every pair of them.

Pairs: every route by every role, every route in every state, every role in every state; each with the methods.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.crawl.addresses import NO_CASE, Address
from tests.crawl.walk import Crawl, Tally
from tests.forms_on_pages import forms_of
from tests.route_table import PEOPLE


@dataclass(frozen=True)
class Question:
    """One request: who asks what, how."""

    role: str
    method: str
    address: Address
    state: str = ""  # of the asker's family, where it is not the address's


def pairs(crawl: Crawl) -> Iterator[Question]:
    """Each route by each role and in each state, so turned that roles and states meet too; each method by each role."""
    for number, route in enumerate(crawl.routes):
        book = crawl.book.addresses(route, 1)
        if not book:
            continue
        for turn in range(max(len(book), len(PEOPLE))):
            yield Question(PEOPLE[(turn + number) % len(PEOPLE)], "GET", book[turn % len(book)])
        for turn in range(4):
            role = PEOPLE[(turn * 3 + number) % len(PEOPLE)]
            yield Question(role, "POST", book[(turn * 5 + number) % len(book)])
        for turn, method in enumerate(("HEAD", "OPTIONS")):
            yield Question(PEOPLE[(number + turn) % 6], method, book[number % len(book)])
        yield from _by_neighbours(crawl, number, book)


def _by_neighbours(crawl: Crawl, number: int, book: list[Address]) -> Iterator[Question]:
    """The lead and the coordinator of another family ask for what is none of theirs."""
    states = list(crawl.families.by_state)
    kept = [address for address in book if address.state != NO_CASE]
    for turn, role in enumerate(("lead", "coordinator")):
        if kept:
            address = kept[(number * 3 + turn) % len(kept)]
            other = states[(states.index(address.state) + 1 + number % 5) % len(states)]
            yield Question(role, "GET", address, other)


def everything(crawl: Crawl, per_state: int) -> Iterator[Question]:
    """Each route in each state by each role; and the pairs' methods."""
    for route in crawl.routes:
        for address in crawl.book.addresses(route, per_state):
            for role in PEOPLE:
                yield Question(role, "GET", address)
    yield from (question for question in pairs(crawl) if question.method != "GET" or question.state)


def go_round(crawl: Crawl, questions: Iterator[Question], with_forms: bool = False) -> Tally:
    """Ask them all; with forms, what a page offers is also posted as it stands, and with something typed."""
    tally = Tally()
    for asked in questions:
        answer = crawl.ask(tally, asked.role, asked.method, asked.address, state=asked.state)
        if with_forms and asked.method == "GET" and answer.status == 200:
            _post_forms(crawl, tally, asked, answer.response)
    return tally


def _post_forms(crawl: Crawl, tally: Tally, asked: Question, response: Any) -> None:
    for form in forms_of(asked.address.url, response):
        if form.action.split("#")[0] == asked.address.url:
            crawl.ask(tally, asked.role, "POST", asked.address, form.data(), asked.state)
