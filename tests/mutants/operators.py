"""Changed copies of a module of the gate, made from its syntax tree: one change each, of the kinds that go wrong.

Dropped or swapped conditions, `<` for `<=`, some for all, the other date, agency or side, an ignored withdrawal, a
dropped argument of a filter, another number of days, another kind or state.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

NUMBERS = {14, 15, 18, 30, 60}
LOOKUPS = {"__lte": "__lt", "__gte": "__gt", "__lt": "__lte", "__gt": "__gte"}
COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
# The other side, agency or date, by the name of the column.
COLUMNS = {
    **{"recorded_by": "brought_by", "brought_by": "recorded_by", "opened_by": "recorded_by"},
    **{"first": "second", "second": "first", "from_agency": "to_agency", "to_agency": "from_agency"},
    **{"from_day": "until_day", "until_day": "from_day", "given_on": "from_day", "approved_on": "approve_by"},
    **{"released_on": "happened_on", "acknowledged_on": "until_day", "old": "new", "new": "old"},
}
ATTRIBUTES = {"agency_id": "user_id", "user_id": "agency_id"}
# Enumerations of which another member is taken.
ENUMERATIONS = {
    "REFUSED": "GIVEN", "NARROWED": "NOT_ASKED", "SELF": "RELATIVE", "REPRESENTATIVE": "RELATIVE", "ORAL": "ELECTRONIC",
    "WRITTEN": "ORAL", "ELECTRONIC": "ORAL", "CONSENT": "STATUTE", "STATUTE": "CONSENT", "COORDINATOR": "COUNTER",
    "CHAIR": "EXTERNAL", "IDENTITY": "HISTORY", "SERVICES": "HISTORY", "DECISION": "MINUTES", "ACTION": "RECORD",
    "PENDING": "RETURNED", "ACCEPTED": "RETURNED", "RETURNED": "ACCEPTED", "MINUTES": "HELD", "GIVEN": "REFUSED",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One changed copy; its name stays the same while its function stays the same."""

    name: str
    module: ModuleType
    function: str
    line: int
    source: str

    @property
    def is_constant(self) -> bool:
        """Whether a constant of the module was changed, which anything may use."""
        return not callable(vars(self.module).get(self.function))


def mutants(module: ModuleType, source: str) -> list[Mutant]:
    """Every change of every kind at every place of the module."""
    found: list[Mutant] = []
    numbers: Counter = Counter()
    short, lines, known = (
        module.__name__.rsplit(".", 1)[-1],
        source.encode().splitlines(keepends=True),
        {source},
    )
    for function, top in _parts(ast.parse(source)):
        for node in ast.walk(top):
            for kind, replacement in _replacements(node):
                text = _replaced(lines, node, replacement)
                if text not in known:
                    known.add(text)
                    numbers[function, kind] += 1
                    name = f"{short}.{function} {kind} {numbers[function, kind]}"
                    found.append(Mutant(name, module, function, node.lineno, text))
    return found


def _replaced(lines: list[bytes], node: Any, replacement: ast.AST) -> str:
    """The module's text with this node's place taken by the replacement; lines stay where they are."""
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    new = ast.unparse(replacement)
    wanted = new if isinstance(node, ast.If) else f"({new})"
    if isinstance(node, ast.If):
        wanted = new.replace("\n", "\n" + " " * node.col_offset)
    return (before + wanted.encode() + after).decode()


def _parts(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions and the constants."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
            yield ast.unparse(node.targets[0]), node


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield "drop-right", node.left
        yield "drop-left", node.right
        other = ast.BitOr() if isinstance(node.op, ast.BitAnd) else ast.BitAnd()
        yield "and-or", ast.BinOp(node.left, other, node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        yield "un-negate", node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        yield "compare", ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.IfExp):
        yield "swap-branches", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.If):
        yield "negate-if", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.Constant) and type(node.value) is int and node.value in NUMBERS:
        yield "one-more", ast.Constant(node.value + 1)
        yield "one-less", ast.Constant(node.value - 1)
    elif isinstance(node, ast.Attribute) and node.attr in ENUMERATIONS:
        yield "other-kind", ast.Attribute(node.value, ENUMERATIONS[node.attr], node.ctx)
    elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        yield "other-agency", ast.Attribute(node.value, ATTRIBUTES[node.attr], node.ctx)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("filter", "exclude") and isinstance(node.func, ast.Attribute):
        yield f"drop-{name}", node.func.value
    if name == "exclude" and isinstance(node.func, ast.Attribute):
        yield (
            "filter-for-exclude",
            ast.Call(ast.Attribute(node.func.value, "filter", ast.Load()), node.args, node.keywords),
        )
    if name == "Exists":
        yield "negate", ast.UnaryOp(ast.Invert(), node)
    if name not in ("filter", "exclude", "Q"):
        return
    for place, keyword in enumerate(node.keywords):
        if not keyword.arg:
            continue
        if len(node.keywords) + len(node.args) > 1:
            yield "drop-argument", _with(node, place, None)
        for other in _other_columns(keyword.arg):
            yield "other-column", _with(node, place, ast.keyword(other, keyword.value))
        for lookup, swapped in LOOKUPS.items():
            if keyword.arg.endswith(lookup):
                to = ast.keyword(keyword.arg.removesuffix(lookup) + swapped, keyword.value)
                yield "boundary", _with(node, place, to)
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            yield (
                "true-false",
                _with(node, place, ast.keyword(keyword.arg, ast.Constant(not keyword.value.value))),
            )


def _with(node: ast.Call, place: int, keyword: ast.keyword | None) -> ast.Call:
    keywords = list(node.keywords)
    keywords[place : place + 1] = [keyword] if keyword else []
    return ast.Call(node.func, node.args, keywords)


def _other_columns(name: str) -> Iterator[str]:
    column, *rest = name.split("__")
    if column in COLUMNS:
        yield "__".join([COLUMNS[column], *rest])
