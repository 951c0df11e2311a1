"""小さい数を出さない: which cells of a published table stay hidden, so that no small one can be worked out.

A table is published with its rows' and columns' sums. Cells of 1 … threshold-1 are hidden; then more, until no hidden
small cell follows from what is left. Whether a cell follows is asked exactly: a table with sums is a network (rows and
columns the nodes, cells the arcs), and a hidden cell could be another number if and only if a unit can be sent round a
circle through it that touches hidden cells alone and leaves none of them below 1. (Zeros are shown, so whoever reads the
table knows that a hidden cell is at least 1.)
"""

from heapq import heappop, heappush


def with_totals(cells):
    """The table with a last column and a last row of sums."""
    rows = [[*row, sum(row)] for row in cells]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def hidden_cells(cells, threshold, also=(), across=True, down=True):
    """(row, column) of every cell to hide; the sums are the last row and the last column.

    `also` names cells that must be hidden for another reason. Without `across` (`down`) the rows' (columns') sums are
    not published; those of a single column would only say it again.
    """
    table = with_totals(cells)
    also = {*also, *_unpublished(table, across and bool(table) and len(table[0]) > 2, down)}
    places = [(row, column) for row, line in enumerate(table) for column in range(len(line))]
    small = {(row, column) for row, column in places if 0 < table[row][column] < threshold}
    hidden = small | {place for place in also if table[place[0]][place[1]]}
    every = {(row, column) for row, column in places if table[row][column]}
    while exposed := next((place for place in sorted(small) if follows(table, hidden, place)), None):
        hidden |= _cheapest_circle(table, every, exposed, hidden)
    return hidden


def _unpublished(table, across, down):
    """The sums that are not published at all."""
    last_row = len(table) - 1
    sums = set() if across else {(row, len(line) - 1) for row, line in enumerate(table)}
    return sums if down or not table else sums | {(last_row, column) for column in range(len(table[0]))}


def follows(table, hidden, place):
    """Whether the hidden cell at `place` can be worked out exactly from the cells that are shown."""
    return _cheapest_circle(table, hidden, place, hidden) is None


def _cheapest_circle(table, usable, place, hidden):
    """The cells of the cheapest circle through `place` along usable cells, or None; hidden cells cost nothing."""
    arcs, own = _arcs(table, usable - {place}), _arcs(table, {place})
    ways = [(end, start) for start, ends in own.items() for end, _ in ends]
    found = [way for way in (_cheapest_way(table, arcs, *ends, hidden) for ends in ways) if way]
    return set(min(found)[1]) | {place} if found else None


def _cheapest_way(table, arcs, start, end, hidden):
    """(cost, cells) of the cheapest way between two nodes, or None."""
    heap, seen = [(0, start, ())], set()
    while heap:
        cost, node, way = heappop(heap)
        if node == end:
            return cost, way
        if node in seen:
            continue
        seen.add(node)
        for following, place in arcs.get(node, ()):
            more = 0 if place in hidden else _cost(table, place)
            heappush(heap, (cost + more, following, (*way, place)))
    return None


def _cost(table, place):
    """What it costs to hide a cell: its number; the sums are what people look for first, so they cost more."""
    row, column = place
    sums = (row == len(table) - 1) + (column == len(table[0]) - 1)
    return table[row][column] + sums * table[-1][-1]


def _arcs(table, cells):
    """From row to column where a cell can grow, back where it can shrink; sums count against the cells."""
    arcs = {}
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    for place in cells:
        row, column = ("row", place[0]), ("column", place[1])
        can_shrink = table[place[0]][place[1]] > 1
        against = (place[0] == last_row) != (place[1] == last_column)
        if can_shrink or not against:
            arcs.setdefault(row, []).append((column, place))
        if can_shrink or against:
            arcs.setdefault(column, []).append((row, place))
    return arcs
