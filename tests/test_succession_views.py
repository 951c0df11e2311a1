"""承継 on real requests: two roster administrators, what passes, what does not (contract §4)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role, Succession
from cases.models import Assignment, AuditEntry, Case, PlanAction, Row
from cases.models.plan import Plan
from cases.visibility import Purpose
from tests.factories import AgencyFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def roster():
    return a_viewer(Role.ROSTER)


@pytest.fixture
def second():
    return a_viewer(Role.ROSTER)


@pytest.fixture
def old():
    return a_viewer()


@pytest.fixture
def new():
    return a_viewer()


def typed(old_one, new_one, **changed):
    return {
        "old": old_one.agency.public_id,
        "new": new_one.agency.public_id,
        "from_day": "R8.6.10",
        "ground": "委託契約の更新(令和8年6月1日)",
        **changed,
    }


def ask(client, roster, old, new, **changed):
    client.force_login(roster.user)
    client.post(reverse("agencies:succession_new"), typed(old, new, **changed))
    return Succession.objects.get()


def confirm(client, second, succession):
    client.force_login(second.user)
    return client.post(reverse("agencies:succession_confirm", args=[succession.public_id]))


def seen(viewer):
    return set(Row.objects.visible_to(viewer, SUPPORT).values_list("pk", flat=True))


def test_nothing_passes_before_a_second_person_has_confirmed(client, roster, second, old, new):
    case = a_case(old)
    row = a_row(case, old)
    succession = ask(client, roster, old, new)
    assert case not in Case.objects.visible_to(new, SUPPORT)
    assert "別の人が確かめるのを待っています" in client.get(reverse("agencies:successions")).content.decode()
    assert confirm(client, second, succession).status_code == 302
    assert case in Case.objects.visible_to(new, SUPPORT)
    assert row.pk in seen(new)
    assert not Row.objects.editable_by(new, SUPPORT).filter(pk=row.pk).exists()
    kept = AuditEntry.objects.filter(things=[succession.public_id]).order_by("pk")
    assert list(kept.values_list("act", flat=True)) == ["行う:承継を申し出る", "行う:承継を確かめる"]


def test_the_person_who_asked_may_not_confirm(client, roster, old, new):
    case = a_case(old)
    succession = ask(client, roster, old, new)
    answer = confirm(client, roster, succession)
    assert answer.status_code == 302
    succession.refresh_from_db()
    assert not succession.is_confirmed
    assert case not in Case.objects.visible_to(new, SUPPORT)
    assert AuditEntry.objects.filter(act="拒まれた:承継を確かめる", rule="二人").exists()


def test_the_same_person_in_another_agency_is_the_same_person(client, roster, old, new):
    succession = ask(client, roster, old, new)
    elsewhere = a_viewer(Role.ROSTER, user=roster.user)
    with pytest.raises(ValueError, match="別の人"):
        succession.take_effect(elsewhere.membership, DAY)


def test_participation_lead_and_work_pass_and_their_history_stays(client, roster, second, old, new):
    case = a_case(old)
    case.participations.update(role_note="見守り", next_on=DAY + timedelta(days=3))
    plan = a_row(case, old, model=Plan, categories=[6], type="coordination")
    action = a_row(case, old, model=PlanAction, categories=[6], plan=plan)
    Assignment.objects.create(row_id=action.pk, agency=old.agency, user=old.user)
    confirm(client, second, ask(client, roster, old, new))
    before, after = case.participations.order_by("from_day")
    assert (before.agency, before.until_day) == (old.agency, DAY - timedelta(days=1))
    assert (after.agency, after.from_day, after.until_day) == (new.agency, DAY, None)
    assert (after.role_note, after.begun_by) == ("見守り", "succession")
    assert [lead.agency for lead in case.leads.order_by("from_day")] == [old.agency, new.agency]
    given = Assignment.objects.get()
    assert (given.agency, given.user) == (new.agency, None)
    assert case in Case.objects.writable_by(new, SUPPORT)
    assert case not in Case.objects.writable_by(old, SUPPORT)


def test_who_takes_part_already_goes_on_and_leads(client, roster, second, old, new):
    case = a_case(old)
    case.participations.create(agency=new.agency, from_day=date(2026, 5, 1), until_day=date(2026, 7, 1))
    confirm(client, second, ask(client, roster, old, new))
    own = case.participations.get(agency=new.agency)
    assert (own.from_day, own.until_day) == (date(2026, 5, 1), None)
    assert case.leads.get(until_day=None).agency == new.agency


def test_what_began_on_the_day_itself_and_what_had_ended(client, roster, second, old, new, on_day):
    today_s, closed = a_case(old, day=DAY), a_case(old)
    row = a_row(closed, old)
    closed.close(stage="closed", reason="reached", day=DAY - timedelta(days=2))
    confirm(client, second, ask(client, roster, old, new))
    assert today_s.leads.get().agency == new.agency
    assert today_s.participations.filter(agency=new.agency, until_day=None).exists()
    assert not closed.participations.filter(agency=new.agency).exists()
    assert row.pk in seen(new)


@pytest.mark.parametrize("names_function", [True, False])
def test_a_consent_passes_only_if_it_names_the_function(client, roster, second, old, new, names_function):
    lead = a_viewer()
    case = a_case(lead)
    case.participations.create(agency=old.agency, from_day=date(2026, 5, 1))
    a_consent(case, to=[old.agency], names_function=names_function)
    row = a_row(case, lead, categories=[2])
    assert row.pk in seen(old)
    confirm(client, second, ask(client, roster, old, new))
    assert (row.pk in seen(new)) is names_function


def test_before_its_first_day_it_cannot_be_confirmed(client, roster, second, old, new, on_day):
    case = a_case(old)
    succession = ask(client, roster, old, new, from_day="R8.7.1")
    client.force_login(second.user)
    assert "引き継ぐ日になると" in client.get(reverse("agencies:successions")).content.decode()
    confirm(client, second, succession)
    assert not case.participations.filter(agency=new.agency).exists()
    on_day("2026-07-01")
    confirm(client, second, succession)
    assert case.participations.filter(agency=new.agency, from_day=date(2026, 7, 1)).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"old": ""}, "選んでください"),
        ({"from_day": "いつか"}, "日付"),
        ({"ground": ""}, "入力してください"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(client, roster, old, new, changed, words):
    client.force_login(roster.user)
    answer = client.post(reverse("agencies:succession_new"), typed(old, new, **changed))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Succession.objects.exists()


def test_an_agency_does_not_take_over_from_itself_nor_before_it_exists(client, roster, old, new):
    client.force_login(roster.user)
    address = reverse("agencies:succession_new")
    assert "同じです" in client.post(address, typed(old, old)).content.decode()
    later = a_viewer(agency=AgencyFactory(from_day=date(2027, 4, 1)))
    assert "名簿にありません" in client.post(address, typed(old, later)).content.decode()


def test_a_double_post_has_one_effect(client, roster, second, old, new):
    client.force_login(roster.user)
    for _ in range(2):
        client.post(reverse("agencies:succession_new"), typed(old, new, form_key="same"))
    succession = Succession.objects.get()
    case = a_case(old)
    confirm(client, second, succession)
    assert confirm(client, second, succession).status_code == 404
    assert case.participations.filter(agency=new.agency).count() == 1


def test_what_nobody_confirmed_may_be_taken_back(client, roster, second, old, new):
    succession = ask(client, roster, old, new)
    client.post(reverse("agencies:succession_withdraw", args=[succession.public_id]))
    assert not Succession.objects.exists()
    succession = ask(client, roster, old, new)
    confirm(client, second, succession)
    answer = client.post(reverse("agencies:succession_withdraw", args=[succession.public_id]))
    assert answer.status_code == 404
    assert Succession.objects.exists()


@pytest.mark.parametrize("role", [Role.COUNTER, Role.COORDINATOR, Role.AUDIT, Role.STATISTICS, Role.CHAIR])
def test_it_does_not_exist_for_other_roles(client, roster, old, new, role):
    succession = ask(client, roster, old, new)
    client.force_login(a_viewer(role).user)
    assert client.get(reverse("agencies:successions")).status_code == 404
    assert client.get(reverse("agencies:succession_new")).status_code == 404
    answer = client.post(reverse("agencies:succession_confirm", args=[succession.public_id]))
    assert answer.status_code == 404


def test_as_many_queries_for_thirty_as_for_three(client, roster):
    client.force_login(roster.user)

    def more(number):
        for _ in range(number):
            Succession.objects.create(
                old=AgencyFactory(),
                new=AgencyFactory(),
                from_day=DAY,
                ground="試験",
                asked_by=roster.membership,
                asked_on=DAY,
            )

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("agencies:successions"))
        return len(asked)

    more(3)
    few = queries()
    more(27)
    assert queries() == few
