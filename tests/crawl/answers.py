"""One request as one of the cast, and everything that comes back of it: body, headers, files, e-mails, log lines."""

import io
import logging
import subprocess
import time
import zipfile
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from cases.models import AuditEntry

# A request that is taken back prolongs no session.
LOGGED_IN = settings.SESSION_COOKIE_AGE / 2
TEXT_TYPES = ("text/", "application/json", "application/javascript")


@dataclass
class Answer:
    """What came back, all of it as text, part by part; and what the audit wrote."""

    status: int
    parts: dict[str, str]
    entries: list[Any] = field(default_factory=list)
    response: Any = None

    @property
    def text(self) -> str:
        return "\n".join(self.parts.values())


class _Lines(logging.Handler):
    """Whatever is logged while a request is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.getMessage()} {told}")


class Browser:
    """A client that becomes anybody; each request is taken back."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self._log_ins: dict[int, tuple[str, float]] = {}

    def _become(self, viewer: Any) -> None:
        self.client.cookies.clear()
        if viewer is None:
            return
        key, since = self._log_ins.get(viewer.user_id, ("", 0.0))
        if time.monotonic() - since > LOGGED_IN:
            self.client.force_login(viewer.user)
            key = self.client.cookies[settings.SESSION_COOKIE_NAME].value
            self._log_ins[viewer.user_id] = key, time.monotonic()
            self.client.cookies.clear()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = key

    def ask(self, viewer: Any, method: str, url: str, posted: dict[str, Any] | None = None) -> Answer:
        """One request; what it changes is undone, what it wrote to the audit is told."""
        self._become(viewer)
        mail.outbox.clear()
        with transaction.atomic(), _listening() as heard:
            before = _last_entry()
            response = getattr(self.client, method.lower())(url, posted or {})
            entries = list(AuditEntry.objects.filter(pk__gt=before).order_by("pk"))
            transaction.set_rollback(True)
        return Answer(response.status_code, parts_of(response, heard.lines), entries, response)


def _last_entry() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM cases_auditentry")
        row = cursor.fetchone()
    return int(row[0])


class _listening:
    """All loggers that do not pass on to the root, and the root."""

    def __enter__(self) -> _Lines:
        self._lines = _Lines()
        named = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
        self._loggers = [logging.root, *(one for one in named if not one.propagate)]
        for logger in self._loggers:
            logger.addHandler(self._lines)
        return self._lines

    def __exit__(self, *_: object) -> None:
        for logger in self._loggers:
            logger.removeHandler(self._lines)


def parts_of(response: Any, lines: list[str]) -> dict[str, str]:
    """Everything of a response that somebody could read, as text."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return {
        "headers": unquote(headers),
        "cookies": unquote(response.cookies.output()),
        "body": body_of(response),
        "mail": "\n".join(str(message.message()) + message.body for message in mail.outbox),
        "log": "\n".join(lines),
    }


def body_of(response: Any) -> str:
    """The body as text: HTML without its entities, spreadsheets unpacked, paper read."""
    content = response.getvalue() if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if content[:4] == b"%PDF":
        return text_of_pdf(content)
    if content[:2] == b"PK":
        return text_of_zip(content)
    text = content.decode("utf-8", errors="replace")
    return unescape(text) if kind.startswith(TEXT_TYPES) else text


def text_of_pdf(content: bytes) -> str:
    """Text and properties of a PDF."""
    found = []
    for command in (["pdftotext", "-", "-"], ["pdfinfo", "-"]):
        found.append(subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode())
    return "\n".join(found)


def text_of_zip(content: bytes) -> str:
    """Everything in a spreadsheet (or any other zip): the names of its parts and what is in them."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            found += [
                name,
                text_of_pdf(part) if part[:4] == b"%PDF" else unescape(part.decode("utf-8", "replace")),
            ]
    return "\n".join(found)
