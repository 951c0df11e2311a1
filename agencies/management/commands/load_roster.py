"""Load a city's roster and plan from a folder of CSV files. Safe to run again and again."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from agencies.roster_files import Loading, RosterFileError
from agencies.towns import ROSTER_FOLDER


class Command(BaseCommand):
    help = "機関・計画・場の名簿をフォルダーの CSV から読み込みます。すでにあるものは書き換えません。"

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="folder", default=str(ROSTER_FOLDER), help="CSV のあるフォルダー")
        parser.add_argument("--refresh", action="store_true", help="すでにあるものもファイルの内容に戻す")

    def handle(self, *args, folder, refresh, verbosity, **options):
        loading = Loading(Path(folder), refresh=refresh)
        try:
            loading.run()
        except RosterFileError as problem:
            raise CommandError(str(problem)) from None
        if verbosity:
            self.stdout.write(loading.sentence())
