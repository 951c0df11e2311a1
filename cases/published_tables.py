"""統計表: counted tables, and what of them may be published (small numbers and what they follow from stay hidden)."""

from dataclasses import dataclass

from cases.small_cells import hidden_cells, with_totals

HIDDEN = "－"


@dataclass(frozen=True)
class Counted:
    """A table as counted. `people` is a last column of distinct people or cases, which does not add up.

    `across` and `down`: whether the rows' and columns' sums are published. Tables of one `group` count the same
    things, so that a sum hidden in one of them is hidden in all.
    """

    title: str
    heading: str
    columns: list
    rows: list
    people: list | None = None
    people_total: int = 0
    people_label: str = "実人数"
    across: bool = False
    down: bool = True
    group: str = ""
    note: str = ""

    @property
    def cells(self):
        return [values for _, values in self.rows]


@dataclass(frozen=True)
class Published:
    """A table as shown: headings, and rows of a label with numbers or 「－」."""

    title: str
    heading: str
    headings: list
    rows: list
    note: str

    @property
    def lines(self):
        """The rows with each number beside its heading, for a table that becomes cards on a telephone."""
        return [(label, list(zip(self.headings, values, strict=True))) for label, values in self.rows]


def published(counted, threshold):
    """The tables with what must not be published hidden."""
    return [
        _shown(table, *cells, threshold)
        for table, cells in zip(counted, _all_hidden(counted, threshold), strict=True)
    ]


def _all_hidden(counted, threshold):
    """(hidden cells, hidden people) of every table; sums are hidden together within a group."""
    sums = {}
    while True:
        found = [_hidden(table, threshold, sums.get(table.group, set())) for table in counted]
        grown = {group: set(columns) for group, columns in sums.items()}
        for table, (cells, people) in zip(counted, found, strict=True):
            if table.group and table.down:
                last = len(table.rows)
                grown.setdefault(table.group, set()).update(column for row, column in cells if row == last)
                grown[table.group] |= {"people"} if (last, 0) in people else set()
        if grown == sums:
            return found
        sums = grown


def _hidden(table, threshold, sums):
    last = len(table.rows)
    also = {(last, column) for column in sums if column != "people"}
    cells = hidden_cells(table.cells, threshold, also, across=table.across, down=table.down)
    if table.people is None:
        return cells, set()
    # People are never more than the first column's contacts: where those are hidden, so are they.
    beside = {(row, 0) for row, column in cells if column == 0} | ({(last, 0)} if "people" in sums else set())
    people = [[number] for number in table.people]
    return cells, hidden_cells(people, threshold, beside, down=table.down)


def _shown(table, hidden, hidden_people, threshold):
    counts, last = with_totals(table.cells), len(table.rows)
    width = len(table.columns) + table.across
    labels = [label for label, _ in table.rows] + (["計"] if table.down else [])
    people = None if table.people is None else [*table.people, table.people_total]
    rows = []
    for row, label in enumerate(labels):
        values = (
            [HIDDEN if (row, column) in hidden else counts[row][column] for column in range(width)]
            if counts
            else []
        )
        if people is not None:
            small = row == last and 0 < people[row] < threshold
            values.append(HIDDEN if small or (row, 0) in hidden_people else people[row])
        rows.append((label, values))
    headings = [
        *table.columns,
        *(["計"] if table.across else []),
        *([] if people is None else [table.people_label]),
    ]
    return Published(table.title, table.heading, headings, rows if table.rows else [], table.note)
