"""Sealing the audit trail in batches. Runs as the owner, from a timer; docs/decisions/audit-seal.md says why so."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, Func, Max, QuerySet
from django.utils import timezone

from cases.audit_chain import FORMS, NEWEST_FORM, Head, Heads, content_digest, entry_digest, seal_digest
from cases.models import AuditCheck, AuditEntry, AuditSeal

BATCH = 10_000
LOCK = 0x61756469  # "audi": the advisory lock of sealers and checkers

# The oldest transaction still running (pg_snapshot_xmin), but for those that surely run in another database of the same
# server: they cannot write here, and a long one must not hold the sealing up.
HORIZON = """
    WITH this AS MATERIALIZED (SELECT pg_current_snapshot() AS moment),
    elsewhere AS (
        SELECT held.transactionid FROM pg_locks held JOIN pg_stat_activity work USING (pid)
        WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
        AND work.datname <> current_database()
    )
    SELECT least(
        (SELECT pg_snapshot_xmax(moment) FROM this),
        (SELECT min(running::text::bigint)::text::xid8 FROM this, pg_snapshot_xip(moment) AS running
         WHERE running::xid NOT IN (SELECT transactionid FROM elsewhere)),
        pg_current_xact_id_if_assigned()
    )::text
"""


class HeadsDiffer(Exception):
    """The database's chain is not the one whose heads were kept: nothing is sealed on top of it."""


@contextmanager
def one_at_a_time(shared: bool = False) -> Iterator[None]:
    """One sealer at a time, from its first look at the chain until its heads are written down."""
    kind = "_shared" if shared else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock{kind}(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock{kind}(%s)", [LOCK])


def seal_all(heads: Heads, batch: int = BATCH) -> AuditCheck:
    """Seal every entry whose transaction is surely over, and write the new heads down.

    Raises HeadsDiffer when the chain in the database does not continue the heads that were kept.
    """
    with one_at_a_time():
        with transaction.atomic():
            kept = heads.read()
            check_against(kept)
            for seal in _new_seals(batch):
                seal.save(force_insert=True)
        # After the commit: a head without its seal would look like a cut tail. The next sealing catches up.
        missing = AuditSeal.objects.filter(number__gt=kept[-1].number if kept else 0)
        heads.append(Head.of(seal) for seal in missing.defer("entries", "digests"))
        return remember(AuditCheck.Act.SEAL)


def check_against(kept: list[Head]) -> None:
    """Raise HeadsDiffer unless the last head kept is the head of that seal in the database."""
    if not kept:
        return
    seal = AuditSeal.objects.filter(number=kept[-1].number).defer("entries", "digests").first()
    if seal is None or Head.of(seal) != kept[-1]:
        raise HeadsDiffer(
            f"控えにある封印 {kept[-1].number} が、データベースのものと合いません。verify_audit で確かめてください。"
        )


def open_entries(last: AuditSeal | None) -> QuerySet[AuditEntry]:
    """Entries not sealed yet, by the last seal's word alone."""
    entries = AuditEntry.objects.order_by("transaction", "pk")
    return entries.filter(transaction__gte=last.horizon, pk__gt=last.floor) if last else entries


def last_seal() -> AuditSeal | None:
    """The newest seal, without its long columns."""
    return AuditSeal.objects.defer("entries", "digests").order_by("-number").first()


def remember(act: AuditCheck.Act, problems: int = 0) -> AuditCheck:
    """Write down what sealing or checking found, for the audit page."""
    last = last_seal()
    found = {"horizon": last.horizon, "floor": last.floor, "seals": last.number} if last else {"seals": 0}
    unsealed, entries = open_entries(last).count(), AuditEntry.objects.count()
    return AuditCheck.objects.create(act=act, problems=problems, entries=entries, unsealed=unsealed, **found)


def _new_seals(batch: int) -> Iterator[AuditSeal]:
    """The seals to add; all but the last claim no new horizon, so that only whole transactions are closed."""
    last, here = last_seal(), server()
    moved = bool(last and last.server != here)
    if (
        moved
    ):  # transactions count anew here: everything there is gets sealed at once, and nobody writes meanwhile
        _stop_writers()
    horizon = _horizon()
    entries = _never_sealed() if moved else open_entries(last).filter(transaction__lt=horizon)
    floor = _newest_key() if moved else (last.floor if last else 0)
    found = entries.values_list(*FORMS[NEWEST_FORM])
    left, rows = found.count(), found.iterator(chunk_size=batch)
    while left > 0 or moved:
        ends = left <= batch
        closes = {"horizon": horizon, "floor": floor} if ends else _claims(last)
        last = _sealed(list(islice(rows, batch)), last, server=here, **closes)
        left, moved = left - batch, moved and not ends
        yield last


def _claims(last: AuditSeal | None) -> dict[str, int]:
    return {"horizon": last.horizon if last else 0, "floor": last.floor if last else 0}


def _sealed(rows: list[tuple], last: AuditSeal | None, **said: int | str) -> AuditSeal:
    entries, digests = [row[0] for row in rows], b"".join(entry_digest(row) for row in rows)
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        form=NEWEST_FORM,
        sealed_at=timezone.now(),
        first=entries[0] if entries else 0,
        last=entries[-1] if entries else 0,
        count=len(entries),
        total=(last.total if last else 0) + len(entries),
        entries=entries,
        digests=digests,
        content=content_digest(entries, digests),
        previous=last.digest if last else "",
        **said,
    )
    seal.digest = seal_digest(seal)
    return seal


def server() -> str:
    """Which server this is: on another one (after a restore) transactions count anew."""
    return str(_asked("SELECT system_identifier FROM pg_control_system()"))


def _horizon() -> int:
    """Every transaction of this database below it is over, committed or not; asked before the entries are read."""
    return int(str(_asked(HORIZON)))


def _stop_writers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE cases_auditentry IN SHARE ROW EXCLUSIVE MODE")


def _never_sealed() -> QuerySet[AuditEntry]:
    sealed = AuditSeal.objects.order_by().annotate(entry=Func(F("entries"), function="unnest"))
    return AuditEntry.objects.order_by("transaction", "pk").exclude(pk__in=sealed.values("entry"))


def _newest_key() -> int:
    return AuditEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _asked(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
