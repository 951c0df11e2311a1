"""The person's identity for the database's own wall: signed here, verified there (docs/decisions/second-wall.md)."""

import hashlib
import hmac
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

BLOCK = 64
_numbers, _lock = count(time.time_ns()), threading.Lock()


def signing_key() -> bytes:
    """The key of the identity's signature; it changes with SECRET_KEY (then run `grant_web` again)."""
    return hashlib.sha256(b"nisshin second wall|" + settings.SECRET_KEY.encode()).digest()


def build(cursor: Any, role: str) -> None:
    """Put up the wall, and the history of what it rests on, for the web role (already quoted). Safe to run twice; the
    files alone say what stands."""
    sql = (Path(settings.BASE_DIR) / "cases" / "second_wall.sql").read_text()
    key = signing_key().ljust(BLOCK, b"\0")
    pads = {"__INNER__": bytes(b ^ 0x36 for b in key).hex(), "__OUTER__": bytes(b ^ 0x5C for b in key).hex()}
    for blank, value in {**pads, "__ROLE__": role}.items():
        sql = sql.replace(blank, value)
    cursor.execute(sql)
    cursor.execute((Path(settings.BASE_DIR) / "cases" / "history.sql").read_text().replace("__ROLE__", role))


def enter(viewer: Any) -> None:
    """Tell the database, for this transaction only, who acts. No number is signed twice for one connection."""
    connection.ensure_connection()
    with _lock:
        number = next(_numbers)
    pid = connection.connection.info.backend_pid
    said = [viewer.user_id, viewer.membership.pk, viewer.day.isoformat(), number]
    message = "|".join(str(part) for part in [pid, *said])
    signature = hmac.new(signing_key(), message.encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT second_wall.enter(%s, %s, %s::date, %s, %s)", [*said, signature])


def leave() -> None:
    """Nobody acts any more in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT second_wall.leave()")
