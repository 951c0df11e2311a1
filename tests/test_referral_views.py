"""つなぎ on real requests: sending, what the receiver sees, answering once, the inbox."""

from datetime import date

import pytest
from django.urls import reverse

from agencies.models import Role
from cases.models import Consultation, Referral, Row
from cases.visibility import Purpose
from tests.factories import AgencyFactory, a_case, a_consent, a_referral, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def lead():
    return a_viewer()


@pytest.fixture
def receiver():
    return a_viewer()


@pytest.fixture
def case(lead):
    return a_case(lead)


def url(name, thing):
    return reverse(f"cases:{name}", args=[thing.public_id])


def typed(receiver, **changed):
    agency = getattr(receiver, "agency", receiver)
    return {
        "kind": "referral",
        "to_agency": agency.public_id,
        "urgency": "normal",
        "text": "家計の相談をお願いします",
        "categories": ["6"],
        "ground": "consent",
        "own_role": "見守りを続ける",
        **changed,
    }


def test_a_referral_is_sent_with_its_text_its_rows_and_five_opening_days(client, lead, receiver, case):
    row = a_row(case, lead, text="同封する記録")
    a_consent(case, to=[receiver.agency])
    client.force_login(lead.user)
    answer = client.post(url("referral_new", case), typed(receiver, enclosed=[row.public_id]))
    sent = Referral.objects.get()
    assert answer.status_code == 302 and answer["Location"] == url("referral", sent)
    assert (sent.status, sent.answer_due) == ("sent", date(2026, 6, 17))
    assert case.participations.get(agency=lead.agency).role_note == "見守りを続ける"
    client.force_login(receiver.user)
    page = client.get(url("referral", sent)).content.decode()
    assert "家計の相談をお願いします" in page and "同封する記録" in page and "見守りを続ける" in page


def test_an_urgent_one_is_due_today(client, lead, receiver, case):
    client.force_login(lead.user)
    client.post(url("referral_new", case), typed(receiver, urgency="today"))
    assert Referral.objects.get().answer_due == DAY


def test_the_receiver_sees_neither_name_nor_rows_without_consent(client, lead, receiver, case):
    row = a_row(case, lead, text="同封する記録")
    sent = a_referral(case, lead, receiver.agency, rows=[row])
    client.force_login(receiver.user)
    page = client.get(url("referral", sent)).content.decode()
    assert "同封する記録" not in page and case.main_subject.name not in page
    assert case.main_subject.name not in client.get(reverse("cases:referrals")).content.decode()
    a_consent(case, to=[receiver.agency])
    page = client.get(url("referral", sent)).content.decode()
    assert "同封する記録" in page and case.main_subject.name in page


def test_the_preview_says_what_the_receiver_will_see_and_sends_nothing(client, lead, receiver, case):
    health, work = a_row(case, lead, categories=[2]), a_row(case, lead, categories=[3])
    a_consent(case, to=[receiver.agency], categories=[3])
    client.force_login(lead.user)
    chosen = [health.public_id, work.public_id]
    page = client.post(
        url("referral_new", case), typed(receiver, enclosed=chosen, preview="1")
    ).content.decode()
    assert "見えません" in page and "②健康" in page and "見えます" in page
    assert not Referral.objects.exists()


def test_a_row_of_another_agency_goes_only_with_consent(client, lead, receiver, case):
    author = a_viewer()
    case.participations.create(agency=author.agency, from_day=date(2026, 4, 15))
    row = a_row(case, author, text="ほかの機関の記録")
    a_consent(case, to=[lead.agency])
    client.force_login(lead.user)
    law = typed(receiver, enclosed=[row.public_id], ground="law", ground_note="虐待の通報")
    page = client.post(url("referral_new", case), law)
    assert page.status_code == 200 and "同封できません" in page.content.decode()
    assert not Referral.objects.exists()
    a_consent(case, to=[receiver.agency])
    assert client.post(url("referral_new", case), law).status_code == 302


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ground": "law"}, "その説明を書いてください"),
        ({"text": ""}, "入力してください"),
        ({"to_agency": "nobody"}, "選択"),
        ({"enclosed": ["forged"]}, "選択"),
        ({"kind": "invented"}, "選択"),
        ({"answer_due": "R8.6.1"}, "今日より前です"),
        ({"categories": []}, "選択してください"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_lost(client, lead, receiver, case, changed, said):
    client.force_login(lead.user)
    page = client.post(url("referral_new", case), typed(receiver, own_role="残ることば", **changed))
    assert page.status_code == 200
    content = page.content.decode()
    assert "残ることば" in content and (said in content or "選んでください" in content)
    assert not Referral.objects.exists()


def test_a_form_sent_twice_makes_one_referral(client, lead, receiver, case):
    client.force_login(lead.user)
    for _ in range(2):
        assert client.post(url("referral_new", case), typed(receiver, form_key="k" * 20)).status_code == 302
    assert Referral.objects.count() == 1


def test_an_invitation_is_the_leads(client, lead, receiver, case):
    partner = a_viewer()
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    client.force_login(partner.user)
    assert client.post(url("referral_new", case), typed(receiver, kind="invitation")).status_code == 200
    client.force_login(lead.user)
    page = client.post(url("referral_new", case), typed(partner, kind="invitation"))
    assert "すでに関与しています" in page.content.decode()
    assert client.post(url("referral_new", case), typed(receiver, kind="invitation")).status_code == 302


def test_coordination_is_asked_of_the_coordinators_agency(client, lead, case):
    coordinator = a_viewer(role=Role.COORDINATOR)
    client.force_login(lead.user)
    page = client.get(url("referral_new", case) + "?kind=coordination").content.decode()
    assert f'value="{coordinator.agency.public_id}" selected' in page


def test_accepting_begins_a_participation_and_tells_the_sender(client, lead, receiver, case):
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(receiver.user)
    body = {"role_note": "家計の相談", "next_on": "R8.6.20", "text": "電話します"}
    assert client.post(url("referral_accept", sent), body).status_code == 302
    part = case.participations.get(agency=receiver.agency)
    assert (part.role_note, part.next_on, part.from_day) == ("家計の相談", date(2026, 6, 20), DAY)
    client.force_login(lead.user)
    page = client.get(url("referral", sent)).content.decode()
    assert "家計の相談" in page and "電話します" in page and "R8.6.20" in page


def test_an_agency_that_left_today_takes_part_again(client, lead, receiver, case):
    case.participations.create(agency=receiver.agency, from_day=date(2026, 4, 15), until_day=DAY)
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(receiver.user)
    assert client.post(url("referral_accept", sent), {"role_note": "再び"}).status_code == 302
    assert case.participations.get(agency=receiver.agency).until_day is None


def test_a_return_needs_its_reason(client, lead, receiver, case):
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(receiver.user)
    assert client.post(url("referral_return", sent), {"text": ""}).status_code == 200
    assert client.post(url("referral_return", sent), {"text": "担当外です"}).status_code == 302
    sent.refresh_from_db()
    assert sent.status == "returned"
    assert not case.participations.filter(agency=receiver.agency).exists()
    client.force_login(lead.user)
    assert "担当外です" in client.get(url("referral", sent)).content.decode()


def test_after_thirty_days_the_returned_text_is_gone_for_the_receiver(client, lead, receiver, case, on_day):
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(receiver.user)
    client.post(url("referral_return", sent), {"text": "担当外です"})
    on_day(date(2026, 7, 10))
    assert client.get(url("referral", sent)).status_code == 200
    on_day(date(2026, 7, 11))
    assert client.get(url("referral", sent)).status_code == 404


def test_of_two_answers_one_counts(client, lead, receiver, case):
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(receiver.user)
    client.post(url("referral_accept", sent), {"role_note": "引き受ける"})
    client.post(url("referral_return", sent), {"text": "やはり"})
    client.post(url("referral_accept", sent), {"role_note": "二度目"})
    sent.refresh_from_db()
    assert sent.status == "accepted"
    assert Row.objects.filter(referral=sent, kind=Row.Kind.REFERRAL_ANSWER).count() == 1


def test_only_the_addressee_answers_and_only_the_sender_recalls(client, lead, receiver, case):
    sent = a_referral(case, lead, receiver.agency)
    client.force_login(lead.user)
    assert client.post(url("referral_accept", sent), {"role_note": "x"}).status_code == 404
    assert client.post(url("referral_return", sent), {"text": "x"}).status_code == 404
    client.force_login(receiver.user)
    assert client.post(url("referral_recall", sent)).status_code == 404
    client.force_login(lead.user)
    assert client.post(url("referral_recall", sent)).status_code == 302
    client.force_login(receiver.user)
    assert client.get(url("referral", sent)).status_code == 404
    assert client.post(url("referral_accept", sent), {"role_note": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["referral", "referral_print"])
def test_a_stranger_finds_nothing(client, lead, receiver, case, name):
    sent = a_referral(case, lead, receiver.agency)
    stranger = a_viewer()
    client.force_login(stranger.user)
    assert client.get(url(name, sent)).status_code == 404
    assert client.get(url("referral_new", case)).status_code == 404
    assert client.post(url("referral_accept", sent), {"role_note": "x"}).status_code == 404
    assert "試験機関" not in client.get(reverse("cases:referrals")).content.decode().split("<main", 1)[1]


def test_the_sheet_prints_for_sender_and_receiver(client, lead, receiver, case):
    sent = a_referral(case, lead, receiver.agency, rows=[a_row(case, lead, text="同封の中身")])
    client.force_login(lead.user)
    assert "同封の中身" in client.get(url("referral_print", sent)).content.decode()
    client.force_login(receiver.user)
    assert "同封の中身" not in client.get(url("referral_print", sent)).content.decode()


def test_the_consultation_goes_along_and_only_ones_own(client, lead, receiver, case):
    given = {"taken_on": DAY, "channel": "visit", "person": case.main_subject, "case": case}
    mine = Consultation.objects.create(
        summary="窓口の話", agency=lead.agency, author=lead.membership, **given
    )
    other = a_viewer()
    theirs = Consultation.objects.create(
        summary="よその話", agency=other.agency, author=other.membership, **given
    )
    a_consent(case, to=[receiver.agency])
    client.force_login(lead.user)
    assert (
        client.post(url("referral_new", case), typed(receiver, consultation=theirs.public_id)).status_code
        == 200
    )
    assert (
        client.post(url("referral_new", case), typed(receiver, consultation=mine.public_id)).status_code
        == 302
    )
    client.force_login(receiver.user)
    assert "窓口の話" in client.get(url("referral", Referral.objects.get())).content.decode()


def test_the_inbox_puts_the_urgent_first_and_keeps_its_number_of_queries(client, receiver):
    def send(number, **fields):
        for _ in range(number):
            sender = a_viewer()
            a_referral(a_case(sender), sender, receiver.agency, ground="law", ground_note="通報", **fields)

    client.force_login(receiver.user)
    send(3, urgency="normal")
    send(1, urgency="today")
    page = client.get(reverse("cases:referrals")).content.decode()
    assert page.index("即日") < page.index("通常")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(reverse("cases:referrals"))
    send(27, urgency="week")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("cases:referrals"))
    assert len(many) == len(few)


def test_the_form_and_the_detail_keep_their_number_of_queries(client, lead, receiver, case):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(lead.user)
    rows = [a_row(case, lead) for _ in range(3)]
    small = a_referral(case, lead, receiver.agency, rows=rows)
    with CaptureQueriesContext(connection) as few:
        client.get(url("referral_new", case))
        client.get(url("referral", small))
    rows = [a_row(case, lead) for _ in range(27)]
    large = a_referral(case, lead, AgencyFactory(), rows=rows)
    with CaptureQueriesContext(connection) as many:
        client.get(url("referral_new", case))
        client.get(url("referral", large))
    assert len(many) == len(few)
