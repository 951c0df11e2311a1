"""The crawl (make crawl): nobody hears what the oracle does not let them know, on any route, in any state of a case;
and everybody sees what is there for them. A slice of every pair here, everything with CRAWL_FULL."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from cases.models import Row
from nisshin_support import clock
from tests.cast import DAY
from tests.crawl import canaries, rounds, twins, walls
from tests.crawl.addresses import Address
from tests.crawl.walk import Crawl, Tally

pytestmark = [pytest.mark.django_db, pytest.mark.proof]

FULL = bool(os.environ.get("CRAWL_FULL"))
LINE = os.environ.get("CRAWL_LINE", "")
told: dict[str, int] = {}


@pytest.fixture(scope="module")
def crawl(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crawl]:
    """The world with its canaries, built once; every request takes back what it writes."""
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock(), transaction.atomic():
        patched.setattr(clock, "today", lambda: DAY)
        yield Crawl()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walked(crawl: Crawl) -> Tally:
    """One way round: every pair, or everything."""
    questions = rounds.everything(crawl, per_state=1) if FULL else rounds.pairs(crawl)
    return rounds.go_round(crawl, questions, with_forms=FULL)


def uncrawled(crawl: Crawl, tally: Tally) -> list[str]:
    return sorted({route.name for route in crawl.routes} - tally.routes)


def test_every_text_of_every_confidential_record_has_its_canary(crawl: Crawl) -> None:
    assert canaries.fields_without() == []
    assert canaries.models_without_records() == []


def test_a_text_without_canary_is_found(crawl: Crawl) -> None:
    with transaction.atomic():
        Row.objects.filter(pk=Row.objects.first().pk).update(text="試験")
        assert len(canaries.fields_without()) == 1
        transaction.set_rollback(True)


def test_nobody_hears_what_they_may_not_and_everybody_sees_what_is_theirs(
    crawl: Crawl, walked: Tally
) -> None:
    told.update(
        responses=walked.responses,
        leaks=len(walked.leaks),
        missing=len(walked.missing),
        uncrawled=len(uncrawled(crawl, walked)),
    )
    _tell()
    assert walked.faults == []
    assert uncrawled(crawl, walked) == []
    assert walked.responses >= (20_000 if FULL else 4_500)


def test_a_canary_where_it_may_not_be_is_heard(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    """The crawl bites: with an oracle that lets nobody know anything, an honest page is a leak."""
    monkeypatch.setattr(crawl.knowing, "for_support", lambda viewer: frozenset())
    tally = Tally()
    crawl.ask(tally, "lead", "GET", case_page(crawl, "refused"))
    assert tally.leaks


def test_a_page_that_hides_what_it_is_there_to_show_is_found(crawl: Crawl) -> None:
    tally = Tally()
    address = case_page(crawl, "refused")
    lost = Address(address.route, "/cases/nobody-knows-this-one-/", address.keys, address.state)
    crawl.ask(tally, "lead", "GET", lost)
    assert [missing.part for missing in tally.missing] == ["status"]


def case_page(crawl: Crawl, state: str) -> Address:
    """The page of the case in a state."""
    route = next(route for route in crawl.routes if route.name == "cases:case")
    return next(one for one in crawl.book.addresses(route, 1) if one.state == state)


def _tell() -> None:
    """The machine-readable line of `make crawl`."""
    names = ("responses", "leaks", "missing", "uncrawled", "twins", "twin_differences")
    line = "crawl: " + " ".join(f"{name}={told.get(name, 0)}" for name in names)
    if LINE:
        Path(LINE).write_text(f"{line}\n")


# --- twin worlds -----------------------------------------------------------------------------------------------------


def test_twins_that_differ_in_what_one_may_not_know_answer_the_same(crawl: Crawl) -> None:
    wanted, compared, found = (200 if FULL else 10), 0, []
    both = twins.Twins(crawl)
    for pair in twins.pairs(crawl):
        differences = both.differences(pair)
        if differences is not None:
            compared += 1
            found += differences
        if compared == wanted:
            break
    told.update(twins=compared, twin_differences=len(found))
    _tell()
    assert found == []
    assert compared == wanted


def test_twins_that_differ_in_what_one_may_know_are_told_apart(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison bites: a change of what the lead sees, that the oracle is made to call hidden."""

    def changed(family: Any) -> list[Any]:
        Row.objects.filter(pk=family.things.row.pk).update(text="変えた記録")
        return []

    monkeypatch.setitem(twins.CHANGES, "bite", changed)
    monkeypatch.setattr(twins.Twins, "_addresses", lambda self, pair: [case_page(crawl, "refused")])
    assert twins.Twins(crawl).differences(twins.Pair("bite", "refused", "lead"))


# --- one wall off ----------------------------------------------------------------------------------------------------


def test_the_wall_alone_lets_out_nothing_of_cases_one_has_no_part_in(crawl: Crawl) -> None:
    asked = [one for one in rounds.pairs(crawl) if one.method == "GET" and one.role in walls.WORKERS]
    lists = [one for one in asked if not one.address.keys]
    strangers = [one for one in asked if one.state]
    questions = [*lists, *strangers] if FULL else [*lists[::3], *strangers[::3]]
    with walls.without_filter():
        assert walls.heard_from_others(crawl, questions) == []


def test_without_either_wall_everything_comes_out(crawl: Crawl) -> None:
    """So the test above is one of the wall: with both off, another family's case opens."""
    question = rounds.Question("lead", "GET", case_page(crawl, "refused"), "partial")
    with walls.without_policies(), walls.without_filter():
        assert walls.heard_from_others(crawl, [question]) != []


def test_the_filter_alone_lets_out_nothing(crawl: Crawl) -> None:
    questions = list(rounds.pairs(crawl))
    with walls.without_policies():
        tally = rounds.go_round(crawl, iter(questions if FULL else questions[::25]))
    assert [str(leak) for leak in tally.leaks] == []
