"""Running every job once measured, and saying what was seen."""

from typing import Any
from unittest import mock

import psycopg

from nisshin_support import clock
from tests.bench.city import DAY, Size
from tests.bench.jobs import Jobs
from tests.bench.measure import WARM_UPS, audit_share, measure


def all_jobs(size: Size, owner: psycopg.Connection[Any], runs: int, warm_ups: int = WARM_UPS) -> list[str]:
    """Print one line a job; what is wrong, if anything."""
    wrong = []
    with mock.patch.object(clock, "today", lambda: DAY):
        jobs = Jobs(size, owner)
        for job in jobs.all():
            result = measure(job, jobs.busy, runs, warm_ups)
            print(result.line(), flush=True)
            if result.wrong:
                wrong.append(f"{job.name}: {result.wrong}")
        ms, share = audit_share(jobs.case(), runs, warm_ups)
        print(f"bench: audit ms={ms:.1f} share={share:.3f}", flush=True)
    for words in wrong:
        print(f"bench: wrong {words}")
    return wrong
