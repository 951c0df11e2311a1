"""The invented demonstration world, made once; every start prints its accounts."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agencies.models import User
from nisshin_support import clock
from nisshin_support.demo import accounts
from nisshin_support.demo.community import Neighbourhood
from nisshin_support.demo.households import Teller
from nisshin_support.demo.meetings import Calendar, make_roster
from nisshin_support.demo.second_persons import Waiting

YEARS_BACK = timedelta(days=900)


class Command(BaseCommand):
    """Safe to run twice. Refuses a database in which somebody else's accounts are: this is not for real data."""

    help = "架空のデモ用の世界を作ります(二度目からは、アカウントを表示するだけです)。"

    def handle(self, *args, **options):
        known = User.objects.filter(username__in=accounts.ACCOUNTS)
        if not known.exists():
            if User.objects.exists():
                raise CommandError("すでに職員が登録されているため、デモ用の世界は作りません。")
            build(clock.today())
        self.stdout.write("デモ用のアカウント(すべて架空。合言葉は .demo-accounts.json にもあります)")
        for line in accounts.lines():
            self.stdout.write(line)


@transaction.atomic
def build(today):
    """Everything of the demonstration, dated from `today`."""
    agencies = accounts.make_agencies(today - YEARS_BACK)
    memberships = accounts.make_accounts(agencies, today - YEARS_BACK)
    make_roster(memberships, today)
    around = Neighbourhood(today, agencies, memberships)
    around.hosts()
    teller = Teller(today, agencies, memberships)
    teller.tell_all()
    Calendar(teller).tell_all()
    Waiting(teller).tell_all()
    for part in (around.activities, around.consultation_days, around.courses, around.hints):
        part()
    around.anonymous_consultations()
