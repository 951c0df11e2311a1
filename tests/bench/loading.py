"""Writing a million rows in a minute: COPY, with foreign keys and indexes put back afterwards (and so verified)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db import models
from psycopg import sql

from nisshin_support.public_id import PublicIdField

NOON = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
AT_ONCE = 20_000


class Loader:
    """Takes things model by model and copies them in blocks; what is not given has the model's own default."""

    def __init__(self, connection: psycopg.Connection[Any], seed: int) -> None:
        self.connection, self.random = connection, Random(seed)
        self.tables: list[Table] = []

    def table(self, model: Any, *names: str) -> "Table":
        """A table to which things are added as tuples of the values of these columns."""
        table = Table(self, model, names)
        self.tables.append(table)
        return table

    def finish(self) -> None:
        """Copy what is left, let the sequences go on behind it, and take the statistics."""
        for table in self.tables:
            table.flush()
        for table in self.tables:
            table.advance_sequence()
        self.connection.execute("ANALYZE")


class Table:
    """One table's columns, split into those that are given and the constant rest."""

    def __init__(self, loader: Loader, model: Any, names: tuple[str, ...]) -> None:
        self.loader, self.model = loader, model
        columns = {field.column: field for field in model._meta.local_concrete_fields}
        unknown = set(names) - set(columns)
        assert not unknown, f"{model.__name__} has no {unknown}"
        self.has_public_id = any(isinstance(field, PublicIdField) for field in columns.values())
        rest = [
            c for c in columns if c not in names and not isinstance(columns[c], PublicIdField) and c != "id"
        ]
        self.columns = [*names, *rest, *(["public_id"] if self.has_public_id else [])]
        self.rest = "".join("\t" + as_text(default_of(columns[c])) for c in rest)
        self.lines: list[str] = []

    def add(self, *values: Any) -> None:
        line = "\t".join(map(as_text, values)) + self.rest
        self.lines.append(line + self._public_id() if self.has_public_id else line)
        if len(self.lines) >= AT_ONCE:
            self.flush()

    def _public_id(self) -> str:
        return f"\t{self.loader.random.getrandbits(88):022x}"

    def flush(self) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.model._meta.db_table), names
        )
        with self.loader.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join(line + "\n" for line in self.lines))
        self.lines = []

    def advance_sequence(self) -> None:
        if isinstance(self.model._meta.pk, models.AutoField):
            table = self.model._meta.db_table
            highest = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), greatest(max(id), 1)) FROM {}")
            self.loader.connection.execute(highest.format(sql.Literal(table), sql.Identifier(table)))


def default_of(field: Any) -> Any:
    """What the model itself would store."""
    if getattr(field, "auto_now_add", False):
        return NOON
    return field.get_default()


def as_text(value: Any) -> str:
    """A value as COPY reads it; invented texts hold no tab, line break or backslash."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value)


@contextmanager
def without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Drop foreign keys, unique constraints and indexes for as long as the block lasts; putting them back checks all."""
    kept = [row for kind in ("f", "u") for row in connection.execute(CONSTRAINTS, [kind]).fetchall()]
    for table, name, _ in kept:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        connection.execute(definition)
    for table, name, definition in reversed(kept):
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = %s AND connamespace = 'public'::regnamespace AND conparentid = 0 ORDER BY conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1
"""
