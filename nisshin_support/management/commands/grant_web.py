"""The web role's rights, all of them, in one place; run after every migrate."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from cases.visibility import decisions
from nisshin_support import second_wall

# What the web role may add to and read, never change or remove.
APPEND_ONLY_TABLES = ("cases_auditentry", "meetings_snapshot")
READ_ONLY_TABLES = ("django_migrations", "cases_informationcategory", "cases_auditcheck")
# What the web role has no business with at all.
CLOSED_TABLES = ("cases_auditseal",)

GRANTS = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA public TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
"""


class Command(BaseCommand):
    """Grant the web role what its requests need and nothing else. Safe to run twice."""

    help = "Web サーバーの役割に、要る権限だけを与える（migrate のたびに実行）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when the role is missing or stands above the database's walls."""
        with transaction.atomic(), connection.cursor() as cursor:
            self._check_role(cursor)
            names = {"database": _quoted(connection.settings_dict["NAME"]), "role": _quoted(_role())}
            cursor.execute(GRANTS.format(**names))
            for table in self._present(cursor, APPEND_ONLY_TABLES):
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {names['role']}")
            decisions.install(cursor, names["role"])
            second_wall.build(cursor, names["role"])
            for table in self._present(cursor, READ_ONLY_TABLES):
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {_quoted(table)} FROM {names['role']}")
            for table in self._present(cursor, CLOSED_TABLES):
                cursor.execute(f"REVOKE ALL ON {_quoted(table)} FROM {names['role']}")
        if options["verbosity"]:
            self.stdout.write(f"{_role()} に権限を与えました。")

    def _check_role(self, cursor: Any) -> None:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [_role()])
        found = cursor.fetchone()
        if found is None:
            raise CommandError(
                f"役割がありません。管理者で実行してください: CREATE ROLE {_quoted(_role())} LOGIN;"
            )
        if found[0]:
            raise CommandError(f"{_role()} は SUPERUSER か BYPASSRLS です。そうでない役割を使ってください。")

    def _present(self, cursor: Any, tables: tuple[str, ...]) -> list[str]:
        return sorted(set(tables) & set(connection.introspection.table_names(cursor)))


def _role() -> str:
    role: str = settings.DATABASE_WEB_ROLE
    return role


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
