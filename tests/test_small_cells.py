"""小さい数を出さない: asked by brute force of every small table, and of random larger ones."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.small_cells import follows, hidden_cells, with_totals

THRESHOLD = 3
LARGEST = 9
small_tables = st.integers(1, 3).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 4), min_size=columns, max_size=columns), min_size=1, max_size=2
    )
)
tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 40), min_size=columns, max_size=columns), min_size=1, max_size=8
    )
)


def readings(cells, hidden):
    """Every table that the reader of the published one cannot rule out, as values of the hidden cells."""
    free = [(r, c) for r, row in enumerate(cells) for c in range(len(row)) if (r, c) in hidden]
    shown = with_totals(cells)
    for values in product(range(1, LARGEST), repeat=len(free)):
        guess = [list(row) for row in cells]
        for (row, column), value in zip(free, values, strict=True):
            guess[row][column] = value
        table = with_totals(guess)
        places = [(r, c) for r, line in enumerate(shown) for c in range(len(line))]
        if all(table[r][c] == shown[r][c] for r, c in places if (r, c) not in hidden) and all(
            table[r][c] for r, c in hidden if shown[r][c]
        ):
            yield table


@settings(max_examples=150, deadline=None)
@given(small_tables, st.booleans(), st.booleans())
def test_no_small_cell_can_be_worked_out(cells, across, down):
    hidden = hidden_cells(cells, THRESHOLD, across=across, down=down)
    if len([place for place in hidden if place[0] < len(cells) and place[1] < len(cells[0])]) > 5:
        return
    table, possible = with_totals(cells), list(readings(cells, hidden))
    for row, line in enumerate(table):
        for column, value in enumerate(line):
            if 0 < value < THRESHOLD:
                assert (row, column) in hidden
                assert len({reading[row][column] for reading in possible}) > 1


@settings(max_examples=200, deadline=None)
@given(tables, st.integers(2, 12))
def test_every_small_cell_is_hidden_and_zeros_are_shown(cells, threshold):
    table, hidden = with_totals(cells), hidden_cells(cells, threshold)
    for row, line in enumerate(table):
        for column, value in enumerate(line):
            if 0 < value < threshold:
                assert (row, column) in hidden and not follows(table, hidden, (row, column))
            if value == 0:
                assert (row, column) not in hidden


def test_nothing_small_nothing_hidden():
    assert hidden_cells([[10, 0], [30, 12]], 10) == set()
    assert hidden_cells([], 10) == set()


def test_a_single_small_cell_takes_company_along():
    hidden = hidden_cells([[3], [20], [15]], 10)
    assert (0, 0) in hidden and (2, 0) in hidden
    assert (3, 0) not in hidden and (1, 0) not in hidden


def test_two_ones_hidden_alone_would_say_that_they_are_ones():
    assert len([place for place in hidden_cells([[1], [1], [20]], 10) if place[1] == 0]) == 3


def test_a_cell_to_be_hidden_for_another_reason_is():
    assert (0, 0) in hidden_cells([[20], [30]], 10, also={(0, 0)})
