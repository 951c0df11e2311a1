"""Make a roster administrator, or let one in again who lost password or telephone: for the operator of the server.

On the web this takes two roster administrators; somebody has to make the first two, and help when only two are left.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agencies.first_password import first_password
from agencies.models import Agency, Membership, Role, User
from nisshin_support import clock
from nisshin_support.second_factor import forget_devices


class Command(BaseCommand):
    help = "名簿管理の人を作ります。すでにいるときは、パスワードを作り直し、確認コードの登録を解きます。"

    def add_arguments(self, parser):
        parser.add_argument("username", help="ログイン名")
        parser.add_argument("--name", help="氏名(新しく作るとき)")
        parser.add_argument("--agency", help="機関の名称(新しく作るとき)")

    @transaction.atomic
    def handle(self, *args, username, name, agency, **options):
        user = User.objects.filter(username=username).first() or self._new(username, name, agency)
        held = Membership.objects.for_acting(user, clock.today()).filter(role=Role.ROSTER)
        if not held.exists():
            raise CommandError(
                "名簿管理の人ではありません。ほかの職員のことは、名簿管理の二人が画面で行います。"
            )
        password = first_password()
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        forget_devices(user)
        self.stdout.write(f"{user.name}さんのパスワード: {password} (本人に直接渡してください)")

    def _new(self, username, name, agency):
        found = Agency.objects.active_on(clock.today()).filter(name=agency).first()
        if not name or found is None:
            raise CommandError("新しく作るには、--name 氏名 と --agency 機関の名称(いまある機関)が要ります。")
        user = User(username=username, name=name, password="!")
        user.full_clean()
        user.save()
        Membership.objects.create(user=user, agency=found, role=Role.ROSTER, from_day=clock.today())
        return user
