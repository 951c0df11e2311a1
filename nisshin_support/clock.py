"""Today, as the database sees it in Tokyo. Everybody asks `clock.today()`, so that tests set one function."""

from datetime import date

from django.db import connection


def today() -> date:
    """The date in Asia/Tokyo by the database's clock: the web servers' clocks may differ from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")
        row = cursor.fetchone()
    assert row is not None
    found: date = row[0]
    return found
