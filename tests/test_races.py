"""Views begun after an acknowledged withdrawal, removal, transfer or end: none shows the row (`make races`).

RACES_VIEWS=… asks for more of them, RACES_CLOCK=… says how many minutes the database's clock is off (tests/races).
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.races.course import minutes, run
from tests.races.naive import comparing_moments
from tests.races.situations import Office, withdrawal_elsewhere

pytestmark = pytest.mark.pages

VIEWS = int(os.environ.get("RACES_VIEWS", "250"))
CLOCK = float(os.environ.get("RACES_CLOCK", "0"))
# In the slice no clock is really off: another web server's is taken to be.
OTHER_SERVER = minutes(5 if "RACES_CLOCK" not in os.environ else 0)


def database_ahead() -> timedelta:
    """How far the database's clock is before ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0] - timezone.now()


def test_nothing_closed_is_shown_to_a_view_begun_afterwards(live_site):
    with live_site.as_owner():
        assert abs(database_ahead() - minutes(CLOCK)) < minutes(1), database_ahead()
        tally = run(Office(live_site.base_url, OTHER_SERVER), VIEWS)
        with comparing_moments():
            naive = run(
                Office(live_site.base_url, OTHER_SERVER), max(VIEWS // 10, 24), [withdrawal_elsewhere]
            )
    if "RACES_LINE" in os.environ:
        Path(os.environ["RACES_LINE"]).write_text(f"{tally.views} {len(tally.leaks)} {len(naive.leaks)}")
    assert tally.leaks == [] and tally.errors == []
    assert tally.views >= VIEWS and len(tally.by_situation) > 1
    # Compared by moments, a withdrawal stamped by a clock ahead of the database's stays open for the difference.
    if OTHER_SERVER or CLOCK < 0:
        assert naive.leaks, "the naive rule was not seen to fail: this harness would find nothing"
