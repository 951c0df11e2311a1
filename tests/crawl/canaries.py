"""A canary in every text of every confidential record: a word found nowhere else, and where it was put.

The word is plain ASCII, so that it comes through HTML, headers, file names, spreadsheets and paper unchanged. The
random public ids of confidential records and the cases' numbers are canaries of their own: knowing one is knowing that
the record exists.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from cases.models import Case
from cases.visibility.register import CONFIDENTIAL
from nisshin_support.public_id import PublicIdField

WORD = re.compile(r"ZX[0-9]{5}Q", re.IGNORECASE)
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22,}")
CASE_NUMBER = re.compile(r"令和[0-9]+年度-[0-9]{4}")

# Texts that are no contents: the machine writes them, from words of its own.
NO_CONTENT = {
    "cases.Person.name_key": "the name again, for searching; planted with it",
    "cases.Person.kana_key": "the reading again, for searching; planted with it",
    "cases.Participation.begun_by": "a word of the program: opened, referral, invitation",
    "cases.Case.closing_reason": "one of the reasons of the list, kept without the list",
    "cases.AuditEntry.purpose": "one of the purposes",
    "cases.AuditEntry.act": "a sentence of the program",
    "cases.AuditEntry.rule": "the name of a rule",
    "cases.AuditEntry.things": "kinds and random ids",
    "cases.Referral.urgency": "one of the words of the list, kept without the list",
    "meetings.Snapshot.rule_version": "a digest of the rules",
    "meetings.Snapshot.digest": "a digest",
}


@dataclass(frozen=True)
class Canary:
    """Where a canary was put: the field of one record. `label` is the model's, in the place of a row's extension the
    extension's; `row` is set for whatever is decided with a row."""

    label: str
    pk: int
    field: str


class Cage:
    """All canaries of a world, by their word."""

    def __init__(self) -> None:
        self.by_word: dict[str, Canary] = {}

    def heard_in(self, text: str) -> set[str]:
        """The canaries that sing in a text."""
        words = {word.upper() for word in WORD.findall(text)}
        words.update(PUBLIC_ID.findall(text), CASE_NUMBER.findall(text))
        return words & self.by_word.keys()


def texts_of(model: type[models.Model]) -> list[Any]:
    """The fields of a model, its own alone, in which somebody could write something confidential."""
    own = model._meta.local_fields
    return [
        field for field in own if _is_text(field) and f"{model._meta.label}.{field.name}" not in NO_CONTENT
    ]


def _is_text(field: Any) -> bool:
    if isinstance(field, ArrayField):
        return _is_text(field.base_field)
    is_word = isinstance(field, models.CharField | models.TextField | models.JSONField)
    return is_word and not field.choices and not isinstance(field, PublicIdField)


def confidential_models() -> list[type[models.Model]]:
    """All models of the register, in its order."""
    return [apps.get_model(label) for label in CONFIDENTIAL]


def plant() -> Cage:
    """A canary into every such field of every record there is; as the owner, past every rule."""
    cage = Cage()
    for model in confidential_models():
        _plant_in(model, cage)
    return cage


def _plant_in(model: type[models.Model], cage: Cage) -> None:
    label, texts = model._meta.label, texts_of(model)
    records, changed = list(model._base_manager.order_by("pk")), set()
    for record in records:
        for field in texts:
            # What cannot be changed (the audit) has been written with its canary.
            came_with = WORD.search(str(getattr(record, field.attname)))
            word = came_with[0] if came_with else f"ZX{len(cage.by_word):05d}Q"
            if not came_with:
                setattr(record, field.attname, _written(field, word))
                changed.add(field.name)
            cage.by_word[word] = Canary(label, record.pk, field.name)
        for field in model._meta.local_fields:
            if isinstance(field, PublicIdField):
                cage.by_word[getattr(record, field.attname)] = Canary(label, record.pk, field.name)
        if isinstance(record, Case):
            cage.by_word[record.number] = Canary(label, record.pk, "number")
    if changed:
        model._base_manager.bulk_update(records, sorted(changed), batch_size=500)


def _written(field: Any, word: str) -> Any:
    if isinstance(field, ArrayField):
        return [word]
    return {"canary": word} if isinstance(field, models.JSONField) else word


def fields_without() -> list[str]:
    """Fields of confidential records in which no canary sits: each is a hole in the crawl."""
    return [
        f"{model._meta.label}.{field.name} of {record.pk}"
        for model in confidential_models()
        for record in model._base_manager.all()
        for field in texts_of(model)
        if not WORD.search(str(getattr(record, field.attname)))
    ]


def models_without_records() -> list[str]:
    """Confidential models that have text and of which the world holds no record."""
    return [
        model._meta.label
        for model in confidential_models()
        if texts_of(model) and not model._base_manager.exists()
    ]
