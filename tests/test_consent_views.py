"""同意 on real requests: recorded, seen whole or cut, refused, narrowed, withdrawn, printed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import Authority, Consent, Row
from cases.views.consents import ending_soon
from cases.visibility import Purpose
from tests.factories import AgencyFactory, PersonFactory, a_case, a_consent, a_refusal, a_row, a_viewer

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
def partner():
    return a_viewer()


@pytest.fixture
def case(lead, partner):
    case = a_case(lead)
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    return case


def url(name, thing):
    return reverse(f"cases:{name}", args=[thing.public_id])


def typed(case, *agencies, **changed):
    return {
        "person": case.main_subject.public_id,
        "given_by": "self",
        "given_on": "R8.6.10",
        "method": "written",
        "recipients": [agency.public_id for agency in agencies],
        "categories": ["2", "4"],
        "from_day": "R8.6.10",
        "until_day": "R9.3.31",
        **changed,
    }


def seen(viewer):
    return set(Row.objects.visible_to(viewer, SUPPORT).values_list("pk", flat=True))


def section(client, case):
    return client.get(url("case", case)).content.decode().split('id="consents"', 1)[1].split("<section", 1)[0]


def test_a_consent_opens_what_it_says_and_nothing_else(client, lead, partner, case):
    health, work = a_row(case, lead, categories=[2]), a_row(case, lead, categories=[3])
    client.force_login(lead.user)
    answer = client.post(url("consent_new", case), typed(case, partner.agency))
    consent = Consent.objects.get()
    assert answer["Location"] == url("consent", consent)
    assert seen(partner) == {health.pk} and work.pk not in seen(partner)
    page = client.get(url("consent", consent)).content.decode()
    assert f"{case.main_subject.name}さんの②健康・④経済を、{partner.agency.name}が、令和9年3月31日" in page


def test_the_preview_says_it_before_saving(client, lead, partner, case):
    client.force_login(lead.user)
    page = client.post(url("consent_new", case), typed(case, partner.agency, preview="1")).content.decode()
    assert "②健康・④経済を" in page and not Consent.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"until_day": "R8.6.9"}, "より前です"),
        ({"recipients": []}, "ひとつ以上"),
        ({"recipients": ["forged"]}, "選択"),
        ({"categories": []}, "入力してください"),
        ({"given_on": "R8.6.11"}, "これからの日付"),
        ({"from_day": "R8.6.9"}, "同意した日より前"),
        ({"method": "oral"}, "聴取記録を書いて"),
        ({"given_by": "representative"}, "代理権を選んで"),
        ({"given_by": "relative"}, "だれの言葉か"),
        ({"person": "forged"}, "選択"),
        ({"authority": "forged"}, "選択"),
        ({"given_on": "R8.13.1"}, "field-error"),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(client, lead, partner, case, changed, said):
    client.force_login(lead.user)
    page = client.post(
        url("consent_new", case), typed(case, partner.agency, **{"witness": "残る 証人", **changed})
    )
    content = page.content.decode()
    assert page.status_code == 200 and "残る 証人" in content
    assert said in content or "選んでください" in content
    assert not Consent.objects.exists()


def test_an_agency_named_and_left_out_is_said(client, lead, partner, case):
    client.force_login(lead.user)
    body = typed(case, partner.agency, excluded=[partner.agency.public_id])
    assert "両方にあります" in client.post(url("consent_new", case), body).content.decode()


def test_a_form_sent_twice_makes_one_consent(client, lead, partner, case):
    client.force_login(lead.user)
    for _ in range(2):
        client.post(url("consent_new", case), typed(case, partner.agency, form_key="k" * 20))
    assert Consent.objects.count() == 1


def test_the_words_of_a_relative_are_kept_and_open_nothing(client, lead, partner, case):
    row = a_row(case, lead, categories=[2])
    client.force_login(lead.user)
    body = typed(case, partner.agency, given_by="relative", giver_name="架空 姉")
    page = client.post(url("consent_new", case), body, follow=True).content.decode()
    assert "参考" in page and "効力なし" in page
    assert row.pk not in seen(partner)


def test_a_child_and_an_excluded_participant_are_pointed_out(client, lead, partner, case):
    case.main_subject.birth_date = date(2014, 1, 1)
    case.main_subject.save()
    client.force_login(lead.user)
    body = typed(case, AgencyFactory(), excluded=[partner.agency.public_id])
    page = client.post(url("consent_new", case), body, follow=True).content.decode()
    assert "15歳未満" in page and f"{partner.agency.name}は、いまこのケースに関わって" in page


def test_the_lead_records_an_authority_and_a_consent_stands_on_it(client, lead, partner, case):
    row = a_row(case, lead, categories=[2])
    client.force_login(lead.user)
    body = {"person": case.main_subject.public_id, "holder_name": "架空 後見", "kind": "adult_guardian"}
    body |= {"covers_sharing": "on", "from_day": "R8.4.1"}
    assert "確認した書類" in client.post(url("authority_new", case), body).content.decode()
    assert client.post(url("authority_new", case), body | {"proof": "登記事項証明書"}).status_code == 302
    authority = Authority.objects.get()
    given = typed(case, partner.agency, given_by="representative", authority=authority.public_id)
    assert client.post(url("consent_new", case), given).status_code == 302
    assert row.pk in seen(partner)


def test_an_authority_of_somebody_else_is_not_taken(client, lead, partner, case):
    other = PersonFactory()
    a_row(case, lead, subjects=[other])
    fields = {"holder_name": "架空", "kind": "parent", "from_day": DAY, "recorded_by": lead.membership}
    theirs = Authority.objects.create(person=other, **fields)
    client.force_login(lead.user)
    body = typed(case, partner.agency, given_by="representative", authority=theirs.public_id)
    assert "選んだ人のものではありません" in client.post(url("consent_new", case), body).content.decode()


def test_only_the_lead_records_authorities(client, partner, case):
    client.force_login(partner.user)
    assert client.get(url("authority_new", case)).status_code == 404


def test_a_participant_records_but_sees_only_itself(client, lead, partner, case):
    third = AgencyFactory(name="第三の機関")
    client.force_login(partner.user)
    body = typed(case, partner.agency, third)
    assert client.post(url("consent_new", case), body)["Location"].endswith("#consents")
    consent = Consent.objects.get()
    assert client.get(url("consent", consent)).status_code == 404
    assert client.get(url("consent_print", consent)).status_code == 404
    part = section(client, case)
    assert "②健康" in part and "R9.3.31" in part and "第三の機関" not in part
    client.force_login(lead.user)
    assert "第三の機関" in section(client, case)


def test_an_agency_left_out_is_not_told(client, lead, partner, case):
    a_consent(case, to=[partner.agency])
    client.force_login(partner.user)
    assert "同意あり" in section(client, case)
    a_consent(case, to=[AgencyFactory(name="第三の機関")], given=date(2026, 5, 1), excluded=[partner.agency])
    part = section(client, case)
    assert "除く" not in part and "第三の機関" not in part and "終了" in part


def test_the_matrix_shows_what_is_in_force(client, lead, partner, case):
    a_consent(case, to=[partner.agency], categories=[2, 4])
    client.force_login(lead.user)
    assert section(client, case).count("is-yes") == 2
    a_refusal(case, on=date(2026, 6, 1), categories=[4], to=[partner.agency])
    part = section(client, case)
    assert part.count("is-yes") == 1 and "一部同意" in part and "拒否" in part


def test_a_refusal_without_scope_closes_everything(client, lead, partner, case):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency])
    client.force_login(partner.user)
    body = {"kind": "refused", "person": case.main_subject.public_id, "given_on": "R8.6.10"}
    assert client.post(url("refusal_new", case), body).status_code == 302
    assert row.pk not in seen(partner)


def test_not_asked_yet_is_a_fact_and_closes_nothing(client, lead, partner, case):
    row = a_row(case, lead)
    a_consent(case, to=[partner.agency])
    client.force_login(lead.user)
    body = {"kind": "not_asked", "person": case.main_subject.public_id, "given_on": "R8.6.10"}
    page = client.post(url("refusal_new", case), body, follow=True).content.decode()
    assert "未確認" in page and row.pk in seen(partner)


def test_withdrawal_closes_at_once_and_says_the_consequence(client, lead, partner, case):
    row = a_row(case, lead)
    consent = a_consent(case, to=[partner.agency])
    client.force_login(lead.user)
    page = client.get(url("consent_withdraw", consent)).content.decode()
    assert partner.agency.name in page and "取り消すことはできません" in page
    body = {"on": "R8.6.10", "how": "電話", "heard_by": "試験 職員", "explained": "これから見えなくなること"}
    assert client.post(url("consent_withdraw", consent), body).status_code == 302
    assert row.pk not in seen(partner)
    page = client.get(url("consent", consent)).content.decode()
    assert "電話" in page and "これから見えなくなること" in page
    client.post(url("consent_withdraw", consent), body | {"how": "二度目"})
    consent.refresh_from_db()
    assert "二度目" not in consent.withdrawal_note


@pytest.mark.parametrize("on", ["R8.6.11", "R8.4.9", "", "R8.2.30"])
def test_a_withdrawal_on_an_impossible_day_changes_nothing(client, lead, partner, case, on):
    consent = a_consent(case, to=[partner.agency])
    client.force_login(lead.user)
    body = {"on": on, "how": "電話", "heard_by": "試験"}
    assert client.post(url("consent_withdraw", consent), body).status_code == 200
    consent.refresh_from_db()
    assert not consent.is_withdrawn


def test_an_agency_named_in_it_may_record_a_withdrawal_without_learning_of_others(
    client, lead, partner, case
):
    consent = a_consent(case, to=[partner.agency, AgencyFactory(name="第三の機関")])
    client.force_login(partner.user)
    assert "第三の機関" not in client.get(url("consent_withdraw", consent)).content.decode()
    body = {"on": "R8.6.10", "how": "来所", "heard_by": "試験"}
    assert client.post(url("consent_withdraw", consent), body).status_code == 302
    consent.refresh_from_db()
    assert consent.is_withdrawn


def test_a_narrowing_takes_out_an_agency_or_a_category(client, lead, partner, case):
    health, money = a_row(case, lead, categories=[2]), a_row(case, lead, categories=[4])
    third = a_viewer()
    case.participations.create(agency=third.agency, from_day=date(2026, 4, 15))
    consent = a_consent(case, to=[partner.agency, third.agency])
    client.force_login(lead.user)
    assert client.post(url("consent_narrow", consent), {"given_on": "R8.6.10"}).status_code == 200
    body = {"given_on": "R8.6.10", "recipients": [partner.agency.public_id], "categories": ["2"]}
    assert client.post(url("consent_narrow", consent), body).status_code == 302
    assert seen(partner) == {money.pk}
    assert seen(third) == {health.pk, money.pk}


@pytest.mark.parametrize("name", ["consent", "consent_withdraw", "consent_narrow", "consent_print"])
def test_a_stranger_finds_no_consent(client, lead, partner, case, name):
    consent = a_consent(case, to=[partner.agency])
    client.force_login(a_viewer().user)
    assert client.get(url(name, consent)).status_code == 404


@pytest.mark.parametrize("name", ["consent_new", "refusal_new", "authority_new", "consent_blank"])
def test_a_stranger_records_nothing(client, case, name):
    client.force_login(a_viewer().user)
    assert client.get(url(name, case)).status_code == 404
    assert client.post(url(name, case), {}).status_code == 404


def test_the_coordinator_taking_part_sees_them_whole(client, lead, partner, case):
    coordinator = a_viewer(role=Role.COORDINATOR)
    case.participations.create(agency=coordinator.agency, from_day=date(2026, 4, 15))
    consent = a_consent(case, to=[partner.agency])
    client.force_login(coordinator.user)
    assert client.get(url("consent", consent)).status_code == 200
    assert partner.agency.name in section(client, case)


def test_the_sheet_prints_blank_and_filled(client, lead, partner, case):
    consent = a_consent(case, to=[partner.agency], categories=[2])
    client.force_login(lead.user)
    assert "撤回" in client.get(url("consent_blank", case)).content.decode()
    filled = client.get(url("consent_print", consent)).content.decode()
    assert "☑ ②健康" in filled and "□ ④経済" in filled and partner.agency.name in filled


def test_consents_about_to_end_are_found(lead, partner, case):
    soon = a_consent(case, to=[partner.agency], given=DAY - timedelta(days=10), days=40)
    a_consent(case, to=[partner.agency], given=DAY - timedelta(days=10), days=41)
    a_consent(case, to=[partner.agency], given=DAY - timedelta(days=10), days=9)
    assert list(ending_soon(lead)) == [soon]
    assert not ending_soon(partner)


def test_the_section_keeps_its_number_of_queries(client, lead, partner, case):
    client.force_login(lead.user)
    for _ in range(3):
        a_consent(case, to=[partner.agency, AgencyFactory()])
    with CaptureQueriesContext(connection) as few:
        client.get(url("case", case))
    for number in range(12):
        a_consent(
            case, to=[AgencyFactory(), AgencyFactory()], person=PersonFactory() if number % 4 == 0 else None
        )
    with CaptureQueriesContext(connection) as many:
        client.get(url("case", case))
    assert len(many) == len(few)


def test_a_refusal_towards_one_of_two_makes_a_partial_consent(client, lead, partner, case):
    third = AgencyFactory()
    consent = a_consent(case, to=[partner.agency, third], categories=[2])
    a_refusal(case, on=date(2026, 6, 1), categories=[2], to=[third])
    client.force_login(lead.user)
    assert "一部同意" in client.get(url("consent", consent)).content.decode()
