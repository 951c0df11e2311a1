"""回収リスト: made from the trail when a consent is taken back, told to who sees consents whole, ticked off once."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, RecallEntry
from tests.factories import a_case, a_consent, a_referral, a_row, a_viewer
from tests.meeting_world import a_statutory_meeting

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
How = RecallEntry.How


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def partner():
    return a_viewer()


@pytest.fixture
def case(lead, partner):
    case = a_case(lead)
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    return case


@pytest.fixture
def consent(case, partner):
    # The trail is written on the real day, which is later than the invented one.
    return a_consent(case, to=[partner.agency], categories=[2])


@pytest.fixture
def row(case, lead):
    return a_row(case, lead, categories=[2], text="見られた健康の記録")


def url(name, thing):
    return reverse(f"cases:{name}", args=[thing.public_id])


def get(client, viewer, name, thing):
    client.force_login(viewer.user)
    return client.get(url(name, thing))


def withdraw(client, viewer, consent):
    client.force_login(viewer.user)
    answer = client.post(
        url("consent_withdraw", consent), {"on": "R8.6.10", "how": "電話", "heard_by": "試験"}
    )
    assert answer.status_code == 302, answer.context["form"].errors


def lines():
    found = RecallEntry.objects.order_by("agency", "how")
    return [(e.agency, e.user, e.how, e.rows, e.categories) for e in found]


def test_who_saw_and_who_printed_come_on_the_list(client, lead, partner, case, consent, row):
    other = a_row(case, lead, categories=[3])
    get(client, partner, "case", case)
    get(client, partner, "case_print", case)
    get(client, lead, "case", case)
    withdraw(client, lead, consent)
    assert lines() == [
        (partner.agency, partner.user, How.PRINTED, [row.pk], [2]),
        (partner.agency, partner.user, How.SEEN, [row.pk], [2]),
    ]
    entry = RecallEntry.objects.first()
    assert entry.statement == consent and entry.handled_by == lead.agency and other.pk not in entry.rows


def test_what_was_sent_is_on_it_though_nobody_opened_it(client, lead, partner, case, consent, row):
    a_referral(case, lead, partner.agency, rows=[row])
    withdraw(client, lead, consent)
    assert lines() == [(partner.agency, None, How.HANDED, [row.pk], [2])]


def test_what_it_wrote_itself_or_may_still_see_is_not_on_it(client, lead, partner, case, consent, row):
    a_row(case, partner, categories=[2])
    a_consent(case, to=[partner.agency], categories=[2])
    get(client, partner, "case", case)
    withdraw(client, lead, consent)
    assert lines() == []


def test_what_was_seen_before_the_consent_is_not_on_it(client, lead, partner, case, consent, row):
    with time_machine.travel(datetime(2026, 4, 9, tzinfo=UTC), tick=False):
        get(client, partner, "case", case)
    withdraw(client, lead, consent)
    assert lines() == []


def test_what_a_statutory_meeting_saw_is_never_on_it(client):
    world = a_statutory_meeting()
    consent = a_consent(world.case, to=[world.inside.agency], categories=[6])
    entry = {"user": world.inside.user, "membership": world.inside.membership, "agency": world.inside.agency}
    AuditEntry.objects.create(
        purpose="meeting",
        act="見る:会議の資料",
        case=world.case,
        item=world.item,
        rows=[world.row.pk],
        **entry,
    )
    withdraw(client, world.lead, consent)
    assert lines() == []
    AuditEntry.objects.create(
        purpose="support", act="見る:記録", case=world.case, rows=[world.row.pk], **entry
    )
    again = a_consent(world.case, to=[world.inside.agency], categories=[6])
    withdraw(client, world.lead, again)
    assert [line[0] for line in lines()] == [world.inside.agency]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("consent_narrow", {"given_on": "R8.6.10", "categories": ["2"]}),
        ("refusal_new", {"kind": "refused", "given_on": "R8.6.10", "categories": ["2"]}),
    ],
)
def test_a_narrowing_and_a_refusal_make_one_too(client, lead, partner, case, consent, row, name, typed):
    get(client, partner, "case", case)
    client.force_login(lead.user)
    thing = case if name == "refusal_new" else consent
    if name == "refusal_new":
        typed = typed | {"person": case.main_subject.public_id}
    answer = client.post(url(name, thing), typed)
    assert answer["Location"] == url("recall_list", RecallEntry.objects.get().statement)
    assert lines() == [(partner.agency, partner.user, How.SEEN, [row.pk], [2])]
    assert RecallEntry.objects.get().statement.kind in ("narrowed", "refused")


def test_the_preview_leaves_no_list(client, lead, partner, case, consent, row):
    get(client, partner, "case", case)
    client.force_login(lead.user)
    typed = {"on": "R8.6.10", "how": "電話", "heard_by": "試験", "preview": "look"}
    assert client.post(url("consent_withdraw", consent), typed).status_code == 200
    assert not RecallEntry.objects.exists()


def test_a_partner_who_hears_it_hands_the_list_to_the_lead(client, lead, partner, case, consent, row):
    get(client, partner, "case", case)
    withdraw(client, partner, consent)
    assert RecallEntry.objects.get().handled_by == lead.agency
    assert get(client, partner, "recall_list", consent).status_code == 404
    assert "残り1件" in client_home(client, lead) and "残り1件" not in client_home(client, partner)


def client_home(client, viewer):
    client.force_login(viewer.user)
    return client.get(reverse("home")).content.decode()


def test_it_is_ticked_off_with_who_when_and_a_note(client, lead, partner, case, consent, row):
    get(client, partner, "case", case)
    withdraw(client, lead, consent)
    text = get(client, lead, "recall_list", consent).content.decode()
    entry = RecallEntry.objects.get()
    assert partner.user.name in text and "見られた健康の記録" in text and url("recall_settle", entry) in text
    said = {"outcome": "destroyed", "on": "R8.6.10", "note": "電話で確かめた"}
    assert "選んで" in client.post(url("recall_settle", entry), said | {"outcome": ""}).content.decode()
    assert (
        "これからの日付"
        in client.post(url("recall_settle", entry), said | {"on": "R8.6.11"}).content.decode()
    )
    assert client.post(url("recall_settle", entry), said).status_code == 302
    assert client.post(url("recall_settle", entry), said | {"outcome": "asked"}).status_code == 404
    entry.refresh_from_db()
    assert (entry.outcome, entry.settled_by, entry.settled_on) == ("destroyed", lead.membership, DAY)
    text = get(client, lead, "recall_list", consent).content.decode()
    assert "電話で確かめた" in text and lead.user.name in text and "確かめていないものはありません" in text
    assert "残り" not in client_home(client, lead)
    assert AuditEntry.objects.filter(act="行う:回収を消し込む").exists()


def test_a_row_that_the_reader_does_not_see_is_not_shown(client, lead, partner, case, consent):
    third = a_viewer()
    case.participations.create(agency=third.agency, from_day=date(2026, 4, 15))
    a_row(case, third, categories=[2], text="主担当に見えない記録")
    get(client, partner, "case", case)
    withdraw(client, lead, consent)
    text = get(client, lead, "recall_list", consent).content.decode()
    assert partner.user.name in text and "主担当に見えない記録" not in text and "②健康" in text


@pytest.mark.parametrize("name", ["recall_list", "recall_print", "recall_settle"])
def test_strangers_and_partners_are_answered_404(client, lead, partner, case, consent, row, name):
    get(client, partner, "case", case)
    withdraw(client, lead, consent)
    thing = RecallEntry.objects.get() if name == "recall_settle" else consent
    coordinator = a_viewer(Role.COORDINATOR)
    for viewer in (partner, a_viewer(), coordinator):
        assert get(client, viewer, name, thing).status_code == 404
    assert get(client, lead, name, thing).status_code == 200


def test_as_many_queries_for_thirty_lines_as_for_three(client, lead, partner, case, consent, row):
    get(client, partner, "case", case)
    withdraw(client, lead, consent)
    get(client, lead, "recall_list", consent)
    with CaptureQueriesContext(connection) as few:
        get(client, lead, "recall_list", consent)
    entry = RecallEntry.objects.get()
    for _ in range(9):
        entry.pk, entry.public_id = None, a_viewer().agency.public_id
        entry.save()
    with CaptureQueriesContext(connection) as many:
        get(client, lead, "recall_list", consent)
    assert len(many) == len(few)
