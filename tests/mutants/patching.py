"""The program as it would be with another text in one of its modules."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

from cases.visibility import prepared


@contextmanager
def as_if(module: ModuleType, source: str) -> Iterator[None]:
    """As long as the block lasts, the functions and constants of `module` are those of `source`.

    Other modules hold the functions themselves: what changes is their code, so that all see it.
    """
    before = {name: _inside(value) for name, value in vars(module).items()}
    _put(module, {name: _inside(value) for name, value in _executed(module, source).items()})
    prepared._compiled.cache_clear()
    try:
        yield
    finally:
        _put(module, before)
        prepared._compiled.cache_clear()


def _executed(module: ModuleType, source: str) -> dict[str, Any]:
    namespace = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, str(module.__file__), "exec"), namespace)
    return namespace


def _inside(value: Any) -> Any:
    """Of a function what it does and its defaults; of anything else the thing itself."""
    return (value.__code__, value.__defaults__) if isinstance(value, FunctionType) else value


def _put(module: ModuleType, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        held = vars(module).get(name)
        if isinstance(held, FunctionType) and held.__module__ == module.__name__ and not held.__closure__:
            held.__code__, held.__defaults__ = value
