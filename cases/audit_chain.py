"""How an entry and a seal are written down to be digested, and the list of heads kept outside the database.

Nothing here asks the database: what a superuser may have changed there must not do the reckoning.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cases.models import AuditSeal

# The columns of an entry, in the order in which they are digested. A new column needs a new form: what is sealed keeps
# the form it was sealed in.
FORMS = {
    1: (
        "id",
        "at",
        "user_id",
        "membership_id",
        "agency_id",
        "purpose",
        "act",
        "rule",
        "case_id",
        "item_id",
        "rows",
        "things",
        "reason",
        "transaction",
    ),
}
NEWEST_FORM = max(FORMS)
DIGEST_SIZE = sha256().digest_size


def canonical(values: Sequence[Any]) -> bytes:
    """The one way to write values down: JSON without spaces, moments in UTC to the microsecond."""
    written = [
        value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for value in values
    ]
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def entry_digest(values: Sequence[Any]) -> bytes:
    """The digest of one entry, its columns in the order of its form."""
    return sha256(canonical(values)).digest()


def content_digest(entries: Sequence[int], digests: bytes) -> str:
    """The digest of a batch: which entries, in which order, and what each says."""
    return sha256(canonical(entries) + b"\n" + digests).hexdigest()


def seal_digest(seal: AuditSeal) -> str:
    """The digest of everything the seal says, the digest of the seal before it included."""
    said = [
        seal.number,
        seal.form,
        seal.server,
        seal.sealed_at,
        seal.horizon,
        seal.floor,
        seal.first,
        seal.last,
    ]
    return sha256(canonical([*said, seal.count, seal.total, seal.content, seal.previous])).hexdigest()


@dataclass(frozen=True)
class Head:
    """One line of the list: what the seal was when it was made."""

    number: int
    total: int
    digest: str
    sealed_at: str

    @classmethod
    def of(cls, seal: AuditSeal) -> "Head":
        """What is written down of a seal."""
        moment = seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        return cls(seal.number, seal.total, seal.digest, moment)

    @classmethod
    def read(cls, line: str) -> "Head":
        """The head in a line of the list; ValueError when it is none."""
        number, total, digest, sealed_at = line.split()
        return cls(int(number), int(total), digest, sealed_at)

    def __str__(self) -> str:
        return f"{self.number} {self.total} {self.digest} {self.sealed_at}"


class Heads:
    """The list of heads in a file outside the database; lines are only ever added."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def read(self) -> list[Head]:
        """Every head, first to last; ValueError names a line that is none. No file is an empty list."""
        if not self.path.exists():
            return []
        lines = self.path.read_text("utf-8").splitlines()
        return [self._head(place, line) for place, line in enumerate(lines, 1)]

    def append(self, heads: Iterable[Head]) -> None:
        """Add the heads, safe on the disk before this returns; the file is one's own alone."""
        text = "".join(f"{head}\n" for head in heads)
        if not text:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def _head(self, place: int, line: str) -> Head:
        try:
            return Head.read(line)
        except ValueError:
            raise ValueError(f"{self.path} の {place} 行目が読めません。") from None
