"""監査記録: the trail without contents, for 監査 alone."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditCheck, AuditEntry
from tests.factories import PersonFactory, UserFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db
PAGE = "cases:audit"


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day("2026-06-10")


@pytest.fixture
def auditor(client):
    viewer = a_viewer(role=Role.AUDIT)
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def worker():
    return a_viewer(user=UserFactory(name="見本 窓口"))


@pytest.fixture
def case(worker):
    return a_case(worker, person=PersonFactory(name="架空 秘密"))


def an_entry(viewer, case=None, **fields):
    given = {"purpose": "support", "act": "見る:ケース", "reason": "書かれた理由"}
    who = {"user": viewer.user, "membership": viewer.membership, "agency": viewer.agency}
    return AuditEntry.objects.create(case=case, **who, **(given | fields))


def shown(client, address=None):
    answer = client.get(address or reverse(PAGE))
    assert answer.status_code == 200
    return answer


def narrowed(client, **words):
    answer = client.post(reverse(PAGE), words)
    assert answer.status_code == 302, answer.context["form"].errors
    return shown(client, answer.url)


def test_time_user_purpose_rule_and_case_number_but_no_contents(client, auditor, worker, case):
    row = a_row(case, worker, text="書かれた内容")
    an_entry(worker, case, rows=[row.pk], rule="S1")
    text = shown(client).content.decode()
    assert all(
        word in text
        for word in ["見本 窓口", worker.agency.short_name, "窓口職員", "支援", "S1", case.number]
    )
    assert not any(
        word in text for word in ["架空 秘密", "書かれた内容", "書かれた理由", row.public_id, case.public_id]
    )


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.AUDIT])
def test_for_every_other_role_there_is_no_such_page(client, role):
    client.force_login(a_viewer(role=role).user)
    assert client.get(reverse(PAGE)).status_code == 404
    assert client.post(reverse(PAGE), {}).status_code == 404


def test_it_is_narrowed_without_words_in_the_address(client, auditor, worker, case):
    other = a_viewer(user=UserFactory(name="別人 職員"))
    an_entry(worker, case)
    an_entry(other, a_case(other), act="見る:別の画面", purpose="meeting")
    for words in [{"staff": "窓口"}, {"number": case.number}, {"number": "R8ー0001"}, {"purpose": "support"}]:
        answer = narrowed(client, **words)
        assert [line.act for line in answer.context["lines"]] == ["見る:ケース"], words
        assert "窓口" not in answer.request["QUERY_STRING"]
        assert case.number not in answer.request["QUERY_STRING"]


def test_days_are_days_in_tokyo_and_both_ends_are_inside(client, auditor, worker):
    with time_machine.travel(datetime(2026, 5, 31, 15, 30, tzinfo=UTC), tick=False):
        an_entry(worker)
    assert narrowed(client, from_day="R8.6.1", until_day="R8.6.1").context["lines"]
    assert not narrowed(client, until_day="R8.5.31").context["lines"]


@pytest.mark.parametrize(
    ("words", "field"),
    [({"number": "十二番"}, "number"), ({"from_day": "R8.6.2", "until_day": "R8.6.1"}, "until_day")],
)
def test_what_cannot_be_read_is_said_beside_the_field(client, auditor, words, field):
    answer = client.post(reverse(PAGE), words)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_anothers_search_does_not_exist(client, auditor, worker, case):
    an_entry(worker, case)
    address = client.post(reverse(PAGE), {"staff": "だれもいない"}).url
    assert not shown(client, address).context["lines"]
    client.force_login(a_viewer(role=Role.AUDIT).user)
    assert shown(client, address).context["lines"]


def test_pages_follow_each_other_without_gaps(client, auditor, worker):
    for number in range(120):
        an_entry(worker, act=f"見る:{number}")
    first = shown(client)
    second = shown(client, first.context["next_url"])
    acts = [line.act for page in (first, second) for line in page.context["lines"]]
    assert acts == [f"見る:{number}" for number in range(119, 19, -1)]
    back = shown(client, second.context["previous_url"])
    assert [line.act for line in back.context["lines"]][-1] == "見る:70"
    assert shown(client, reverse(PAGE) + "?before=x&after=").context["lines"]


def test_the_auditors_looking_is_in_the_trail(client, auditor):
    shown(client)
    assert AuditEntry.objects.get().act == "見る:監査記録"


def test_the_number_of_queries_does_not_grow(client, auditor, worker, case):
    def queries():
        with CaptureQueriesContext(connection) as found:
            shown(client)
        return len(found)

    for _ in range(3):
        an_entry(worker, case)
    few = queries()
    for _ in range(27):
        an_entry(worker, case)
    assert queries() == few


def a_check(act, **fields):
    return AuditCheck.objects.create(act=act, **({"entries": 1, "seals": 3, "unsealed": 0} | fields))


def test_the_auditor_sees_how_far_the_trail_is_sealed_and_checked(client, auditor, worker):
    text = shown(client).content.decode()
    assert (
        "まだ封印していません" in text and "まだ検証していません" in text and "封印が止まっています" in text
    )
    last = an_entry(worker)
    a_check("seal", floor=last.pk)
    a_check("verify", floor=last.pk)
    an_entry(worker)
    answer = shown(client)
    assert answer.context["sealing"].waiting == 2  # the entry, and this look itself
    assert "食い違いなし" in answer.content.decode()
    assert "止まっています" not in answer.content.decode()


def test_the_auditor_sees_at_once_that_something_was_changed(client, auditor):
    a_check("seal")
    a_check("verify", problems=2)
    text = shown(client).content.decode()
    assert "監査記録に食い違いがあります" in text and "2件" in text
    a_check("verify")
    assert "食い違いがあります" not in shown(client).content.decode()


def test_a_look_names_the_clauses_that_can_have_opened_its_rows(client, worker, case):
    other = a_viewer()
    case.participations.create(agency=other.agency, from_day=case.opened_on)
    a_consent(case, to=[worker.agency])
    mine, theirs = a_row(case, worker), a_row(case, other)
    client.force_login(worker.user)
    for row, clause in ((mine, "S1"), (theirs, "S2–S6")):
        client.get(reverse("cases:record", args=[row.public_id]))
        assert AuditEntry.objects.latest("pk").rule == clause
    client.get(reverse("cases:case", args=[case.public_id]))
    assert AuditEntry.objects.latest("pk").rule == "S1、S2–S6"
