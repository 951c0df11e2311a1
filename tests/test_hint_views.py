"""気づき: entry, watch, end, the sealed informant, the step to a case."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import AuditEntry, Case, ConflictOfInterest, Person, Row
from outreach.models import Hint, Informant
from tests.factories import AgencyFactory, PersonFactory, a_case, a_viewer

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


def a_hint(viewer, **fields):
    values = {"noticed_on": TODAY, "source": "resident", "text": "雨戸が閉まったまま"} | fields
    return Hint.objects.create(agency=viewer.agency, author=viewer.membership, **values)


def address(name, hint=None):
    return reverse(f"outreach:{name}", args=[hint.public_id] if hint else [])


def entry(**fields):
    return {"noticed_on": "R8.6.10", "source": "resident", "text": "新聞がたまっている"} | fields


def test_a_hint_is_taken_with_a_day_a_source_and_a_line(client, worker):
    response = client.post(address("hint_new"), entry())
    hint = Hint.objects.get()
    assert response["Location"] == address("hint", hint)
    assert hint.agency == worker.agency and hint.status == "new"
    assert "新聞がたまっている" in client.get(address("hint", hint)).content.decode()


def test_a_hint_sent_twice_is_one(client, worker):
    for _ in range(2):
        client.post(address("hint_new"), entry(form_key="k1"))
    assert Hint.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"noticed_on": "R8.6.11"}, "まだ来ていない日付"),
        ({"noticed_on": "R8.2.30"}, "という日付はありません"),
        ({"next_on": "R8.6.1"}, "より前です"),
        ({"source": ""}, "選んでください"),
    ],
)
def test_bad_input_says_what_to_do_and_keeps_what_was_typed(client, worker, fields, words):
    page = client.post(address("hint_new"), entry(text="消えない文", **fields)).content.decode()
    assert words in page and "消えない文" in page
    assert not Hint.objects.exists()


def test_another_agency_gets_404_everywhere_and_changes_nothing(client, worker):
    hint = a_hint(a_viewer())
    for name in ["hint", "hint_edit", "hint_print", "hint_informant", "hint_open_case"]:
        assert client.get(address(name, hint)).status_code == 404
    for name in ["hint_edit", "hint_watch", "hint_end", "hint_informant", "hint_open_case"]:
        assert client.post(address(name, hint), entry(next_on="R8.7.1", name="架空")).status_code == 404
    assert "雨戸" not in client.get(address("hints") + "?state=all").content.decode()
    assert Hint.objects.get().status == "new" and not Case.objects.exists()


def test_a_role_without_the_purpose_gets_404(client):
    client.force_login(a_viewer(role="roster").user)
    assert client.get(address("hints")).status_code == 404


def test_a_conflict_closes_the_hint(client, worker):
    person = PersonFactory()
    hint = a_hint(worker, person=person)
    ConflictOfInterest.objects.create(person=person, user=worker.user, reason="親族", recorded_on=TODAY)
    assert client.get(address("hint", hint)).status_code == 404


def test_the_list_switches_between_new_watched_and_all(client, worker):
    a_hint(worker, text="あたらしい話")
    a_hint(worker, text="みている話", status="watching", next_on=date(2026, 6, 12))
    a_hint(worker, text="おわった話", status="ended")
    pages = {
        state: client.get(f"{address('hints')}?state={state}").content.decode()
        for state in ["new", "watching", "all"]
    }
    assert "あたらしい話" in pages["new"] and "みている話" not in pages["new"]
    assert "あと2日" in pages["watching"]
    assert all(words in pages["all"] for words in ["あたらしい話", "みている話", "おわった話"])


def test_the_list_asks_no_more_for_thirty_hints(client, worker, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as caught:
            client.get(address("hints"))
        return len(caught)

    for _ in range(3):
        a_hint(worker)
    few = queries()
    for _ in range(27):
        a_hint(worker)
    assert queries() == few


def test_an_edit_of_something_changed_meanwhile_shows_both(client, worker):
    hint = a_hint(worker)
    client.post(address("hint_edit", hint), entry(text="先の訂正", version="1"))
    page = client.post(address("hint_edit", hint), entry(text="後の訂正", version="1")).content.decode()
    assert "先の訂正" in page and "後の訂正" in page
    assert Hint.objects.get().text == "先の訂正"


def test_watching_needs_a_day_to_come(client, worker):
    hint = a_hint(worker)
    assert "過ぎた日付" in client.post(address("hint_watch", hint), {"next_on": "R8.6.9"}).content.decode()
    client.post(address("hint_watch", hint), {"next_on": "R8.7.1"})
    hint.refresh_from_db()
    assert (hint.status, hint.next_on) == ("watching", date(2026, 7, 1))


def test_a_hint_ends_and_then_stays_ended(client, worker):
    hint = a_hint(worker)
    client.post(address("hint_end", hint))
    client.post(address("hint_watch", hint), {"next_on": "R8.7.1"})
    hint.refresh_from_db()
    assert hint.status == "ended"
    assert client.get(address("hint_end", hint)).status_code == 405


def test_the_informant_stands_on_its_own_page_alone_and_each_opening_is_remembered(client, worker):
    hint = a_hint(worker)
    client.post(address("hint_informant", hint), {"name": "通報 する子", "contact": "090-0000-0000"})
    assert Informant.objects.get().hint == hint
    before = AuditEntry.objects.filter(act="見る:情報を寄せた人").count()
    assert "通報 する子" in client.get(address("hint_informant", hint)).content.decode()
    assert AuditEntry.objects.filter(act="見る:情報を寄せた人").count() == before + 1
    client.post(address("hint_open_case", hint), {"name": "架空 太郎"})
    hint.refresh_from_db()
    for page in ["hint", "hint_print", "hint_edit"]:
        assert "通報 する子" not in client.get(address(page, hint)).content.decode()
    assert "通報 する子" not in client.get(address("hints") + "?state=all").content.decode()
    assert not any("通報" in row.text for row in Row.objects.all())


def test_a_hint_becomes_a_case_before_consent_and_nothing_is_typed_twice(client, worker):
    hint = a_hint(
        worker, text="食事をとっていない様子", area="川沿い", about="架空 太郎", noticed_on=date(2026, 6, 1)
    )
    assert "架空 太郎" in client.get(address("hint_open_case", hint)).content.decode()
    client.post(address("hint_open_case", hint), {"name": "架空 太郎", "kana": "かくう たろう"})
    case, row = Case.objects.get(), Row.objects.get()
    assert case.stage == Case.Stage.APPROACH and case.main_subject.kana == "カクウ タロウ"
    assert "食事をとっていない様子" in row.text and "川沿い" in row.text
    assert row.happened_on == date(2026, 6, 1) and [matter.category for matter in row.matters.all()] == [6]
    assert case.number in client.get(address("hint", hint)).content.decode()


def test_opening_the_case_twice_opens_one(client, worker):
    hint = a_hint(worker)
    for key in ["a", "b"]:
        client.post(address("hint_open_case", hint), {"name": "架空 太郎", "form_key": key})
    assert Case.objects.count() == 1


def test_a_known_person_is_offered_before_a_second_one_is_registered(client, worker):
    known = PersonFactory(name="架空 太郎")
    a_case(worker, person=known)
    hint = a_hint(worker)
    page = client.post(address("hint_open_case", hint), {"name": "架空 太郎"})
    assert "同じ人かもしれません" in page.content.decode()
    looked = page.context["form"].seen_for
    answers = {"name": "架空 太郎", "looked": looked, "person": known.public_id}
    client.post(address("hint_open_case", hint), answers)
    assert Person.objects.count() == 1 and Case.objects.filter(main_subject=known).count() == 2


def test_somebody_whom_one_may_not_know_is_neither_offered_nor_accepted(client, worker):
    hidden = PersonFactory(name="架空 太郎")
    a_case(a_viewer(agency=AgencyFactory()), person=hidden)
    hint = a_hint(worker)
    client.post(address("hint_open_case", hint), {"name": "架空 太郎", "person": hidden.public_id})
    hint.refresh_from_db()
    assert hint.person != hidden
