#!/usr/bin/env python
"""Commands run as the database's owner: they migrate, load and dump."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nisshin_support.settings")
    os.environ["NISSHIN_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
