"""Rows as a page shows them: plain lines, all fetched, in as many queries for thirty rows as for three."""

from dataclasses import dataclass, field
from datetime import date, time

from cases.models import Row
from meetings.models import AgendaItem
from nisshin_support.wareki import PartialDate, wareki_short

SELF, SOMEBODY = "本人", "世帯のほかの人"
TEXTS = [Row.Kind.ITEM_TITLE, Row.Kind.ITEM_QUESTION, Row.Kind.ITEM_REASON, Row.Kind.ITEM_NECESSITY]
WRITTEN = [(Row.Kind.ANSWER, "照会への回答"), (Row.Kind.MINUTES, "議事録"), (Row.Kind.DECISION, "決定事項")]
NOT_SHOWN = {"order", "version"}


@dataclass(frozen=True)
class Header:
    """氏名, ふりがな, 生年月日 of an item's main subject: only for items whose header the gate opens."""

    name: str
    kana: str
    born: PartialDate | None


@dataclass(frozen=True)
class Line:
    """One row on a page."""

    pk: int
    public_id: str
    kind: str
    label: str
    text: str
    day: date
    agency: str
    own: bool
    subjects: str
    categories: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """What lies on a table for one viewer: the item's texts, the enclosed rows, and what was written."""

    title: str
    texts: list[Line]
    enclosed: list[Line]
    written: list[tuple[str, list[Line]]]


def header_of(request, item):
    """The item's header if the gate opens it for this purpose, else None."""
    opened = AgendaItem.objects.visible_to(request.viewer, request.purpose).filter(pk=item.pk)
    return as_header(item.case.main_subject) if opened.exists() else None


def as_header(person):
    return Header(person.name, person.kana, person.birth)


def lines_of(request, item, rows, header):
    """Lines of rows that the gate gave for this item; names of others only where the header is open."""
    rows = list(rows)
    facts = facts_of(request, item, rows)
    return [line_of(request.viewer, item, row, header, facts.get(row.pk, [])) for row in rows]


def facts_of(request, item, rows):
    """{row's key: [(label, value)]} from the columns that special kinds of rows add; one query a kind."""
    kinds = {row.kind for row in rows}
    models = [model for model in Row.__subclasses__() if model.KIND in kinds]
    keys = [row.pk for row in rows]
    found = {}
    for model in models:
        for special in model.objects.visible_to(request.viewer, request.purpose, item).filter(pk__in=keys):
            found[special.pk] = list(_facts(special))
    return found


def _facts(special):
    for column in type(special)._meta.local_fields:
        value = getattr(special, column.attname)
        if column.is_relation or column.name in NOT_SHOWN or value in ("", None):
            continue
        if isinstance(value, date):
            value = wareki_short(value)
        elif isinstance(value, time):
            value = f"{value:%H:%M}"
        elif column.choices:
            value = getattr(special, f"get_{column.name}_display")()
        yield column.verbose_name, str(value)


def line_of(viewer, item, row, header, facts):
    return Line(
        pk=row.pk,
        public_id=row.public_id,
        kind=row.kind,
        label=row.get_kind_display(),
        text=row.text,
        day=row.happened_on,
        agency=row.recorded_by.name,
        own=row.recorded_by_id == viewer.agency_id,
        subjects="・".join(_subjects(item, row, header)),
        categories=[category.label for category in row.category_list()],
        facts=facts,
    )


def _subjects(item, row, header):
    for subject in row.subject_list():
        if subject.pk == item.case.main_subject_id:
            yield SELF
        else:
            yield subject.name if header else SOMEBODY


def laid_out(lines):
    """The lines in the order of the table: texts, enclosed rows, answers, minutes, decisions."""
    texts = [line for kind in TEXTS for line in lines if line.kind == kind and kind != Row.Kind.ITEM_TITLE]
    written = [(label, [line for line in reversed(lines) if line.kind == kind]) for kind, label in WRITTEN]
    known = {*TEXTS, *(kind for kind, _ in WRITTEN)}
    return Table(
        title=next((line.text for line in lines if line.kind == Row.Kind.ITEM_TITLE), ""),
        texts=texts,
        enclosed=[line for line in lines if line.kind not in known],
        written=[(label, found) for label, found in written if found],
    )
