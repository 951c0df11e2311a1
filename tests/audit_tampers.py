"""What somebody with every right on the database may do to a sealed trail: each at random, none with the list of heads."""

import random
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from typing import Any

from cases.audit_chain import FORMS, content_digest, entry_digest, seal_digest
from cases.models import AuditEntry, AuditSeal

KEYS = ("id", "transaction")
FIELDS = [name for name in FORMS[1] if name != "id"]
SAID = (
    "form",
    "server",
    "sealed_at",
    "horizon",
    "floor",
    "first",
    "last",
    "count",
    "total",
    "content",
    "previous",
)


class Tamperer:
    """One random tamper at a time, on sealed entries or on seals, in the current transaction."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.seals = list(AuditSeal.objects.order_by("number"))
        self.sealed = [entry for seal in self.seals for entry in seal.entries]
        names = sorted(name for name in dir(self) if name.startswith("do_"))
        self.kinds: list[Callable[[], None]] = [getattr(self, name) for name in names]

    def tamper(self, number: int) -> str:
        """Do the `number`-th tamper: the kinds take turns, all else is chance. Returns its name."""
        kind = self.kinds[number % len(self.kinds)]
        kind()
        return kind.__name__

    # --- Entries ----------------------------------------------------------------------------------

    def do_change_a_field(self):
        entry, field = self._entry(), self.choose.choice(FIELDS)
        AuditEntry.objects.filter(pk=entry.pk).update(**{field: self._other_value(getattr(entry, field))})

    def do_give_an_entry_another_key(self):
        AuditEntry.objects.filter(pk=self._entry().pk).update(id=self._free_key())

    def do_delete_entries(self):
        some = self.choose.sample(self.sealed, self.choose.choice([1, 1, 1, 2, 5]))
        AuditEntry.objects.filter(pk__in=some)._raw_delete("default")

    def do_delete_a_whole_batch(self):
        AuditEntry.objects.filter(pk__in=self._seal().entries)._raw_delete("default")

    def do_insert_an_entry(self):
        """Among the sealed ones, made to look as old as they are."""
        self._copy(self._entry(), act="見る:なかったこと")

    def do_replay_a_batch(self):
        """The same entries a second time, under new keys."""
        for entry in AuditEntry.objects.filter(pk__in=self._seal().entries):
            self._copy(entry)

    def do_reorder_two_entries(self):
        """Two entries change their places: keys, or keys and transactions."""
        one, other = self._two_entries()
        free = self._free_key()
        for before, after in ((one.pk, free), (other.pk, one.pk), (free, other.pk)):
            AuditEntry.objects.filter(pk=before).update(id=after)
        if self.choose.random() < 0.5:
            AuditEntry.objects.filter(pk=one.pk).update(transaction=one.transaction)
            AuditEntry.objects.filter(pk=other.pk).update(transaction=other.transaction)

    def do_swap_the_contents_of_two_entries(self):
        one, other = self._two_entries()
        contents = [name for name in FIELDS if name not in KEYS]
        for target, source in ((one, other), (other, one)):
            AuditEntry.objects.filter(pk=target.pk).update(
                **{name: getattr(source, name) for name in contents}
            )

    # --- Seals ------------------------------------------------------------------------------------

    def do_change_what_a_seal_says(self):
        seal, field = self._seal(), self.choose.choice(SAID)
        self._rewrite(seal, **{field: self._other_value(getattr(seal, field))})

    def do_reorder_inside_a_seal(self):
        seal = self._seal()
        one, other = self.choose.sample(range(seal.count), 2)
        entries = list(seal.entries)
        entries[one], entries[other] = entries[other], entries[one]
        self._rewrite(seal, entries=entries)

    def do_delete_a_seal(self):
        AuditSeal.objects.filter(pk=self._seal().pk)._raw_delete("default")

    def do_swap_two_seals(self):
        one, other = self.choose.sample(self.seals, 2)
        for number, seal in ((-1, one), (one.number, other), (other.number, -1)):
            AuditSeal.objects.filter(number=getattr(seal, "number", seal)).update(number=number)

    def do_cut_the_tail(self):
        """The last seals go, with their entries or without."""
        cut = self.seals[-self.choose.randint(1, len(self.seals) - 1) :]
        if self.choose.random() < 0.5:
            gone = [entry for seal in cut for entry in seal.entries]
            AuditEntry.objects.filter(pk__in=gone)._raw_delete("default")
        AuditSeal.objects.filter(pk__in=[seal.pk for seal in cut])._raw_delete("default")

    def do_delete_everything(self):
        AuditEntry.objects.order_by()._raw_delete("default")
        AuditSeal.objects.order_by()._raw_delete("default")

    def do_replay_a_seal(self):
        """An old seal once more at the end, its links made to fit."""
        seal, last = AuditSeal.objects.get(pk=self._seal().pk), self.seals[-1]
        seal.number, seal.previous, seal.total = last.number + 1, last.digest, last.total + seal.count
        seal.digest = seal_digest(seal)
        seal.save(force_insert=True)

    # --- With the whole chain rewritten so that it agrees with itself --------------------------------

    def do_change_and_reseal(self):
        entry = self._entry()
        AuditEntry.objects.filter(pk=entry.pk).update(act=f"{entry.act}ではない")
        self._reseal()

    def do_delete_and_reseal(self):
        AuditEntry.objects.filter(pk=self._entry().pk)._raw_delete("default")
        self._reseal()

    def do_insert_and_reseal(self):
        seal, entry = self._seal(), self._entry()
        key = self._copy(entry, act="見る:なかったこと")
        self._reseal(also={seal.number: key})

    def do_date_a_seal_back_and_reseal(self):
        seal = self._seal()
        AuditSeal.objects.filter(pk=seal.pk).update(sealed_at=seal.sealed_at - timedelta(days=1))
        self._reseal()

    # --- Choosing ---------------------------------------------------------------------------------

    def _seal(self) -> AuditSeal:
        """One of them, to be changed: a copy, for the tamper is rolled back and what stands here is not."""
        return copy(self.choose.choice(self.seals))

    def _entry(self) -> AuditEntry:
        return AuditEntry.objects.get(pk=self.choose.choice(self.sealed))

    def _two_entries(self) -> tuple[AuditEntry, AuditEntry]:
        """Two that do not say the same."""
        while True:
            one, other = self._entry(), self._entry()
            if one.act != other.act:
                return one, other

    def _free_key(self) -> int:
        return self.choose.choice([10**6, max(self.sealed) + 10**6])

    def _other_value(self, value: Any) -> Any:
        """A value of the same kind that is not this one."""
        if value is None:
            return 1
        if isinstance(value, int):
            return value + self.choose.choice([-1, 1, 7])
        if isinstance(value, list):
            return [*value, value[0]] if value else [1]
        if isinstance(value, str):
            return self.choose.choice([f"{value}x"[-64:], value[:-1] if value else "x"])
        return value + timedelta(microseconds=self.choose.choice([-1, 1, 10**6]))

    def _copy(self, entry: AuditEntry, **changed: Any) -> int:
        """An entry like this one; without the walls nobody overwrites its transaction."""
        fields = {name: getattr(entry, name) for name in FIELDS} | changed
        return AuditEntry.objects.create(**fields).pk

    def _rewrite(self, seal: AuditSeal, **fields: Any) -> None:
        """Change the seal; half of the time its own digest is made to fit."""
        for name, value in fields.items():
            setattr(seal, name, value)
        if self.choose.random() < 0.5:
            fields["digest"] = seal_digest(seal)
        AuditSeal.objects.filter(pk=seal.pk).update(**fields)

    def _reseal(self, also: dict[int, int] | None = None) -> None:
        """Make every seal fit the entries as they are now, as somebody who knows our program would."""
        before = None
        for seal in AuditSeal.objects.order_by("number"):
            wanted = [*seal.entries, *([also[seal.number]] if also and seal.number in also else [])]
            found = (
                AuditEntry.objects.order_by("transaction", "pk").filter(pk__in=wanted).values_list(*FORMS[1])
            )
            rows = list(found)
            seal.entries, seal.digests = [row[0] for row in rows], b"".join(map(entry_digest, rows))
            seal.count, seal.first, seal.last = len(rows), rows[0][0], rows[-1][0]
            seal.total = (before.total if before else 0) + seal.count
            seal.content = content_digest(seal.entries, seal.digests)
            seal.previous = before.digest if before else ""
            seal.digest = seal_digest(seal)
            seal.save(force_update=True)
            before = seal
