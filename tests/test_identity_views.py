"""名寄せ on real requests: what the 推進員 sees, two people, what narrows, and that undoing restores exactly (§3.5)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import AuditEntry, Person, PersonLink, Row, Separation
from cases.visibility import Purpose
from tests.factories import PersonFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
BORN = date(1960, 5, 5)
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(DAY)


@pytest.fixture
def office():
    return a_viewer(Role.COORDINATOR)


@pytest.fixture
def second():
    return a_viewer(Role.COORDINATOR)


@pytest.fixture
def twins():
    return [PersonFactory(name="架空 同人", kana="カクウ ドウジン", birth_date=BORN) for _ in range(2)]


def url(name, *things):
    return reverse(f"cases:{name}", args=[thing.public_id for thing in things])


def page(client, viewer, address):
    client.force_login(viewer.user)
    return client.get(address).content.decode()


def join(client, viewer, one, other, **said):
    client.force_login(viewer.user)
    client.post(url("identity_join", one, other), {"ground": "住民票で確かめた", **said})
    return PersonLink.objects.said().standing().latest("pk")


def post(client, viewer, name, link, **said):
    client.force_login(viewer.user)
    return client.post(url(name, link), said)


def seen(viewer):
    return set(Row.objects.visible_to(viewer, SUPPORT).values_list("pk", flat=True))


def standing():
    links = PersonLink.objects.standing().values_list("first", "second", "confirmed_on")
    return {(frozenset((first, other)), sure) for first, other, sure in links}


def test_candidates_are_names_and_birth_dates_and_nothing_of_cases(client, office, twins):
    lead = a_viewer()
    case = a_case(lead, person=twins[0])
    a_row(case, lead, text="見えてはいけない")
    PersonFactory(name="架空 同人", kana="カクウ ドウジン", birth_date=date(1990, 1, 1))
    shown = page(client, office, reverse("cases:identity"))
    assert url("identity_join", *twins) in shown
    assert shown.count("並べて確かめる") == 1
    assert "昭和35年5月5日" in shown
    for secret in (case.number, case.public_id, lead.agency.name, "見えてはいけない", "分離あり"):
        assert secret not in shown


def test_a_separation_is_a_flag_and_never_says_from_whom(client, office, twins):
    other = PersonFactory(name="架空 相手方")
    Separation.objects.create(
        first=twins[0], second=other, reason="試験の理由", recorded_on=DAY, recorded_by=office.membership
    )
    shown = page(client, office, reverse("cases:identity"))
    assert "分離あり" in shown
    assert "相手方" not in shown
    assert "試験の理由" not in shown


def test_two_people_join(client, office, second, twins):
    link = join(client, office, *twins)
    assert (link.confirmed_on, link.state) == (None, "waiting")
    assert "もう一人の確認待ち" in page(client, second, reverse("cases:identity"))
    post(client, office, "identity_confirm", link)
    link.refresh_from_db()
    assert link.confirmed_on is None
    assert AuditEntry.objects.filter(act="拒まれた:名寄せを確かめる").exists()
    post(client, second, "identity_confirm", link)
    link.refresh_from_db()
    assert (link.confirmed_on, link.confirmed_by) == (DAY, second.membership)
    assert "並べて確かめる" not in page(client, office, reverse("cases:identity"))


def test_joining_narrows_at_once_and_undoing_restores_exactly(client, office, second, twins):
    lead, partner = a_viewer(), a_viewer()
    case = a_case(lead, person=twins[0])
    case.participations.create(agency=partner.agency, from_day=DAY)
    a_consent(case, to=[partner.agency])
    row = a_row(case, lead, categories=[2])
    assert seen(partner) == {row.pk}
    link = join(client, office, *twins)
    assert seen(partner) == set()
    post(client, second, "identity_undo", link, reason="別人だった")
    assert seen(partner) == {row.pk}
    link.refresh_from_db()
    assert (link.undone_on, link.undo_reason) == (DAY, "別人だった")


def test_a_confirmed_link_is_undone_by_two(client, office, second, twins):
    link = join(client, office, *twins)
    post(client, second, "identity_confirm", link)
    post(client, office, "identity_undo", link, reason="誤り")
    assert standing()
    assert "元に戻す申し出" in page(client, second, reverse("cases:identity"))
    post(client, office, "identity_undo", link, reason="誤り")
    assert standing()
    post(client, second, "identity_undo", link, reason="誤り")
    assert not standing()
    link.refresh_from_db()
    assert (link.undo_asked_by, link.undone_by) == (office.membership, second.membership)


def test_the_same_person_in_another_agency_is_not_a_second_person(client, office, twins):
    link = join(client, office, *twins)
    elsewhere = a_viewer(Role.COORDINATOR, user=office.user)
    with pytest.raises(ValueError, match="別の人"):
        link.confirm(elsewhere.membership, DAY)


def test_a_third_record_is_joined_to_both_and_comes_off_both(client, office, second):
    one, two, three = PersonFactory.create_batch(3)
    first = join(client, office, one, two)
    post(client, second, "identity_confirm", first)
    before = standing()
    link = join(client, second, two, three)
    derived = PersonLink.objects.get(because_of=link)
    assert derived.pair == {one.pk, three.pk}
    assert derived.confirmed_on is None
    post(client, office, "identity_confirm", link)
    derived.refresh_from_db()
    assert (derived.confirmed_on, derived.confirmed_by != derived.joined_by) == (DAY, True)
    for viewer in (office, second):
        post(client, viewer, "identity_undo", link, reason="誤り")
    assert standing() == before


def test_a_chain_is_confirmed_only_when_every_step_is(client, office, second):
    people = PersonFactory.create_batch(4)
    links = [join(client, office, one, other) for one, other in zip(people, people[1:], strict=False)]
    assert PersonLink.objects.standing().count() == 6
    post(client, second, "identity_confirm", links[0])
    post(client, second, "identity_confirm", links[2])
    assert PersonLink.objects.standing().exclude(confirmed_on=None).count() == 2
    post(client, second, "identity_confirm", links[1])
    assert PersonLink.objects.standing().filter(confirmed_on=None).count() == 0
    for viewer in (office, second):
        post(client, viewer, "identity_undo", links[1], reason="誤り")
    ends = {frozenset((people[0].pk, people[1].pk)), frozenset((people[2].pk, people[3].pk))}
    assert {pair for pair, _ in standing()} == ends


def test_people_kept_apart_are_not_one_person(client, office, twins):
    Separation.objects.create(
        first=twins[0], second=twins[1], reason="試験", recorded_on=DAY, recorded_by=office.membership
    )
    client.force_login(office.user)
    answer = client.post(url("identity_join", *twins), {"ground": "似ている"})
    assert "分離が記録されている二人" in answer.content.decode()
    assert not PersonLink.objects.exists()


def test_joined_twice_is_refused_with_words(client, office, twins):
    join(client, office, *twins)
    answer = client.post(url("identity_join", *reversed(twins)), {"ground": "また"})
    assert "すでに結び付いています" in answer.content.decode()
    assert PersonLink.objects.count() == 1


def test_bad_input_is_answered_with_what_to_do(client, office, second, twins):
    client.force_login(office.user)
    assert "入力してください" in client.post(url("identity_join", *twins), {"ground": ""}).content.decode()
    assert client.get(url("identity_join", twins[0], twins[0])).status_code == 404
    link = join(client, office, *twins)
    answer = post(client, second, "identity_undo", link, reason="")
    assert answer.status_code == 200
    assert standing()


def test_searching_by_post_and_choosing_two(client, office, twins):
    client.force_login(office.user)
    address = reverse("cases:identity_search")
    assert "どれかを入力" in client.post(address, {"name": ""}).content.decode()
    found = client.post(address, {"name": "架空 同", "form_key": "k"}).content.decode()
    assert all(person.public_id in found for person in twins)
    one = {"name": "架空", "join": "1", "chosen": [twins[0].public_id]}
    assert "ちょうど二つ" in client.post(address, one).content.decode()
    both = {"name": "架空", "join": "1", "chosen": [person.public_id for person in twins]}
    assert client.post(address, both)["Location"] == url("identity_join", *twins)


def test_a_double_post_joins_once(client, office, second, twins):
    client.force_login(office.user)
    for _ in range(2):
        client.post(url("identity_join", *twins), {"ground": "確かめた", "form_key": "same"})
    link = PersonLink.objects.get()
    for _ in range(2):
        post(client, second, "identity_confirm", link, form_key="once")
    assert AuditEntry.objects.filter(act="行う:名寄せを確かめる").count() == 1


@pytest.mark.parametrize("role", [Role.COUNTER, Role.CHAIR, Role.ROSTER, Role.AUDIT, Role.EXTERNAL])
def test_it_does_not_exist_for_other_roles(client, office, twins, role):
    link = join(client, office, *twins)
    viewer = a_viewer(role)
    client.force_login(viewer.user)
    assert client.get(reverse("cases:identity")).status_code == 404
    assert client.get(url("identity_link", link)).status_code == 404
    assert client.get(url("identity_join", *twins)).status_code == 404
    assert post(client, viewer, "identity_confirm", link).status_code == 404
    assert "名寄せ</a>" not in page(client, viewer, reverse("home"))


def test_whom_a_conflict_closes_is_no_candidate(client, office, twins):
    twins[0].conflicts.create(user=office.user, reason="親族", recorded_on=DAY)
    assert "並べて確かめる" not in page(client, office, reverse("cases:identity"))
    assert client.get(url("identity_join", *twins)).status_code == 404


def test_as_many_queries_for_thirty_as_for_three(client, office):
    def more(number):
        for each in range(number):
            named = {"name": f"架空 {Person.objects.count()}の{each}", "kana": "", "birth_date": BORN}
            PersonFactory(**named)
            PersonFactory(**named)
            pair = PersonFactory.create_batch(2)
            PersonLink.join(*pair, ground="試験", membership=office.membership, day=DAY - timedelta(days=1))

    def queries():
        client.force_login(office.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("cases:identity"))
            client.post(reverse("cases:identity_search"), {"name": "架空"})
        return len(asked)

    more(3)
    few = queries()
    more(27)
    assert queries() == few
