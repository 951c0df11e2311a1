"""The bench stays runnable: a tiny city, every job once, right answers; and it notices a wrong one."""

from dataclasses import replace
from unittest import mock

import pytest
from django.db import connection

from nisshin_support import clock
from tests.bench import city, run
from tests.bench.jobs import Jobs
from tests.bench.measure import measure


@pytest.fixture
def tiny_city(db):
    """A city of a few streets in the tests' own database."""
    connection.ensure_connection()
    city.fill(connection.connection, city.TINY)
    connection.check_constraints()
    return city.TINY


def test_every_job_answers_right_in_a_tiny_city(tiny_city, capsys):
    assert run.all_jobs(tiny_city, connection.connection, runs=1, warm_ups=0) == []
    said = capsys.readouterr().out.splitlines()
    jobs = ["my_cases", "case", "case_print", "matrix", "search", "search_count", "audit"]
    assert [line.split()[1] for line in said] == jobs


def test_a_missing_row_and_a_growing_number_of_queries_are_noticed(tiny_city):
    with mock.patch.object(clock, "today", lambda: city.DAY):
        jobs = Jobs(tiny_city, connection.connection)
        case = jobs.case()
        one_more = case.by_hand()[:1] + [("a-row-that-is-not-shown", *case.by_hand()[0][1:])]
        missing = replace(case, by_hand=lambda: one_more, smaller=[])
        assert "missing" in measure(missing, jobs.busy, 1, warm_ups=0).wrong
        fewer = replace(case, smaller=[lambda: jobs.busy.get("/login/")])
        assert "queries" in measure(fewer, jobs.busy, 1, warm_ups=0).wrong
