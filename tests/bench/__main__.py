"""`make bench`: exit status 1 only for a wrong answer or a number of queries that grows; slow is not wrong."""

import os
import sys

from nisshin_support import database as server

PATIENCE = "60s"


def main(runs: int = 20) -> int:
    """Measure every job in the great city through the product's own settings, logged in as the web role."""
    os.environ |= {"NISSHIN_HTTPS": "off", "NISSHIN_SECOND_FACTOR": "off"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "nisshin_support.settings"
    os.environ["NISSHIN_DATABASE_ROLE"] = "web"
    server.start("test")
    import django

    django.setup()
    from tests.bench import city, database

    name = database.ready(city.CITY)
    from django.db import connection

    connection.settings_dict |= server_of(database.environment(name)["DATABASE_URL"])
    connection.settings_dict["OPTIONS"] = {"options": f"-c statement_timeout={PATIENCE}"}
    from tests.bench import run

    with database.connect(name) as owner:
        return 1 if run.all_jobs(city.CITY, owner, runs) else 0


def server_of(url: str) -> dict[str, object]:
    """Which database is meant; everything else as the product has it."""
    from nisshin_support.settings import postgres

    return {key: value for key, value in postgres(url).items() if key in ("NAME", "HOST", "USER")}


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
