"""The generated city's database: built once, kept under a name that tells migrations and generator, used again."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nisshin_support import database
from tests.bench import city
from tests.bench.loading import without_indexes

BASE = Path(__file__).resolve().parents[2]
PREFIX = "nisshin_bench_"


def ready(size: city.Size) -> str:
    """The name of a database that holds the city; writes it first if there is none, or the recipe has changed."""
    name = f"{PREFIX}{recipe(size)}"
    with connect("postgres") as server:
        found = {row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()}
        if name not in found:
            for old in found:
                if old.startswith(PREFIX):
                    server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            _build(server, f"{PREFIX}building", size)
            server.execute(f"ALTER DATABASE {PREFIX}building RENAME TO {name}")
    manage("grant_web", name)
    return name


def recipe(size: city.Size) -> str:
    """Changes whenever a migration, the generator, its seed or the size does."""
    import hashlib

    files = [*BASE.glob("*/migrations/*.py"), *(Path(__file__).parent / f"{part}.py" for part in GENERATOR)]
    said = b"".join(file.read_bytes() for file in sorted(files)) + f"{size}{city.SEED}".encode()
    return hashlib.sha256(said).hexdigest()[:12]


GENERATOR = ("city", "inhabitants", "casework", "sittings", "loading")


def _build(server: psycopg.Connection[Any], name: str, size: city.Size) -> None:
    print(f"架空の市を作っています（{size.rows:,} 行）…", flush=True)
    began = time.monotonic()
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    manage("migrate", name)
    with connect(name) as connection, without_indexes(connection):
        city.fill(connection, size)
    with connect(name) as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"city: rows={size.rows} seed={city.SEED} seconds={time.monotonic() - began:.0f}", flush=True)


def connect(name: str, role: str = "owner") -> psycopg.Connection[Any]:
    """A connection as that role on the tests' server."""
    return psycopg.connect(database.url(role, "test", name), autocommit=True)


def environment(name: str) -> dict[str, str]:
    """What makes the product's own settings mean that database."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "nisshin_support.settings",
        "DATABASE_URL": database.url("web", "test", name),
        "DATABASE_URL_OWNER": database.url("owner", "test", name),
        "NISSHIN_HTTPS": "off",
    }


def manage(command: str, name: str) -> None:
    """Run a command of manage.py as the owner on that database."""
    call = [sys.executable, "manage.py", command, "--verbosity", "0"]
    subprocess.run(call, check=True, cwd=BASE, env=environment(name))
