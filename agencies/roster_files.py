"""The roster's files: CSV tables that a clerk can open in Excel, read into agencies, plan and places.

Another city starts from its own folder with the same headings; nothing about a city stands in the code.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction

from agencies.models import (
    Agency,
    AgencyList,
    CitySetting,
    Commission,
    Holiday,
    Place,
    PlannedNumber,
    PlanRow,
)
from nisshin_support import wareki

ENCODINGS = ("utf-8-sig", "cp932")
YES = {"はい", "○", "1", "true"}
# The column that is no field of its model: which versions of the 別表 an agency stands in.
LIST_COLUMN = "別表"


class RosterFileError(Exception):
    """A file cannot be read; the message names the file, the line and what mends it."""


def read_table(path):
    """The rows of one CSV file as dicts by heading; [] where there is no such file."""
    if not path.exists():
        return []
    for encoding in ENCODINGS:
        try:
            with open(path, encoding=encoding, newline="") as file:
                return [
                    {key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(file)
                ]
        except UnicodeDecodeError:
            continue
    raise RosterFileError(f"{path.name}: 文字コードを読み取れません。UTF-8 で保存してください。")


@dataclass
class Table:
    """One file and the model it fills; its headings are the Japanese names of the model's fields.

    `key`: the fields that say which row is meant.
    """

    file: str
    model: type[models.Model]
    key: tuple[str, ...]

    def fields(self):
        """The model's fields by heading."""
        return {str(field.verbose_name): field for field in self.model._meta.concrete_fields}


TABLES = [
    Table("plan_rows.csv", PlanRow, ("code",)),
    Table("planned_numbers.csv", PlannedNumber, ("plan_row", "fiscal_year", "layer")),
    Table("agencies.csv", Agency, ("code",)),
    Table("commissions.csv", Commission, ("agency", "plan_row", "layer")),
    Table("places.csv", Place, ("code",)),
    Table("agency_lists.csv", AgencyList, ("name", "version")),
    Table("holidays.csv", Holiday, ("day",)),
]


@dataclass
class Loading:
    """One reading of a folder: creates what is missing; rewrites what is there only with `refresh`."""

    folder: Path
    refresh: bool = False
    new: Counter = field(default_factory=Counter)
    kept: Counter = field(default_factory=Counter)

    def run(self):
        """Read every file of the folder, in one transaction."""
        if not (self.folder / TABLES[0].file).exists():
            raise RosterFileError(
                f"{self.folder} に {TABLES[0].file} がありません。フォルダーを確かめてください。"
            )
        with transaction.atomic():
            for table in TABLES:
                self._fill(table)
            self._name_the_city()
            self._fill_lists()

    def sentence(self):
        """What was done, in one line."""
        labels = {table.model: str(table.model._meta.verbose_name) for table in TABLES}
        found = "、".join(f"{label}{self.new[model] + self.kept[model]}件" for model, label in labels.items())
        return f"名簿: {found}(新しく{self.new.total()}件、そのまま{self.kept.total()}件)"

    def _fill(self, table):
        for number, row in enumerate(read_table(self.folder / table.file), start=2):
            try:
                self._put(table, self._values(table, row))
            except (ValueError, ValidationError, LookupError, models.ObjectDoesNotExist) as problem:
                said = "、".join(problem.messages) if isinstance(problem, ValidationError) else problem
                raise RosterFileError(f"{table.file} の{number}行目: {said}") from None

    def _values(self, table, row):
        """The row as values of fields; an unknown heading is passed over."""
        return {
            field.name: _value(field, row[heading], heading)
            for heading, field in table.fields().items()
            if row.get(heading)
        }

    def _put(self, table, values):
        key = {name: values.get(name, "") for name in table.key}
        found = table.model.objects.filter(**key).first()
        if found and not self.refresh:
            self.kept[table.model] += 1
            return
        thing = found or table.model()
        for name, value in values.items():
            setattr(thing, name, value)
        thing.full_clean()
        thing.save()
        (self.kept if found else self.new)[table.model] += 1

    def _name_the_city(self):
        for row in read_table(self.folder / "city.csv")[:1]:
            CitySetting.objects.get_or_create(pk=1, defaults={"city_name": row["市町村名"]})

    def _fill_lists(self):
        """Put agencies into the lists that this reading made: an existing list is a dated fact and stays."""
        if not (self.new[AgencyList] or self.refresh):
            return
        rows = [row for row in read_table(self.folder / "agencies.csv") if row.get(LIST_COLUMN)]
        by_code = {
            agency.code: agency for agency in Agency.objects.filter(code__in=[row["符号"] for row in rows])
        }
        for version in {row[LIST_COLUMN] for row in rows}:
            members = [by_code[row["符号"]] for row in rows if row[LIST_COLUMN] == version]
            for agency_list in AgencyList.objects.filter(version=version):
                agency_list.agencies.add(*members)


def _value(field, text, heading):
    """One cell as its field's value: choices by label, what is pointed to by code."""
    if isinstance(field, models.ForeignKey):
        return _by_code(field.related_model, text, heading)
    if field.choices:
        return _by_label(field, text, heading)
    if isinstance(field, models.DateField):
        return wareki.parse_day(text)
    if isinstance(field, models.BooleanField):
        return text.lower() in YES
    return field.to_python(text)


def _by_code(model, code, heading):
    found = model.objects.filter(code=code).first()
    if found is None:
        raise LookupError(f"{heading}「{code}」という符号の{model._meta.verbose_name}がありません。")
    return found


def _by_label(field, text, heading):
    values = {str(label): value for value, label in field.choices}
    if text not in values:
        raise LookupError(f"{heading}「{text}」は選べません。{'・'.join(values)} のどれかにしてください。")
    return values[text]
