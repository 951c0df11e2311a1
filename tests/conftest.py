"""The tests' database, day and browser. Everything runs on a real PostgreSQL."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from nisshin_support import clock, database
from tests.live_site import LiveSite, serve_a_fresh_site
from tests.rendering import refusing_queries_while_rendering

# Page by page over the whole site: left out of the fast loop, which keeps rules, guards, vectors and units.
PAGE_BY_PAGE = ("_views.py", "test_admin.py", "test_approval.py", "test_second_factor.py", "test_every_page.py", "test_forged_posts.py", "test_routes_by_cast.py",
                "test_gate_against_oracle.py", "test_wall_lets_through.py", "test_place.py", "test_course.py", "test_consultation_day.py", "test_plan.py")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what goes page by page (`make test-fast` leaves it out)."""
    for item in items:
        if item.path.name.endswith(PAGE_BY_PAGE):
            item.add_marker(pytest.mark.pages)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """A running server, and a database name that no other run uses now."""
    if not os.environ.get("TEST_DATABASE_URL"):
        database.start("test")
    test_settings = settings.DATABASES["default"]["TEST"]
    with psycopg.connect(**maintenance(), autocommit=True) as held:
        test_settings["NAME"] = first_free_name(held, test_settings["NAME"])
        yield


def maintenance() -> dict[str, Any]:
    """How to reach the server's `postgres` database as the owner."""
    at = settings.DATABASES["default"]
    found = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    return {"dbname": "postgres"} | {key: value for key, value in found.items() if value}


def first_free_name(connection: psycopg.Connection[Any], wanted: str) -> str:
    """`wanted`, or wanted_2, …: the first whose lock is free. The lock lasts as long as the connection."""
    for number in range(1, 100):
        name = wanted if number == 1 else f"{wanted}_{number}"
        row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
        if row and row[0]:
            return name
    raise RuntimeError(f"a hundred test runs use {wanted} already")


@pytest.fixture(scope="session")
def django_db_createdb(
    request: pytest.FixtureRequest, django_db_createdb: bool, django_db_modify_db_settings: None
) -> bool:
    """With --reuse-db: create anew all the same when a migration was rewritten since."""
    return django_db_createdb or request.config.cache.get(remembered_schema(), "") != schema_digest()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """The web role's rights, as in production: requests in tests act as that role."""
    with django_db_blocker.unblock():
        call_command("grant_web", verbosity=0)
    request.config.cache.set(remembered_schema(), schema_digest())


def remembered_schema() -> str:
    """Where pytest's cache keeps the digest of the migrations that made this database."""
    return f"nisshin/{settings.DATABASES['default']['TEST']['NAME']}"


def schema_digest() -> str:
    """Changes whenever a migration or an SQL file of an app does."""
    files = [file for kind in ("migrations/*.py", "*.sql") for file in settings.BASE_DIR.glob(f"*/{kind}")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date | str], date]:
    """`on_day("2026-04-01")` makes it that day for everything that asks clock.today()."""

    def set_day(day: date | str) -> date:
        chosen = date.fromisoformat(day) if isinstance(day, str) else day
        monkeypatch.setattr(clock, "today", lambda: chosen)
        return chosen

    return set_day


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The cast and its world, built once for a file of tests marked django_db: each takes back what it writes."""
    from tests.cast import DAY, a_cast

    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock(), transaction.atomic():
        patched.setattr(clock, "today", lambda: DAY)
        yield a_cast()
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def live_site(
    django_db_modify_db_settings: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSite]:
    """The product as it runs in production (gunicorn, web role) on a database of its own."""
    with serve_a_fresh_site(maintenance(), django_db_blocker, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium of the system for the whole run."""
    from playwright.sync_api import sync_playwright

    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    quiet = "--disable-component-update --disable-sync --disable-quic"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=f"{flags} {quiet}".split()
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, live_site: LiveSite) -> Iterator[Any]:
    """A fresh browser window, logged out; relative addresses lead to the live site."""
    context = chromium.new_context(base_url=live_site.base_url, locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def no_confidential_query_while_rendering() -> Iterator[None]:
    """In every test: a template that fetches confidential rows fails it."""
    with refusing_queries_while_rendering():
        yield
