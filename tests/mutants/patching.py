"""The program as it would be with another text in one of its modules."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from cases.visibility import prepared

GATE = "cases.visibility"


@contextmanager
def as_if(module: ModuleType, source: str) -> Iterator[None]:
    """As long as the block lasts, the functions and constants of `module` are those of `source`.

    Other modules hold the functions themselves: what changes is their code, so that all see it.
    """
    constants = _constants(source)
    before = {name: _inside(value) for name, value in vars(module).items()}
    _put(module, _executed(module, source), constants)
    prepared._compiled.cache_clear()
    try:
        yield
    finally:
        _put(module, before, constants)
        prepared._compiled.cache_clear()


def _executed(module: ModuleType, source: str) -> dict[str, Any]:
    namespace = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, str(module.__file__), "exec"), namespace)
    return {name: _inside(value) for name, value in namespace.items()}


def _constants(source: str) -> set[str]:
    """Names that the module assigns by itself."""
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    names = [name for node in assigned for target in node.targets for name in ast.walk(target)]
    return {name.id for name in names if isinstance(name, ast.Name)}


def _inside(value: Any) -> Any:
    """Of a function what it does and its defaults; of anything else the thing itself."""
    return (value.__code__, value.__defaults__) if isinstance(value, FunctionType) else value


def _put(module: ModuleType, wanted: dict[str, Any], constants: set[str]) -> None:
    for name, value in wanted.items():
        held = vars(module).get(name)
        if isinstance(held, FunctionType) and held.__module__ == module.__name__ and not held.__closure__:
            held.__code__, held.__defaults__ = value
        elif name in constants and not callable(held):
            _everywhere(name, held, value)


def _everywhere(name: str, held: Any, value: Any) -> None:
    """In each module of the gate that holds this very constant under its name."""
    for known, module in list(sys.modules.items()):
        if known.startswith(GATE) and vars(module).get(name) is held:
            setattr(module, name, value)
