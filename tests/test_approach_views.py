"""働きかけ・訪問: entry, list, page, correction, print; the year's figures."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from outreach.models import Approach
from tests.factories import AgencyFactory, PersonFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def worker(client):
    viewer = a_viewer(role="outreach")
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def case(worker):
    return a_case(worker, person=PersonFactory(name="架空 訪子"), stage=Case.Stage.APPROACH)


def entry(**fields):
    start = {
        "happened_on": "R8.6.10",
        "means": "visit",
        "response": "absent",
        "staff_count": "2",
        "categories": ["6"],
    }
    return start | fields


def an_approach(case, viewer, **fields):
    return a_row(
        case, viewer, model=Approach, categories=[6], **({"means": "visit", "response": "absent"} | fields)
    )


def new(case):
    return reverse("outreach:approach_new", args=[case.public_id])


def page_of(row, name="approach"):
    return reverse(f"outreach:{name}", args=[row.public_id])


def test_an_attempt_without_anybody_met_and_without_text_is_one(client, worker, case):
    response = client.post(new(case), entry(happened_at="午後2時半", staff_count="２"))
    row = Approach.objects.get()
    assert response["Location"] == page_of(row)
    assert (row.happened_at, row.staff_count, row.kind) == (time(14, 30), 2, "approach")
    assert [(matter.subject, matter.category) for matter in row.matters.all()] == [(case.main_subject, 6)]
    assert "不在・応答なし" in client.get(page_of(row)).content.decode()


def test_before_consent_every_page_warns_against_letters(client, worker, case):
    row = an_approach(case, worker)
    for address in [new(case), page_of(row), reverse("outreach:approach_print", args=[case.public_id])]:
        assert "同意を得る前のケース" in client.get(address).content.decode()


def test_an_attempt_sent_twice_is_one(client, worker, case):
    for _ in range(2):
        client.post(new(case), entry(form_key="k1"))
    assert Approach.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"happened_on": "R8.6.11"}, "まだ来ていない日付"),
        ({"happened_at": "25:00"}, "時刻として読み取れません"),
        ({"happened_at": "ひる"}, "時刻として読み取れません"),
        ({"next_on": "R8.6.1"}, "より前です"),
        ({"categories": []}, "選んでください"),
        ({"means": "mail"}, "選択"),
    ],
)
def test_bad_input_says_what_to_do_and_keeps_what_was_typed(client, worker, case, fields, words):
    page = client.post(new(case), entry(text="消えない文", **fields)).content.decode()
    assert words in page and "消えない文" in page
    assert not Approach.objects.exists()


def test_ten_thousand_characters_are_kept(client, worker, case):
    client.post(new(case), entry(text="𠮷" * 10_000))
    assert len(Approach.objects.get().text) == 10_000


def test_a_stranger_gets_404_and_changes_nothing(client, worker):
    other = a_viewer()
    case = a_case(other)
    row = an_approach(case, other, text="ひみつ")
    for address in [
        new(case),
        page_of(row),
        page_of(row, "approach_edit"),
        reverse("outreach:approach_print", args=[case.public_id]),
    ]:
        assert client.get(address).status_code == 404
    assert client.post(new(case), entry()).status_code == 404
    assert client.post(page_of(row, "approach_edit"), entry(version="1")).status_code == 404
    assert "ひみつ" not in client.get(reverse("outreach:approaches")).content.decode()
    assert Approach.objects.count() == 1


def test_a_participant_sees_the_attempt_by_consent_and_may_not_correct_it(client, worker):
    other = a_viewer()
    case = a_case(other)
    case.participations.create(agency=worker.agency, from_day=date(2026, 4, 15))
    row = an_approach(case, other, text="庭で会えた")
    assert client.get(page_of(row)).status_code == 404
    a_consent(case, to=[worker.agency])
    assert "庭で会えた" in client.get(page_of(row)).content.decode()
    assert client.get(page_of(row, "approach_edit")).status_code == 404
    assert (
        "庭で会えた" in client.get(reverse("outreach:approach_print", args=[case.public_id])).content.decode()
    )


def test_a_print_of_a_case_leaves_out_what_one_may_not_see(client, worker, case):
    partner = a_viewer(agency=AgencyFactory())
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    an_approach(case, worker, text="自分の訪問")
    an_approach(case, partner, text="ほかの訪問")
    page = client.get(reverse("outreach:approach_print", args=[case.public_id])).content.decode()
    assert "自分の訪問" in page and "ほかの訪問" not in page and "1件" in page


def test_a_correction_keeps_the_earlier_text(client, worker, case):
    row = an_approach(case, worker, text="はじめの文")
    assert (
        client.post(
            page_of(row, "approach_edit"), entry(text="直した文", version="1", response="met")
        ).status_code
        == 302
    )
    row = Approach.objects.get()
    assert (row.text, row.response, row.version) == ("直した文", "met", 2)
    assert [version.text for version in row.earlier_versions.all()] == ["はじめの文"]
    assert "はじめの文" in client.get(page_of(row)).content.decode()


def test_a_correction_of_something_corrected_meanwhile_shows_both(client, worker, case):
    row = an_approach(case, worker, text="もとの文")
    client.post(page_of(row, "approach_edit"), entry(text="先の訂正", version="1"))
    page = client.post(page_of(row, "approach_edit"), entry(text="後の訂正", version="1")).content.decode()
    assert "先の訂正" in page and "後の訂正" in page
    assert Approach.objects.get().text == "先の訂正"


def test_the_list_shows_what_comes_next_until_a_later_attempt(client, worker, case):
    an_approach(case, worker, day=date(2026, 6, 1), next_on=date(2026, 6, 8))
    assert "期限超過" in client.get(reverse("outreach:approaches")).content.decode()
    an_approach(case, worker, day=date(2026, 6, 9))
    assert "期限超過" not in client.get(reverse("outreach:approaches")).content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_lists_and_prints_ask_no_more_for_thirty_rows(client, worker, case):
    addresses = [
        reverse("outreach:approaches"),
        reverse("outreach:approach_print", args=[case.public_id]),
        reverse("outreach:outreach_year", args=[2026]) + "?of=people",
    ]
    for _ in range(3):
        an_approach(a_case(worker), worker, next_on=TODAY)
        an_approach(case, worker)
    few = [queries_of(client, address) for address in addresses]
    for _ in range(27):
        an_approach(a_case(worker), worker, next_on=TODAY)
        an_approach(case, worker)
    assert [queries_of(client, address) for address in addresses] == few


def figures(response):
    return {
        counter.code: counter.number for _, counters in response.context["groups"] for counter in counters
    }


def test_the_year_counts_people_attempts_and_contacts_among_visible_rows(client, worker, case):
    consented = a_case(worker)
    an_approach(case, worker)
    an_approach(case, worker, means="telephone", response="met")
    an_approach(consented, worker, means="companion", response="met")
    an_approach(case, worker, day=date(2026, 3, 31))
    an_approach(a_case(a_viewer()), a_viewer())
    response = client.get(reverse("outreach:outreach_year", args=[2026]))
    assert figures(response) == {"people": 2, "before": 1, "visits": 2, "calls": 1, "reached": 2}


def test_behind_a_figure_stand_its_rows(client, worker, case):
    an_approach(case, worker)
    an_approach(case, worker, means="telephone", response="refused")
    lines = client.get(reverse("outreach:outreach_year", args=[2026]) + "?of=calls").context["lines"]
    assert [(line.what, line.name) for line in lines] == [("電話・断られた", "架空 訪子")]


@pytest.mark.parametrize("year", [1900, 2040])
def test_a_year_of_no_record_is_404(client, worker, year):
    assert client.get(reverse("outreach:outreach_year", args=[year])).status_code == 404


def test_a_role_without_the_purpose_gets_404(client):
    client.force_login(a_viewer(role="statistics").user)
    for name, args in [("approaches", []), ("outreach_year", [2026])]:
        assert client.get(reverse(f"outreach:{name}", args=args)).status_code == 404


def test_the_section_of_a_case_page_shows_what_one_may_see(rf, worker, case):
    from django.template.loader import render_to_string

    from cases.visibility import Purpose
    from outreach.views.case_section import section

    request = rf.get("/")
    request.viewer, request.purpose = worker, Purpose.SUPPORT
    partner = a_viewer(agency=AgencyFactory())
    case.participations.create(agency=partner.agency, from_day=date(2026, 4, 15))
    mine = an_approach(case, worker)
    an_approach(case, partner)
    data = section(request, case)
    page = render_to_string("outreach/_case_section.html", {"data": data, "case": case, "request": request})
    assert data["rows"] == [mine] and "1件" in page
    assert new(case) in page and "同意を得る前のケース" in page
