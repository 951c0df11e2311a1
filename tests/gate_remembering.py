"""The gate's decisions that live in the database (consent, separation), asked once of a world and then remembered.

Rows ask the same consents thousands of times. For the comparison each (person, agency, category, day) is decided once
by the gate's own condition, compared with the oracle, and looked up by the queries after that. One question in some
hundred is asked in the ordinary way, with the gate's functions in their place.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from django.db import connection

from cases.visibility import decisions

TABLES = """
CREATE TEMP TABLE remembered_consents (person bigint, agency bigint, category integer, day date);
CREATE TEMP TABLE remembered_separations (one bigint, other bigint);
CREATE INDEX ON remembered_consents (person, agency, day, category);
CREATE INDEX ON remembered_separations (one, other);
"""
ARGUMENT = r"((?:[^(),]|\([^()]*\))+)"
LOOK_UPS = {
    "consented": ("remembered_consents", ("person", "agency", "category", "day")),
    "separated": ("remembered_separations", ("one", "other")),
}


def put_in_place() -> None:
    """The tables that remember, for this connection alone."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


def with_look_ups(sql: str) -> str:
    """The same query, looking up what was decided instead of calling the functions."""
    for name, (table, columns) in LOOK_UPS.items():
        call = rf"gate\.{name}\({', '.join([ARGUMENT] * len(columns))}\)"
        asked = " AND ".join(rf"z.{column} = \{place}" for place, column in enumerate(columns, 1))
        sql = re.sub(call, rf"EXISTS (SELECT FROM {table} z WHERE {asked})", sql)
        assert f"gate.{name}(" not in sql, "a call was not understood"
    return sql


@cache
def _condition(name: str) -> str:
    """The body of one of the functions: its arguments are then columns of what is asked."""
    body: str = decisions._functions()[name][2]
    return body.replace("%", "%%")


def remember_separations() -> set[tuple[int, int]]:
    """Decide for every two people."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO remembered_separations SELECT the_person, other_person"
            " FROM (SELECT p.id the_person, q.id other_person FROM cases_person p, cases_person q) asked"
            " WHERE gate.separated(the_person, other_person) RETURNING one, other"
        )
        return set(cursor.fetchall())


def remember_consents(people: Iterable[int], days: Iterable[date]) -> set[tuple[int, int, int, date]]:
    """Decide for each of these people on each of these days, towards every agency and in every category."""
    asked: list[Any] = [list(people), list(days)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO remembered_consents SELECT the_person, the_agency, the_category, the_day"
            " FROM (SELECT the_person, agencies_agency.id the_agency, the_category, the_day FROM"
            " unnest(%s::bigint[]) the_person, unnest(%s::date[]) the_day, agencies_agency,"
            f" generate_series(1, 6) the_category) asked WHERE {_condition('consented')}"
            " RETURNING person, agency, category, day",
            asked,
        )
        return set(cursor.fetchall())


def asked_of_the_function(tuples: Iterable[tuple]) -> set[tuple]:
    """Those of (person, agency, category, day) that the function itself affirms."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::date[]) asked(p, a, c, d)"
            " WHERE gate.consented(p, a, c, d)",
            [list(column) for column in zip(*tuples, strict=True)],
        )
        return set(cursor.fetchall())
