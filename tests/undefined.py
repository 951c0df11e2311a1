"""Make an undefined variable in one of our own templates an error instead of an empty place."""

import inspect

from django.conf import settings
from django.template import Node


class UndefinedVariable(str):
    """Django's `string_if_invalid`, "%s": where a variable is missing, Django fills in its name by `%`."""

    def __mod__(self, name: object) -> str:
        """Raise AssertionError if the place is in our templates; the admin's own rely on silence."""
        origin = _origin()
        if origin.startswith(str(settings.BASE_DIR / "templates")):
            raise AssertionError(f"undefined template variable {name!r} in {origin}")
        return ""


def _origin() -> str:
    for frame in inspect.stack(context=0):
        node = frame.frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
    return ""
