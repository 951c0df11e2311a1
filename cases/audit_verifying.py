"""Checking the audit trail against its seals, and the seals against the heads kept outside the database."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from cases.audit_chain import DIGEST_SIZE, FORMS, Head, Heads, content_digest, entry_digest, seal_digest
from cases.audit_sealing import last_seal, one_at_a_time, server
from cases.models import AuditEntry, AuditSeal

LISTED = 1000  # entries of one kind: enough to know that all is lost

INSERTED = """
    SELECT id FROM cases_auditentry WHERE transaction < %s OR id <= %s
    EXCEPT SELECT unnest(entries) FROM cases_auditseal ORDER BY 1 LIMIT %s
"""
TWICE = """
    SELECT entry, max(number) FROM cases_auditseal, unnest(entries) AS entry
    GROUP BY entry HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""


@dataclass(frozen=True)
class Problem:
    """What does not agree: in which seal, of what kind."""

    seal: int
    kind: str

    def __str__(self) -> str:
        return f"封印 {self.seal}: {self.kind}" if self.seal else self.kind


def verify(heads: Heads) -> list[Problem]:
    """Everything that does not agree; sealers wait meanwhile, writers do not."""
    with one_at_a_time(shared=True):
        return list(problems(heads.read()))


def problems(kept: list[Head]) -> Iterator[Problem]:
    """What does not agree, as the current transaction sees it."""
    yield from _problems_of_the_chain()
    yield from _problems_of_the_whole()
    yield from _problems_of_the_heads(kept)


def _problems_of_the_chain() -> Iterator[Problem]:
    before: AuditSeal | None = None
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=1):
        yield from (Problem(seal.number, kind) for kind in _faults_of_link(seal, before))
        yield from (Problem(seal.number, kind) for kind in _faults_of_seal(seal))
        yield from (Problem(seal.number, kind) for kind in _faults_of_entries(seal))
        before = seal


def _faults_of_link(seal: AuditSeal, before: AuditSeal | None) -> Iterator[str]:
    if seal.number != (before.number + 1 if before else 1):
        yield "この前の封印が欠けています"
    if seal.previous != (before.digest if before else ""):
        yield "前の封印につながりません"
    if seal.total != (before.total if before else 0) + seal.count:
        yield "件数の合計が合いません"


def _faults_of_seal(seal: AuditSeal) -> Iterator[str]:
    entries, digests = seal.entries, bytes(seal.digests)
    ends = (entries[0], entries[-1]) if entries else (0, 0)
    if seal.digest != seal_digest(seal):
        yield "封印そのものが書き換えられています"
    if seal.content != content_digest(entries, digests) or len(digests) != DIGEST_SIZE * len(entries):
        yield "封印した記録の並びが書き換えられています"
    if (seal.count, seal.first, seal.last) != (len(entries), *ends):
        yield "封印した件数か範囲が書き換えられています"


def _faults_of_entries(seal: AuditSeal) -> Iterator[str]:
    if seal.form not in FORMS:
        yield f"書き表し方 {seal.form} を知りません"
        return
    found = AuditEntry.objects.order_by().filter(pk__in=seal.entries).values_list(*FORMS[seal.form])
    now = {row[0]: entry_digest(row) for row in found}
    digests = bytes(seal.digests)
    for place, entry in enumerate(seal.entries):
        if entry not in now:
            yield f"記録 {entry} が消されています"
        elif now[entry] != digests[place * DIGEST_SIZE : (place + 1) * DIGEST_SIZE]:
            yield f"記録 {entry} が書き換えられています"


def _problems_of_the_whole() -> Iterator[Problem]:
    """Entries slipped in where everything is sealed already, and entries sealed twice."""
    with connection.cursor() as cursor:
        cursor.execute(TWICE, [LISTED])
        yield from (
            Problem(seal, f"記録 {entry} が二度封印されています") for entry, seal in cursor.fetchall()
        )
        last = last_seal()
        if last and last.server == server():  # elsewhere transactions count anew, until the next sealing
            cursor.execute(INSERTED, [last.horizon, last.floor, LISTED])
            yield from (
                Problem(0, f"記録 {entry} が封印の後で差し込まれています") for (entry,) in cursor.fetchall()
            )


def _problems_of_the_heads(kept: list[Head]) -> Iterator[Problem]:
    """The chain is the one whose heads were kept: none missing, none different, none unknown."""
    found = {seal.number: Head.of(seal) for seal in AuditSeal.objects.defer("entries", "digests")}
    if found and not kept:
        yield Problem(0, "封印があるのに、控えがありません")
        return
    for place, head in enumerate(kept, 1):
        if head.number != place:
            yield Problem(head.number, "控えの並びに抜けがあります")
        if head.number not in found:
            yield Problem(head.number, "控えにあるのに、データベースにありません")
        elif found[head.number] != head:
            yield Problem(head.number, "控えと合いません")
    known = {head.number for head in kept}
    yield from (Problem(number, "控えにありません") for number in found if number not in known)
