"""Two administrators decide the same proposal in the same moment, on a real site's database."""

import threading

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from agencies.models import Approval, Membership, Role
from tests.factories import a_viewer
from tests.test_approval import a_proposal


def test_two_decisions_at_once_become_one(live_site):
    with live_site.as_owner():
        clerk, others = a_viewer(Role.ROSTER), [a_viewer(Role.ROSTER) for _ in range(2)]
        proposal, answers, start = a_proposal(clerk), [], threading.Barrier(2)

        def decide(viewer):
            start.wait()
            try:
                with transaction.atomic():
                    Approval.objects.get(pk=proposal.pk).approve(by=viewer.user)
                answers.append("approved")
            except ValidationError as refused:
                answers.append(refused.messages[0])
            finally:
                connection.close()

        threads = [threading.Thread(target=decide, args=[viewer]) for viewer in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["approved", "この申請は、すでに決まっています。"]
        assert Membership.objects.filter(user=proposal.about).count() == 1
