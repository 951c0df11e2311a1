"""承認待ちの変更: nothing that gives sight takes effect before a second person approves (contract §3.5)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Agency, AgencyList, Approval, CitySetting, Membership, Role, User
from cases.models import AuditEntry
from meetings.models import RosterTerm
from tests.factories import AgencyFactory, UserFactory, a_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def day(on_day):
    on_day(DAY)


@pytest.fixture
def clerk(client):
    viewer = a_viewer(Role.ROSTER)
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def other():
    """The second administrator and the browser of their own."""
    viewer = a_viewer(Role.ROSTER)
    viewer_client = Client()
    viewer_client.force_login(viewer.user)
    return viewer, viewer_client


def act(client, name, approval, **posted):
    return client.post(reverse(f"agencies:approval_{name}", args=[approval.public_id]), posted)


def membership_form(user, agency, role=Role.COUNTER, start="R8.4.1", until=""):
    return {"user": user.pk, "agency": agency.pk, "role": role, "from_day": start, "until_day": until}


def a_proposal(by, *, user=None, agency=None, role=Role.COUNTER, **fields):
    user, agency = user or UserFactory(), agency or AgencyFactory()
    values = {
        "user": user.pk,
        "agency": agency.pk,
        "role": role,
        "from_day": "2026-04-01",
        "until_day": None,
    }
    fields = {"kind": "add", "values": values, "about": user, "what": "試験の申請"} | fields
    return Approval.objects.create(model="agencies.Membership", proposed_by=by.user, **fields)


def term_form(member, until, **fields):
    return {
        "user": member.user_id,
        "agency": member.agency_id,
        "member_kind": "corporation",
        "from_day": "R8.4.1",
        "until_day": until,
        "acknowledged_on": "R8.4.1",
    } | fields


def test_a_new_membership_waits_and_then_is_there(client, clerk, other):
    user, agency = UserFactory(), AgencyFactory()
    page = client.post("/admin/agencies/membership/add/", membership_form(user, agency), follow=True)
    assert "ほかの名簿管理の人が承認すると有効になります" in page.content.decode()
    assert not Membership.objects.filter(user=user).exists()
    waiting = Approval.objects.get()
    shown = other[1].get(reverse("agencies:approval", args=[waiting.public_id])).content.decode()
    for words in (clerk.user.name, user.name, agency.name, "窓口職員", "R8.4.1", "本人の同意がある記録"):
        assert words in shown
    assert act(other[1], "approve", waiting).status_code == 302
    assert Membership.objects.get(user=user).role == Role.COUNTER


@pytest.mark.parametrize(
    ("typed", "at_once", "waits"),
    [
        ({"until_day": "R8.6.30"}, {"until_day": date(2026, 6, 30)}, False),
        ({"until_day": "R9.6.30"}, {"until_day": date(2027, 3, 31)}, True),
        ({"until_day": ""}, {"until_day": date(2027, 3, 31)}, True),
        ({"from_day": "R2.3.31"}, {"from_day": date(2020, 4, 1)}, True),
        ({"from_day": "R2.4.2"}, {"from_day": date(2020, 4, 2)}, False),
        ({"role": Role.COORDINATOR}, {"role": Role.COUNTER}, True),
        ({"role": Role.COORDINATOR, "until_day": "R8.6.30"}, {"role": Role.COUNTER, "until_day": date(2026, 6, 30)}, True),
        ({"from_day": "R10.4.1", "until_day": "R11.3.31"}, {"until_day": date(2027, 3, 31)}, True),
    ],
)  # fmt: skip
def test_of_a_changed_membership_what_narrows_is_in_force_at_once(
    client, clerk, other, typed, at_once, waits
):
    held = a_viewer().membership
    Membership.objects.filter(pk=held.pk).update(until_day=date(2027, 3, 31))
    form = membership_form(held.user, held.agency, start="R2.4.1", until="R9.3.31") | typed
    answer = client.post(f"/admin/agencies/membership/{held.pk}/change/", form)
    assert answer.status_code == 302
    held.refresh_from_db()
    assert {name: getattr(held, name) for name in at_once} == at_once
    assert Approval.objects.waiting().count() == waits
    if waits:
        act(other[1], "approve", Approval.objects.get())
        held.refresh_from_db()
        assert held.role == typed.get("role", Role.COUNTER)
        assert not Approval.objects.waiting().exists()


def test_another_person_or_agency_in_a_membership_waits(client, clerk):
    held, agency = a_viewer().membership, AgencyFactory()
    path = f"/admin/agencies/membership/{held.pk}/change/"
    client.post(path, membership_form(held.user, agency, start="R2.4.1"))
    client.post(path, membership_form(UserFactory(), held.agency, start="R2.4.1"))
    held.refresh_from_db()
    assert held.agency_id != agency.pk
    assert Approval.objects.waiting().count() == 2


def test_memberships_beside_a_user_and_beside_an_agency_wait_too(client, clerk, other):
    user, agency = UserFactory(), AgencyFactory()
    rows = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-role": Role.COUNTER}
    rows["memberships-0-from_day"] = "R8.4.1"
    person = {
        "username": user.username,
        "name": user.name,
        "is_active": "on",
        "memberships-0-agency": agency.pk,
    }
    client.post(f"/admin/agencies/user/{user.pk}/change/", person | rows)
    house = {"name": agency.name, "short_name": "略", "kind": agency.kind, "order": 1, "from_day": "R2.4.1"}
    empty = {"commissions-TOTAL_FORMS": 0, "commissions-INITIAL_FORMS": 0}
    client.post(
        f"/admin/agencies/agency/{agency.pk}/change/",
        house | rows | empty | {"memberships-0-user": UserFactory().pk},
    )
    assert not Membership.objects.filter(agency=agency).exists()
    for waiting in Approval.objects.waiting():
        act(other[1], "approve", waiting)
    assert Membership.objects.filter(agency=agency).count() == 2


def test_a_new_agency_is_there_at_once_and_its_people_wait(client, clerk):
    form = {"name": "新しい機関", "short_name": "新", "kind": "centre", "order": 1, "from_day": "R8.4.1"}
    form |= {"commissions-TOTAL_FORMS": 0, "commissions-INITIAL_FORMS": 0, "memberships-TOTAL_FORMS": 1}
    form |= {
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": UserFactory().pk,
        "memberships-0-role": "chief",
    }
    client.post("/admin/agencies/agency/add/", form | {"memberships-0-from_day": "R8.4.1"})
    agency = Agency.objects.get(name="新しい機関")
    assert not agency.memberships.exists()
    assert Approval.objects.get().values["agency"] == agency.pk


@pytest.mark.parametrize(("until", "at_once"), [("", False), ("R9.3.31", False), ("R7.3.31", True)])
def test_a_longer_life_of_an_agency_waits(client, clerk, other, until, at_once):
    agency = AgencyFactory(until_day=date(2026, 3, 31))
    form = {"name": "改めた名称", "short_name": "略", "kind": "centre", "order": 1, "from_day": "R2.4.1"}
    form |= {f"{rows}-{n}_FORMS": 0 for rows in ("commissions", "memberships") for n in ("TOTAL", "INITIAL")}
    client.post(f"/admin/agencies/agency/{agency.pk}/change/", form | {"until_day": until})
    agency.refresh_from_db()
    assert agency.name == "改めた名称"
    assert (agency.until_day != date(2026, 3, 31)) == at_once
    assert Approval.objects.waiting().exists() != at_once


def test_a_term_waits_when_new_longer_or_acknowledged(client, clerk, other):
    member = a_viewer(Role.EXTERNAL)
    client.post("/admin/meetings/rosterterm/add/", term_form(member, "R9.3.31"))
    assert not RosterTerm.objects.exists()
    act(other[1], "approve", Approval.objects.get())
    term = RosterTerm.objects.get()
    path = f"/admin/meetings/rosterterm/{term.pk}/change/"
    client.post(path, term_form(member, "R10.3.31"))
    client.post(path, term_form(member, "R9.3.31", acknowledged_on="R8.3.1"))
    client.post(path, term_form(member, "R8.12.31", acknowledged_on=""))
    term.refresh_from_db()
    assert (term.until_day, term.acknowledged_on) == (date(2026, 12, 31), None)
    assert Approval.objects.waiting().count() == 2


def test_agencies_that_come_into_a_list_wait_and_those_that_go_are_gone(client, clerk, other):
    one, two, three = AgencyFactory.create_batch(3)
    coming = AgencyList.objects.create(version="令和9年度版", from_day=date(2027, 4, 1))
    coming.agencies.set([one, two])
    form = {
        "name": coming.name,
        "version": coming.version,
        "from_day": "R9.4.1",
        "agencies": [two.pk, three.pk],
    }
    client.post(f"/admin/agencies/agencylist/{coming.pk}/change/", form)
    assert list(coming.agencies.all()) == [two]
    act(other[1], "approve", Approval.objects.get())
    assert set(coming.agencies.all()) == {two, three}
    client.post("/admin/agencies/agencylist/add/", form | {"version": "令和10年度版"})
    assert not AgencyList.objects.filter(version="令和10年度版").exists()
    act(other[1], "approve", Approval.objects.waiting().get())
    assert set(AgencyList.objects.get(version="令和10年度版").agencies.all()) == {two, three}


def test_a_list_that_has_begun_meanwhile_is_not_changed(client, clerk, other, on_day):
    coming = AgencyList.objects.create(version="令和9年度版", from_day=date(2026, 6, 11))
    form = {
        "name": coming.name,
        "version": coming.version,
        "from_day": "R8.6.11",
        "agencies": [clerk.agency_id],
    }
    client.post(f"/admin/agencies/agencylist/{coming.pk}/change/", form)
    on_day("2026-06-11")
    assert "施行日を過ぎた版" in act(other[1], "approve", Approval.objects.get()).content.decode()
    assert not coming.agencies.exists()


def test_settings_that_loosen_wait_and_those_that_tighten_do_not(client, clerk, other):
    setting = CitySetting.objects.create(pk=1)
    form = {
        field.name: getattr(setting, field.name)
        for field in CitySetting._meta.fields
        if field.name not in ("id", "oral_consent_counts")
    }
    path = "/admin/agencies/citysetting/1/change/"
    loose = {"oral_consent_counts": "on", "meeting_open_days": 30, "published_threshold": 3}
    client.post(path, form | loose | {"city_name": "試験市"})
    setting.refresh_from_db()
    assert (setting.city_name, setting.oral_consent_counts) == ("試験市", False)
    assert (setting.meeting_open_days, setting.published_threshold) == (14, 10)
    act(other[1], "approve", Approval.objects.get())
    setting.refresh_from_db()
    assert (setting.oral_consent_counts, setting.meeting_open_days, setting.published_threshold) == (
        True,
        30,
        3,
    )
    client.post(path, form)
    setting.refresh_from_db()
    assert (setting.oral_consent_counts, setting.meeting_open_days) == (False, 14)
    assert not Approval.objects.waiting().exists()


def test_an_account_is_closed_at_once_and_opened_by_two(client, clerk, other):
    user = UserFactory()
    path = f"/admin/agencies/user/{user.pk}/change/"
    form = {"username": user.username, "name": "改めた 氏名"}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    client.post(path, form)
    user.refresh_from_db()
    assert (user.is_active, user.name) == (False, "改めた 氏名")
    client.post(path, form | {"is_active": "on"})
    user.refresh_from_db()
    assert not user.is_active
    assert "承認待ち" in client.get(path).content.decode()
    act(other[1], "approve", Approval.objects.get())
    user.refresh_from_db()
    assert user.is_active


def test_nobody_decides_their_own_or_about_themselves(client, clerk, other):
    mine, about_other = a_proposal(clerk), a_proposal(clerk, user=other[0].user)
    assert "自分が申請した変更" in act(client, "approve", mine).content.decode()
    assert "自分が申請した変更" in act(client, "reject", mine, reason="試験").content.decode()
    assert "自分のアカウント" in act(other[1], "approve", about_other).content.decode()
    assert "自分のアカウント" in act(other[1], "reject", about_other, reason="試験").content.decode()
    assert Approval.objects.waiting().count() == 2
    assert AuditEntry.objects.filter(act="拒まれた:申請の決定", purpose="roster").count() == 4


def test_a_change_of_what_is_held_by_oneself_is_about_oneself(clerk, other):
    held = other[0].membership
    proposal = a_proposal(clerk, about=None, kind="change", object_key=held.pk, values={"until_day": None})
    with pytest.raises(ValidationError, match="自分のアカウント"):
        proposal.approve(by=other[0].user)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_the_database_refuses_it_as_well(clerk, other, decision):
    mine, about_other = a_proposal(clerk), a_proposal(clerk, user=other[0].user)
    for proposal, by in ((mine, clerk), (about_other, other[0]))[: 2 if decision == "approved" else 1]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=proposal.pk).update(
                decision=decision, decided_by=by.user, decided_at="2026-06-10T00:00Z", reason="試験"
            )


def test_a_decision_stands(client, clerk, other):
    proposal = a_proposal(clerk)
    assert act(other[1], "approve", proposal).status_code == 302
    for name in ("approve", "reject"):
        assert "すでに決まっています" in act(other[1], name, proposal, reason="試験").content.decode()
    assert "すでに決まっています" in act(client, "withdraw", proposal).content.decode()
    assert Membership.objects.filter(user=proposal.about).count() == 1


def test_who_asked_may_withdraw_and_nobody_else(client, clerk, other):
    proposal = a_proposal(clerk)
    assert "申請した人だけ" in act(other[1], "withdraw", proposal).content.decode()
    assert act(client, "withdraw", proposal).status_code == 302
    assert not Membership.objects.filter(user=proposal.about).exists()


def test_a_rejection_needs_its_reason(client, clerk, other):
    proposal = a_proposal(clerk)
    assert "入力してください。" in act(other[1], "reject", proposal).content.decode()
    assert act(other[1], "reject", proposal, reason="所属が違います").status_code == 302
    assert (
        "所属が違います"
        in client.get(reverse("agencies:approval", args=[proposal.public_id])).content.decode()
    )
    assert not Membership.objects.filter(user=proposal.about).exists()


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ROSTER])
def test_nobody_else_knows_of_proposals(client, clerk, role):
    proposal = a_proposal(clerk)
    client.force_login(a_viewer(role).user)
    assert client.get(reverse("agencies:approvals")).status_code == 404
    assert client.get(reverse("agencies:approval", args=[proposal.public_id])).status_code == 404
    for name in ("approve", "reject", "withdraw"):
        assert act(client, name, proposal, reason="試験").status_code == 404
    assert Approval.objects.waiting().count() == 1


def test_an_approval_is_asked_by_post(client, clerk, other):
    proposal = a_proposal(clerk)
    other[1].get(reverse("agencies:approval_approve", args=[proposal.public_id]))
    assert Approval.objects.waiting().count() == 1


def test_what_changed_meanwhile_is_said_and_stops_the_approval(client, clerk, other):
    held = a_viewer().membership
    Membership.objects.filter(pk=held.pk).update(until_day=date(2027, 3, 31))
    form = membership_form(held.user, held.agency, start="R2.4.1")
    path = f"/admin/agencies/membership/{held.pk}/change/"
    client.post(path, form | {"until_day": "R10.3.31"})
    client.post(path, form | {"until_day": "R8.6.30"})
    page = act(other[1], "approve", Approval.objects.get()).content.decode()
    assert "申請したとき R9.3.31 → 今 R8.6.30" in page
    held.refresh_from_db()
    assert held.until_day == date(2026, 6, 30)


def test_what_has_become_impossible_is_not_applied(client, clerk, other):
    user, agency = UserFactory(), AgencyFactory()
    first, second = a_proposal(clerk, user=user, agency=agency), a_proposal(clerk, user=user, agency=agency)
    assert act(other[1], "approve", first).status_code == 302
    assert "期間が重なっています" in act(other[1], "approve", second).content.decode()
    assert Membership.objects.filter(user=user).count() == 1
    assert Approval.objects.waiting().get() == second


def test_a_password_is_made_when_approved_and_never_kept(client, clerk, other):
    user = UserFactory()
    before = user.password
    posted = {"action": "renew_password", "_selected_action": [user.pk]}
    client.post("/admin/agencies/user/", posted)
    user.refresh_from_db()
    assert user.password == before
    proposal = Approval.objects.get()
    answer = other[1].post(reverse("agencies:approval_approve", args=[proposal.public_id]), follow=True)
    password = answer.content.decode().split("<code>")[1].split("</code>")[0]
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    address = reverse("agencies:approval", args=[proposal.public_id])
    assert password not in other[1].get(address).content.decode()
    assert password not in client.get(address).content.decode()
    assert password not in str(list(Approval.objects.values()))


def test_a_renewal_about_the_only_other_administrator_needs_a_third(client, clerk, other):
    posted = {"action": "reset_second_factor", "_selected_action": [other[0].user_id]}
    client.post("/admin/agencies/user/", posted)
    assert "自分のアカウント" in act(other[1], "approve", Approval.objects.get()).content.decode()


def test_proposals_and_decisions_are_remembered_without_names(client, clerk, other):
    user = UserFactory()
    client.post("/admin/agencies/membership/add/", membership_form(user, AgencyFactory()))
    act(other[1], "approve", Approval.objects.get())
    found = list(AuditEntry.objects.order_by("pk").values_list("act", "purpose", "user", "things", "reason"))
    key = Approval.objects.get().public_id
    assert found == [
        ("行う:変更を申請する", "roster", clerk.user_id, [key], ""),
        ("行う:申請の承認", "roster", other[0].user_id, [key], ""),
    ]


def test_the_home_and_the_admin_say_how_many_wait(client, clerk):
    a_proposal(clerk)
    assert "承認待ちの変更" in client.get("/").content.decode()
    assert "承認待ちの変更 1件" in client.get("/admin/").content.decode()


def test_the_queries_do_not_grow_with_the_proposals(client, clerk, other):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("agencies:approvals"))
        return len(asked)

    for _ in range(3):
        a_proposal(clerk)
        a_proposal(clerk).reject(by=other[0].user, reason="試験")
    few = queries()
    for _ in range(20):
        a_proposal(clerk)
        a_proposal(clerk).reject(by=other[0].user, reason="試験")
    assert queries() == few


def test_the_operator_makes_the_first_administrators_and_lets_them_in_again(capsys):
    AgencyFactory(name="試験課")
    call_command("roster_administrator", "meibo9", name="試験 名簿", agency="試験課")
    user = User.objects.get(username="meibo9")
    assert user.must_change_password
    assert Membership.objects.get(user=user).role == Role.ROSTER
    before = user.password
    call_command("roster_administrator", "meibo9")
    user.refresh_from_db()
    assert user.password != before
    assert capsys.readouterr().out.count("試験 名簿さんのパスワード") == 2
    with pytest.raises(CommandError, match="名簿管理の人ではありません"):
        call_command("roster_administrator", a_viewer().user.username)
    with pytest.raises(CommandError, match="--agency"):
        call_command("roster_administrator", "dareka", name="試験", agency="ない機関")
