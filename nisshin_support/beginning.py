"""`begins`: how a text begins, asked as a range.

LIKE may tell of texts that row-level security hides, so PostgreSQL asks the wall about every row of a table before it
compares one name. A comparison by bytes is safe to ask first, and an index with pattern operators answers it, also in a
prepared plan, which does not know the words yet.
"""

from typing import Any

from django.db.models import CharField, Lookup

LAST = "\U0010ffff"


@CharField.register_lookup
class Begins(Lookup):
    """`name_key__begins="カク"`."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """From the words up to the words followed by the last of all characters."""
        text, of_text = self.process_lhs(compiler, connection)
        words = str(self.rhs)
        return f"({text} ~>=~ %s AND {text} ~<~ %s)", [*of_text, words, *of_text, words + LAST]
