"""A running copy of the product for tests that need a browser or a second, real log-in."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from django.conf import global_settings, settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from psycopg import sql

from nisshin_support import database

READY_SECONDS = 120


@dataclass(frozen=True)
class LiveSite:
    """Where the site answers, and the two ways to its database."""

    base_url: str
    database: str
    _blocker: Any

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Run ORM code on the site's database as its owner; what it writes stays for the session."""
        with self._blocker.unblock(), _default_database(self.database):
            yield

    def log_in(self, page: Any, username: str) -> None:
        """Log the window in without the log-in page: the session is written, the cookie set."""
        with self.as_owner():
            name, value = session_of(get_user_model().objects.get_by_natural_key(username))
        page.context.add_cookies([{"name": name, "value": value, "url": self.base_url}])

    def connect_as_web(self) -> psycopg.Connection[Any]:
        """A connection that really logs in as the web role: for tests of the second wall."""
        return psycopg.connect(web_url(self.database))


def session_of(user: Any) -> tuple[str, str]:
    """The cookie of a new session of this user: its name and value."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    return session.key, session.value


@contextmanager
def serve_a_fresh_site(maintenance: dict[str, Any], blocker: Any, folder: Path) -> Iterator[LiveSite]:
    """Create, migrate and fill a database, serve it with gunicorn, and remove both in the end."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; no request does
    name = f"nisshin_site_{uuid.uuid4().hex[:12]}"
    with fresh_database(maintenance, name):
        with blocker.unblock(), _default_database(name):
            for command in ("migrate", "grant_web", "load_roster"):
                call_command(command, verbosity=0)
        with _gunicorn(name, folder) as base_url:
            yield LiveSite(base_url, name, blocker)


@contextmanager
def fresh_database(maintenance: dict[str, Any], name: str) -> Iterator[None]:
    """An empty database for as long as the block lasts."""
    with psycopg.connect(**maintenance, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def web_url(name: str) -> str:
    """The web role's address of that database, on the embedded server or the given one."""
    given = os.environ.get("TEST_DATABASE_URL_WEB") or database.url("web", "test")
    parts = psycopg.conninfo.conninfo_to_dict(given)
    host, login = str(parts.get("host", "")), parts["user"]
    port, password = parts.get("port", 5432), f":{parts['password']}" if "password" in parts else ""
    return f"postgresql://{login}{password}@:{port}/{name}?host={host}"


@contextmanager
def _default_database(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        # The site has production's hashers and would not know a password hashed by the tests' quick one.
        with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
            yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def _gunicorn(name: str, folder: Path) -> Iterator[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "nisshin_support.settings",
        "DATABASE_URL": web_url(name),
        "DATABASE_URL_OWNER": web_url(name),  # manage.py asks for it; collecting files never connects
        "NISSHIN_STATIC_ROOT": str(folder / "static"),
    }
    run = {"env": environment, "cwd": settings.BASE_DIR, "stdin": subprocess.DEVNULL}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, check=True, **run)
    port = _free_port()
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--log-level", "warning"]
    with open(folder / "gunicorn.log", "w") as log:
        command = [sys.executable, "-m", "gunicorn", "nisshin_support.wsgi", *bind]
        server = subprocess.Popen(command, stdout=log, stderr=log, **run)
    try:
        _wait_for(f"http://127.0.0.1:{port}", server, folder / "gunicorn.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=READY_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(base_url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{base_url}/login/", timeout=5).close()
            return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the site does not answer:\n{log.read_text()}")
