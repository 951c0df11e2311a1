"""Readers that keep asking for a page over HTTP while somebody closes it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

CSRF = "x" * 32
TIMEOUT = 60


@dataclass(frozen=True)
class Desk:
    """One logged-in browser window on one site."""

    base_url: str
    cookie: tuple[str, str]

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, data: dict[str, str]) -> tuple[int, str]:
        """Send a form as the browser would."""
        body = urlencode({"csrfmiddlewaretoken": CSRF} | data)
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection(urlsplit(self.base_url).netloc, timeout=TIMEOUT)
        cookies = f"{self.cookie[0]}={self.cookie[1]}; csrftoken={CSRF}"
        try:
            connection.request(method, path, body, {"Cookie": cookies} | headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()


@dataclass(frozen=True)
class View:
    """One answer: when its request began, its status, and whether it showed the row."""

    begun: float
    status: int
    shows: bool


@dataclass
class Watch:
    """What the readers of one page have seen so far."""

    canary: str
    views: list[View] = field(default_factory=list)
    acknowledged: float = float("inf")
    failures: list[BaseException] = field(default_factory=list)

    def look(self, desk: Desk, path: str) -> View:
        """Ask once; the moment counts before anything is sent."""
        begun = time.monotonic()
        status, body = desk.get(path)
        view = View(begun, status, self.canary in body)
        self.views.append(view)
        return view

    def begun_after(self) -> list[View]:
        """The views begun after the act was acknowledged."""
        return [view for view in list(self.views) if view.begun > self.acknowledged]


@contextmanager
def readers(watch: Watch, desks: list[Desk], paths: list[str], wanted: int) -> Iterator[None]:
    """Each desk asks again and again, page after page, until `wanted` views have begun after the act."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_read, args=(watch, desk, paths[number % len(paths)], wanted, stop))
        for number, desk in enumerate(desks)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    except BaseException:
        stop.set()
        raise
    finally:
        for thread in threads:
            thread.join()
    if watch.failures:
        raise watch.failures[0]


def _read(watch: Watch, desk: Desk, path: str, wanted: int, stop: threading.Event) -> None:
    try:
        while not stop.is_set() and len(watch.begun_after()) < wanted:
            watch.look(desk, path)
    except BaseException as failure:  # told by the thread that waits
        watch.failures.append(failure)
