"""Close what was written in the audit trail since the last time (a timer runs this, as the owner)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit_chain import Heads
from cases.audit_sealing import HeadsDiffer, seal_all


class Command(BaseCommand):
    """Safe to run at any time, also twice at once."""

    help = "監査記録を封印し、封印の控えをデータベースの外のファイルに書き足す"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the heads are kept."""
        parser.add_argument("--head", default=settings.AUDIT_HEADS, help="控えのファイル")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when the chain does not continue the heads, or the list cannot be read or written."""
        try:
            done = seal_all(Heads(options["head"]))
        except (HeadsDiffer, ValueError, OSError) as problem:
            raise CommandError(f"封印しませんでした。{problem}") from problem
        if options["verbosity"]:
            self.stdout.write(f"seal: entries={done.entries} seals={done.seals} unsealed={done.unsealed}")
