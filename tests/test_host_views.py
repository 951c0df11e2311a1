"""受入れ先: list, entry, change; nobody learns from a host whom it hosts."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outreach.models import Host, HostMenu, Placement
from tests.factories import a_case, a_row, a_viewer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def worker(client):
    viewer = a_viewer(role="participation")
    client.force_login(viewer.user)
    return viewer


def a_host(viewer, name="架空農園", menus=(), **fields):
    host = Host.objects.create(name=name, agency=viewer.agency, from_day=date(2026, 4, 1), **fields)
    for menu in menus:
        host.menus.create(name=menu)
    return host


def a_placement(case, viewer, host, **fields):
    return a_row(case, viewer, model=Placement, categories=[3], host=host, stage_on=viewer.day, **fields)


def page_of(host, name="host"):
    return reverse(f"outreach:{name}", args=[host.public_id])


def entry(menus=(), initial=0, **fields):
    lines = {"menus-TOTAL_FORMS": str(len(menus)), "menus-INITIAL_FORMS": str(initial)}
    for place, menu in enumerate(menus):
        lines |= {f"menus-{place}-{name}": value for name, value in menu.items()}
    return {"name": "架空農園", "capacity": "３", "from_day": "R8.4.1"} | lines | fields


def test_a_host_is_registered_with_its_menus(client, worker):
    menus = [{"name": "袋詰め", "frequency": "週1回"}, {"name": "", "frequency": ""}]
    response = client.post(reverse("outreach:host_new"), entry(menus))
    host = Host.objects.get()
    assert response["Location"] == page_of(host) and host.agency == worker.agency and host.capacity == 3
    assert [menu.name for menu in host.menus.all()] == ["袋詰め"]
    assert "袋詰め" in client.get(page_of(host)).content.decode()


def test_a_host_sent_twice_is_one(client, worker):
    for _ in range(2):
        client.post(reverse("outreach:host_new"), entry(form_key="k1"))
    assert Host.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "入力してください"),
        ({"until_day": "R8.3.1"}, "より前です"),
        ({"capacity": "多い"}, "整数"),
    ],
)
def test_bad_input_says_what_to_do_and_keeps_what_was_typed(client, worker, fields, words):
    page = client.post(
        reverse("outreach:host_new"), entry([{"name": "消えない献立"}], **fields)
    ).content.decode()
    assert words in page and "消えない献立" in page
    assert not Host.objects.exists()


def test_a_menu_line_without_a_name_is_refused(client, worker):
    page = client.post(
        reverse("outreach:host_new"), entry([{"name": "", "frequency": "週1回"}])
    ).content.decode()
    assert "メニューの名前を入力してください" in page and not Host.objects.exists()


def test_a_menu_taken_away_is_retired_even_while_somebody_uses_it(client, worker):
    host = a_host(worker, menus=["袋詰め"])
    menu = HostMenu.objects.get()
    a_placement(a_case(worker), worker, host, menu=menu)
    line = {"id": str(menu.pk), "name": "袋詰め", "frequency": "", "DELETE": "on"}
    assert client.post(page_of(host, "host_edit"), entry([line], initial=1, version="1")).status_code == 302
    menu.refresh_from_db()
    assert menu.retired_on == TODAY
    assert "袋詰め" not in client.get(page_of(host, "host_edit")).content.decode()


def test_an_edit_of_something_changed_meanwhile_shows_both(client, worker):
    host = a_host(worker)
    client.post(page_of(host, "host_edit"), entry(name="先の名前", version="1"))
    page = client.post(page_of(host, "host_edit"), entry(name="後の名前", version="1")).content.decode()
    assert "先の名前" in page and "後の名前" in page
    assert Host.objects.get().name == "先の名前"


def test_only_the_agency_that_registered_it_changes_a_host(client, worker):
    host = a_host(a_viewer())
    assert client.get(page_of(host)).status_code == 200
    assert client.get(page_of(host, "host_edit")).status_code == 404
    assert client.post(page_of(host, "host_edit"), entry(name="別の名前", version="1")).status_code == 404
    assert Host.objects.get().name == "架空農園"


def test_a_host_tells_of_visible_placements_alone(client, worker):
    host = a_host(worker)
    stranger = a_viewer()
    hidden = a_case(stranger)
    a_placement(hidden, stranger, host, text="ほかの人の希望")
    before = client.get(page_of(host)).content.decode()
    assert "見られるマッチングはありません" in before and hidden.number not in before
    assert client.get(reverse("outreach:hosts")).context["hosts"][0].seen_here == 0
    mine = a_case(worker)
    a_placement(mine, worker, host)
    page = client.get(page_of(host)).content.decode()
    assert mine.number in page and hidden.number not in page
    assert client.get(reverse("outreach:hosts")).context["hosts"][0].seen_here == 1


def test_the_list_shows_hosts_of_today_or_all(client, worker):
    a_host(worker, name="いまの店")
    a_host(worker, name="むかしの店", until_day=date(2026, 5, 1))
    now = client.get(reverse("outreach:hosts")).content.decode()
    everything = client.get(reverse("outreach:hosts") + "?state=all").content.decode()
    assert "いまの店" in now and "むかしの店" not in now and "むかしの店" in everything


def test_the_list_asks_no_more_for_thirty_hosts(client, worker):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("outreach:hosts"))
        return len(caught)

    for number in range(3):
        a_placement(a_case(worker), worker, a_host(worker, name=f"店{number}", menus=["品出し"]))
    few = queries()
    for number in range(27):
        a_placement(a_case(worker), worker, a_host(worker, name=f"畑{number}", menus=["草取り"]))
    assert queries() == few


def test_a_role_without_the_purpose_gets_404(client):
    client.force_login(a_viewer(role="external").user)
    assert client.get(reverse("outreach:hosts")).status_code == 404
