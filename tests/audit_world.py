"""A database with a committed, sealed audit trail, and connections of their own: what a test's transaction cannot show."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

from cases.audit_chain import Heads
from cases.audit_sealing import seal_all
from cases.models import AuditEntry
from nisshin_support import database
from tests.factories import a_case, a_viewer

PURPOSES = ("support", "preparation", "meeting", "roster", "")


@contextmanager
def copied_database(maintenance: dict[str, Any]) -> Iterator[str]:
    """The default connection leads to a fresh copy of the tests' database, which goes away afterwards."""
    before, name = connection.settings_dict["NAME"], f"nisshin_audit_{uuid.uuid4().hex[:12]}"
    connection.close()  # a database that somebody is connected to is no template
    with psycopg.connect(**maintenance, autocommit=True) as owner:
        names = {"name": sql.Identifier(name), "before": sql.Identifier(before)}
        owner.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {before}").format(**names))
        connection.settings_dict["NAME"] = name
        try:
            if (
                "cases_auditseal" not in connection.introspection.table_names()
            ):  # none of the chosen tests asked for it
                for command in ("migrate", "grant_web"):
                    call_command(command, verbosity=0)
            yield name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            # Without FORCE: an autovacuum worker there is a superuser's, and leaves by itself when asked so.
            owner.execute(sql.SQL("DROP DATABASE {name}").format(**names))


def a_second_connection() -> psycopg.Connection[Any]:
    """Another log-in as the owner to the database that the default connection leads to."""
    return psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})


def add_by(other: psycopg.Connection[Any], act: str = "見る:試験") -> int:
    """An entry written through that connection; not committed yet."""
    row = other.execute(
        "INSERT INTO cases_auditentry (at, purpose, act, rule, rows, things, reason)"
        " VALUES (now(), 'support', %s, '', '{}', '{}', '') RETURNING id",
        [act],
    ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def walls_down(superuser: bool) -> Iterator[None]:
    """As a superuser (or, on a server of one's own, the owner) who has put every trigger of the trail out of action."""
    user = connection.settings_dict["USER"]
    if not superuser:
        with connection.cursor() as cursor:
            for table in ("cases_auditentry", "cases_auditseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    else:
        _log_in_as("postgres")
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        if superuser:
            _log_in_as(user)


def _log_in_as(user: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = user


def has_superuser() -> bool:
    """Whether the server is the embedded one, where tests may log in as its superuser."""
    return connection.settings_dict["USER"] == database.OWNER_ROLE


def fill(folder: Path, sealings: int = 4, entries: int = 36) -> Heads:
    """Sealed batches with gaps of rolled-back transactions between them, and an unsealed tail."""
    heads, viewer = Heads(folder / "heads.txt"), a_viewer()
    viewers, cases = [viewer, a_viewer(), a_viewer()], [a_case(viewer), a_case(viewer), None]
    for number in range(sealings + 1):
        with transaction.atomic():
            AuditEntry.objects.bulk_create(_entries(number, entries, viewers, cases))
        with transaction.atomic():  # numbers are drawn and lost
            AuditEntry.objects.bulk_create(_entries(number, 3, viewers, cases))
            transaction.set_rollback(True)
        if number < sealings:
            seal_all(heads, batch=15)
    return heads


def _entries(number: int, count: int, viewers: list[Any], cases: list[Any]) -> list[AuditEntry]:
    return [
        AuditEntry(
            user=(viewer := viewers[place % 3]).user,
            membership=viewer.membership,
            agency=viewer.agency,
            purpose=PURPOSES[place % 5],
            act=f"見る:試験{place % 7}",
            rule="S1" if place % 2 else "",
            case=cases[place % 3],
            rows=list(range(place % 5)),
            things=[f"試{number}"] if place % 4 else [],
            reason="試験の理由" if place % 6 == 0 else "",
        )
        for place in range(count)
    ]
