"""Measuring a job: warm runs of the page, its floor and the hand-written SQL in turn; queries counted apart."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any
from unittest import mock

from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, override_settings

from cases import audit
from tests.bench import floor
from tests.bench.jobs import Job

WARM_UPS = 3
ENDLESS = float("inf")


@dataclass(frozen=True)
class Result:
    """What one job took, and what was wrong with it."""

    name: str
    ms: float
    floor_ms: float
    sql_ms: float
    queries: int
    rows: int
    wrong: str

    def line(self) -> str:
        """The machine-readable line."""
        ratios = f"floor_ratio={self.ms / self.floor_ms:.2f} sql_ratio={self.ms / self.sql_ms:.2f}"
        return f"bench: {self.name} ms={self.ms:.1f} {ratios} queries={self.queries} rows={self.rows}"


def measure(job: Job, client: Client, runs: int, warm_ups: int = WARM_UPS) -> Result:
    """The medians of `runs` warm runs, and whether the answer is right and its queries do not grow with the rows.

    An answer for which somebody would not wait (`statement_timeout`) is endless, not wrong.
    """
    try:
        return _measured(job, client, runs, warm_ups)
    except OperationalError:
        return Result(job.name, ENDLESS, 1, 1, 0, 0, "")


def _measured(job: Job, client: Client, runs: int, warm_ups: int) -> Result:
    answer = job.run()
    rows = job.rows(answer)
    floor.lay(job.name, rows, len(answer.content) if isinstance(answer, HttpResponse) else rows * 100)
    wrong = job.wrong(answer, job.by_hand())
    with override_settings(ROOT_URLCONF="tests.bench.floor"):
        took = in_turn([job.run, lambda: client.get(f"/floor/{job.name}/"), job.by_hand], runs, warm_ups)
    queries, fewest = queries_of(job.run), [queries_of(smaller) for smaller in job.smaller]
    if fewest and queries > max(fewest):
        wrong = wrong or f"{queries} queries, and {max(fewest)} of a smaller one"
    return Result(job.name, *took, queries, rows, wrong)


def in_turn(tasks: list[Callable[[], Any]], runs: int, warm_ups: int = WARM_UPS) -> list[float]:
    """Median milliseconds of each task, the tasks taking turns."""
    for _ in range(warm_ups):
        for task in tasks:
            task()
    took: list[list[float]] = [[] for _ in tasks]
    for _ in range(runs):
        for times, task in zip(took, tasks, strict=True):
            began = time.perf_counter()
            task()
            times.append(1000 * (time.perf_counter() - began))
    return [median(times) for times in took]


def queries_of(task: Callable[[], Any]) -> int:
    """How many statements a task sends."""
    sent = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        task()
    return len(sent)


def audit_share(job: Job, runs: int, warm_ups: int = WARM_UPS) -> tuple[float, float]:
    """Median milliseconds spent remembering what a page showed, and their share of the page."""
    spent: list[float] = []
    remember = audit.record

    def timed(*args: Any, **on: Any) -> Any:
        began = time.perf_counter()
        try:
            return remember(*args, **on)
        finally:
            spent.append(1000 * (time.perf_counter() - began))

    with mock.patch.object(audit, "record", timed):
        (page,) = in_turn([job.run], runs, warm_ups)
    return median(spent), median(spent) / page
