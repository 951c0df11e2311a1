"""Recompute every seal from the entries, and compare the chain with the heads kept outside the database."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit_chain import Heads
from cases.audit_sealing import remember
from cases.audit_verifying import verify
from cases.models import AuditCheck

SHOWN = 50


class Command(BaseCommand):
    """Ends with one line for machines; exit status 1 when anything does not agree."""

    help = "監査記録が変えられていないことを、封印と控えで確かめる"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the heads are kept."""
        parser.add_argument("--head", default=settings.AUDIT_HEADS, help="控えのファイル")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found, then the numbers."""
        try:
            found = verify(Heads(options["head"]))
        except (ValueError, OSError) as problem:
            raise CommandError(f"控えが読めません。{problem}") from problem
        for problem in found[:SHOWN]:
            self.stderr.write(str(problem))
        if len(found) > SHOWN:
            self.stderr.write(f"ほか {len(found) - SHOWN} 件")
        done = remember(AuditCheck.Act.VERIFY, problems=len(found))
        numbers = f"entries={done.entries} seals={done.seals} unsealed={done.unsealed}"
        self.stdout.write(f"audit: {numbers} problems={len(found)}")
        if found:
            sys.exit(1)
