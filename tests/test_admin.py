from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from agencies.models import (
    Agency,
    AgencyList,
    Approval,
    CitySetting,
    Commission,
    Membership,
    PlanRow,
    Role,
    User,
)
from meetings.models import RosterTerm
from tests.factories import AgencyFactory, UserFactory, a_case, a_segment, a_term, a_viewer, an_item

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)
LISTS = ["agency", "agencylist", "place", "user", "membership", "planrow", "holiday"]


@pytest.fixture(autouse=True)
def day(on_day):
    on_day(DAY)


@pytest.fixture
def clerk(client):
    viewer = a_viewer(Role.ROSTER)
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def second(client, clerk):
    """A second administrator approves everything that waits; answers the last page."""
    other = a_viewer(Role.ROSTER)

    def approve():
        client.force_login(other.user)
        for waiting in list(Approval.objects.waiting()):
            path = reverse("agencies:approval_approve", args=[waiting.public_id])
            answer = client.post(path, follow=True)
            waiting.refresh_from_db()
            assert waiting.decision == "approved", answer.content.decode()
        client.force_login(clerk.user)
        return answer.content.decode()

    return approve


def user_form(memberships=(), **fields):
    """A user's page as the admin posts it, with rows of memberships."""
    form = {"username": "yamada", "name": "試験 山田", "kana": "やまだ", "is_active": "on"} | fields
    stored = [row for row in memberships if row.get("id")]
    form |= {"memberships-TOTAL_FORMS": len(memberships), "memberships-INITIAL_FORMS": len(stored)}
    for number, row in enumerate(memberships):
        form |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return form


def row(agency, start, end="", role=Role.COUNTER, **fields):
    return {"agency": agency.pk, "role": role, "from_day": start, "until_day": end} | fields


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ROSTER])
def test_only_the_role_of_roster_administration_enters(client, role):
    viewer = a_viewer(role)
    User.objects.filter(pk=viewer.user_id).update(is_staff=True, is_superuser=True)
    client.force_login(viewer.user)
    for path in ("", "agencies/agency/", "agencies/user/add/", "autocomplete/", "login/", "nai/"):
        assert client.get(f"/admin/{path}").status_code == 404


def test_somebody_not_logged_in_is_led_to_the_products_own_log_in(client):
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert client.get(answer.headers["Location"]).headers["Location"] == "/login/?next=/admin/"


def test_the_index_names_rosters_only(client, clerk):
    page = client.get("/admin/").content.decode()
    assert "名簿管理" in page
    for foreign in ("ケース</a>", "相談受付", "グループ", "Access", "同意"):
        assert foreign not in page


@pytest.mark.parametrize("name", LISTS)
def test_every_list_and_form_opens(client, clerk, name):
    call_command("load_roster", verbosity=0)
    assert client.get(f"/admin/agencies/{name}/").status_code == 200
    assert client.get(f"/admin/agencies/{name}/?q=かい").status_code in (200, 302)
    assert client.get(f"/admin/agencies/{name}/add/").status_code == 200


def test_an_agency_opens_with_its_commissions_and_staff(client, clerk):
    call_command("load_roster", verbosity=0)
    agency = Agency.objects.get(code="hokatsu-1")
    page = client.get(f"/admin/agencies/agency/{agency.pk}/change/").content.decode()
    assert "地域包括支援センター運営事業" in page
    assert "R7.4.1" in page


def test_a_new_log_in_gets_a_password_shown_once_and_a_membership(client, clerk, second):
    agency = AgencyFactory()
    client.post("/admin/agencies/user/add/", user_form([row(agency, "R8.4.1")]), follow=True)
    assert not User.objects.filter(username="yamada").exists()
    assert "表示はこの一度だけです" in second()
    user = User.objects.get(username="yamada")
    assert user.must_change_password
    assert user.kana == "ヤマダ"
    assert user.has_usable_password()
    assert not user.is_staff
    assert Membership.objects.get(user=user).from_day == date(2026, 4, 1)
    again = client.get(f"/admin/agencies/user/{user.pk}/change/").content.decode()
    assert "表示はこの一度だけです" not in again


def test_rights_cannot_be_posted(client, clerk, second):
    client.post("/admin/agencies/user/add/", user_form(is_superuser="on", is_staff="on", password="x"))
    second()
    user = User.objects.get(username="yamada")
    assert (user.is_superuser, user.is_staff) == (False, False)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("R8.4.1", ""), ("R8.6.1", "")], "期間が重なっています。"),
        ([("R8.4.1", "R8.5.31"), ("R8.5.31", "")], "期間が重なっています。"),
        ([("R8.4.1", "R8.3.31")], "終了日が開始日より前です。"),
        ([("R8.2.30", "")], "という日付はありません"),
    ],
)
def test_impossible_periods_are_said_beside_the_row(client, clerk, rows, words):
    agency = AgencyFactory()
    page = client.post("/admin/agencies/user/add/", user_form([row(agency, *period) for period in rows]))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not User.objects.filter(username="yamada").exists()


def test_periods_that_touch_and_other_roles_do_not_overlap(client, clerk, second):
    agency = AgencyFactory()
    rows = [row(agency, "R8.4.1", "R8.5.31"), row(agency, "R8.6.1"), row(agency, "R8.4.1", role=Role.CHIEF)]
    assert client.post("/admin/agencies/user/add/", user_form(rows)).status_code == 302
    second()
    assert Membership.objects.filter(user__username="yamada").count() == 3


def test_one_post_may_end_a_membership_and_begin_the_next(client, clerk, second):
    viewer = a_viewer()
    user, old = viewer.user, viewer.membership
    rows = [row(viewer.agency, "R2.4.1", "R8.3.31", id=old.pk, user=user.pk), row(viewer.agency, "R8.4.1")]
    path = f"/admin/agencies/user/{user.pk}/change/"
    answer = client.post(path, user_form(rows, username=user.username))
    assert answer.status_code == 302
    assert Membership.objects.get(user=user).until_day == date(2026, 3, 31)
    second()
    assert Membership.objects.filter(user=user).count() == 2
    first, second = Membership.objects.filter(user=user).order_by("from_day")
    rows = [
        row(viewer.agency, "R2.4.1", "R8.5.31", id=first.pk, user=user.pk),
        row(viewer.agency, "R8.6.1", id=second.pk, user=user.pk),
    ]
    page = client.post(path, user_form(rows, username=user.username))
    assert page.status_code == 200
    assert "一度に保存できません" in page.content.decode()


def test_a_single_membership_says_its_overlap(client, clerk):
    viewer = a_viewer()
    form = {"user": viewer.user_id, "agency": viewer.agency_id, "role": Role.COUNTER, "from_day": "R8.4.1"}
    page = client.post("/admin/agencies/membership/add/", form)
    assert "同じ機関と役割の期間が重なっています。" in page.content.decode()


def test_commissions_overlap_by_line_and_layer(client, clerk):
    call_command("load_roster", verbosity=0)
    agency = Agency.objects.get(code="coordinator")
    line = PlanRow.objects.get(code="parat-home")
    kept = list(Commission.objects.filter(agency=agency).order_by("plan_row", "agency", "from_day"))
    form = {
        "name": agency.name,
        "kana": agency.kana,
        "short_name": agency.short_name,
        "kind": agency.kind,
        "order": 1,
        "from_day": "R7.4.1",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
        "commissions-TOTAL_FORMS": 4,
        "commissions-INITIAL_FORMS": 2,
    }
    for number, one in enumerate(kept):
        values = {"id": one.pk, "agency": agency.pk, "plan_row": one.plan_row_id, "layer": one.layer}
        values |= {"form": one.form, "headcount": one.headcount, "from_day": "R7.4.1"}
        form |= {f"commissions-{number}-{name}": value for name, value in values.items()}
    for number in (2, 3):
        values = {"plan_row": line.pk, "layer": "", "form": "commissioned", "from_day": "R8.4.1"}
        form |= {f"commissions-{number}-{name}": value for name, value in values.items()}
    path = f"/admin/agencies/agency/{agency.pk}/change/"
    assert "期間が重なっています。" in client.post(path, form).content.decode()
    assert client.post(path, form | {"commissions-3-layer": "第2層"}).status_code == 302
    assert Commission.objects.filter(agency=agency).count() == 4


def test_nothing_that_history_needs_can_be_deleted(client, clerk):
    viewer = a_viewer()
    assert client.post(f"/admin/agencies/user/{viewer.user_id}/delete/", {"post": "yes"}).status_code == 403
    assert (
        client.post(f"/admin/agencies/agency/{viewer.agency_id}/delete/", {"post": "yes"}).status_code == 403
    )
    assert User.objects.filter(pk=viewer.user_id).exists()


def test_a_version_of_the_list_that_has_begun_stays(client, clerk):
    call_command("load_roster", verbosity=0)
    begun = AgencyList.objects.get()
    path = f"/admin/agencies/agencylist/{begun.pk}/change/"
    assert "新しい版を追加してください" in client.get(path).content.decode()
    assert (
        client.post(path, {"name": "x", "version": "x", "from_day": "R9.4.1", "agencies": []}).status_code
        == 403
    )
    coming = AgencyList.objects.create(version="令和9年度版", from_day=date(2027, 4, 1))
    assert client.get(f"/admin/agencies/agencylist/{coming.pk}/change/").status_code == 200


def test_the_citys_settings_are_one_page(client, clerk):
    answer = client.get("/admin/agencies/citysetting/", follow=True)
    assert "日進市" in answer.content.decode()
    assert CitySetting.objects.count() == 1
    assert client.get("/admin/agencies/citysetting/add/").status_code == 403


def test_a_designation_for_one_item_is_not_shown(client, clerk):
    lead, member = a_viewer(), a_viewer(Role.EXTERNAL)
    item = an_item(a_segment(lead, basis="statute"), a_case(lead), lead)
    designated, standing = a_term(member, item=item), a_term(a_viewer(Role.EXTERNAL))
    page = client.get("/admin/meetings/rosterterm/").content.decode()
    assert standing.user.name in page
    assert designated.user.name not in page
    answer = client.get(f"/admin/meetings/rosterterm/{designated.pk}/change/")
    assert answer.status_code == 302
    assert "指名" not in client.get("/admin/meetings/rosterterm/add/").content.decode()


def test_overlapping_terms_of_a_member_are_refused(client, clerk):
    member = a_viewer(Role.EXTERNAL)
    a_term(member)
    form = {"user": member.user_id, "agency": member.agency_id, "member_kind": "individual"}
    form |= {"from_day": "R9.3.1", "until_day": "R10.3.31"}
    page = client.post("/admin/meetings/rosterterm/add/", form)
    assert "同じ人の任期が重なっています。" in page.content.decode()
    assert RosterTerm.objects.count() == 1


def test_a_password_is_renewed_for_one_person_at_a_time(client, clerk, second):
    one, other = UserFactory(), UserFactory()
    path = reverse("admin:agencies_user_changelist")
    both = {"action": "renew_password", "_selected_action": [one.pk, other.pk]}
    assert "一人だけ選んでください" in client.post(path, both, follow=True).content.decode()
    single = both | {"_selected_action": [one.pk]}
    assert "承認すると有効になります" in client.post(path, single, follow=True).content.decode()
    before = one.password
    one.refresh_from_db()
    assert one.password == before
    assert "表示はこの一度だけです" in second()
    one.refresh_from_db()
    assert one.password != before


@pytest.mark.parametrize("typed", ["やまだ", "ヤマダ"])
def test_a_person_is_found_however_the_reading_is_typed(client, clerk, typed):
    UserFactory(name="架空 山田", kana="ヤマダ")
    assert "架空 山田" in client.get(f"/admin/agencies/user/?q={typed}").content.decode()


@pytest.mark.parametrize("name", ["user", "agency", "membership"])
def test_the_queries_do_not_grow_with_the_rows(client, clerk, name, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(60) as counted:
            client.get(f"/admin/agencies/{name}/")
        return len(counted)

    for _ in range(3):
        a_viewer()
    few = queries()
    for _ in range(30):
        a_viewer()
    assert queries() == few
