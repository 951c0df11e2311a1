"""While a template renders, nothing confidential may be fetched: views pass evaluated rows (guard 3 of the house)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.template.base import Template

from cases.visibility.register import CONFIDENTIAL


class QueryWhileRendering(AssertionError):
    """A template fetched rows of a confidential table."""


@contextmanager
def refusing_queries_while_rendering() -> Iterator[None]:
    """Any query on a confidential table while a template renders raises."""
    tables = [apps.get_model(label)._meta.db_table for label in CONFIDENTIAL]
    confidential = re.compile(rf'"({"|".join(tables)})"')
    depth = 0
    render = Template.render

    def counted(template, context):
        nonlocal depth
        depth += 1
        try:
            return render(template, context)
        finally:
            depth -= 1

    def guard(execute, sql, params, many, context):
        if depth and (found := confidential.search(str(sql))):
            raise QueryWhileRendering(f"a template fetched from {found[1]}")
        return execute(sql, params, many, context)

    Template.render = counted  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(guard):
            yield
    finally:
        Template.render = render  # type: ignore[method-assign]
