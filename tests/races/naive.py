"""The rule one writes first: a consent counts while its withdrawal lies in the future (`withdrawn_at > now()`).

`now()` is the start of the reader's transaction by the database's clock; the withdrawal was stamped by another clock.
The harness must find this rule leaking, or it would find nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Func

from cases.visibility import consent, decisions
from tests.mutants.patching import as_if

RULE = "withdrawn_on__isnull=True, withdrawn_at__isnull=True"
NAIVE = "Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=NOW)"
# Django's own Now() is the statement's start.
NOW = Func(function="now", output_field=DateTimeField())


@contextmanager
def comparing_moments() -> Iterator[None]:
    """As long as the block lasts, the site's database decides by the naive rule."""
    source = Path(str(consent.__file__)).read_text()
    assert source.count(RULE) == 1, "the rule about withdrawals has another text now"
    consent.NOW = NOW  # type: ignore[attr-defined]
    try:
        with as_if(consent, source.replace(RULE, NAIVE)):
            _install()
        yield
    finally:
        _install()
        del consent.NOW  # type: ignore[attr-defined]


def _install() -> None:
    with connection.cursor() as cursor:
        decisions.install(cursor, connection.ops.quote_name(settings.DATABASE_WEB_ROLE))
