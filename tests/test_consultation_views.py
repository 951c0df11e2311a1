"""相談受付: three fields, the same person, the outcome, the step to a case."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import ConsultationDay, Place, PlanRow
from cases.models import (
    AuditEntry,
    Case,
    ConcealedContact,
    ConflictOfInterest,
    Consultation,
    ContactDetail,
    Person,
    Record,
)
from tests.factories import PersonFactory, a_case, a_viewer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def worker(client):
    viewer = a_viewer()
    client.force_login(viewer.user)
    return viewer


def a_consultation(viewer, *, person=None, **fields):
    values = {"taken_on": TODAY, "channel": "visit", "summary": "家賃が払えない"} | fields
    return Consultation.objects.create(
        agency=viewer.agency, author=viewer.membership, person=person, **values
    )


def address(name, consultation=None):
    return reverse(f"cases:{name}", args=[consultation.public_id] if consultation else [])


def sheet(**fields):
    values = {"taken_on": "R8.6.10", "channel": "visit", "summary": "家賃が払えない", "version": "1"}
    return values | {"urgency": "normal", "consent_said": "unknown"} | fields


def page(client, name, consultation=None):
    return client.get(address(name, consultation)).content.decode()


# --- taking it -------------------------------------------------------------------------------------------------------


def test_date_channel_and_one_line_are_enough(client, worker):
    response = client.post(address("consultation_new"), sheet())
    taken = Consultation.objects.get()
    assert response["Location"] == address("consultation", taken)
    assert (taken.agency, taken.author, taken.person) == (worker.agency, worker.membership, None)
    assert "匿名" in page(client, "consultation", taken)
    assert AuditEntry.objects.filter(act="行う:相談受付").exists()


def test_today_is_filled_in(client, worker):
    assert 'value="R8.6.10"' in page(client, "consultation_new")


def test_the_whole_sheet_is_kept(client, worker):
    client.post(
        address("consultation_new"),
        sheet(
            name="𠮷田\U000e0100 花子",
            kana="よしだ はなこ",
            birth="S30頃",
            sex="female",
            taken_at="14時3分",
            topics=["rent"],
            main_topic="debt",
            areas=["poverty"],
            main_field="elderly",
            address="香久山1-1",
            caller_name="見本 太郎",
            caller_relation="弟",
            route="family_visit",
        ),  # fmt: skip
    )
    taken = Consultation.objects.get()
    person = taken.person
    assert person.name == "𠮷田\U000e0100 花子" and person.kana == "ヨシダ ハナコ"
    assert (person.birth_date, person.birth_precision, person.birth_estimated) == (
        date(1955, 1, 1),
        "year",
        True,
    )
    assert set(taken.topics) == {"rent", "debt"} and set(taken.fields) == {"poverty", "elderly"}
    assert "◎債務について" in page(client, "consultation", taken)
    assert f"{taken.taken_at:%H:%M}" == "14:03"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"taken_on": "R8.2.30"}, "という日付はありません"),
        ({"taken_on": "R8.6.11"}, "受付日が今日より後です"),
        ({"taken_at": "25:00"}, "時刻として読み取れません"),
        ({"summary": ""}, "入力してください"),
        ({"name": "見本", "birth": "S30.2.30"}, "という日付はありません"),
        ({"name": "見本", "kana": "漢字"}, "ひらがなかカタカナで"),
        ({"birth": "S30"}, "氏名かふりがなを入力してください"),
        ({"topics": ["sorcery"]}, "選択してください"),
        ({"person": "no-such-person"}, "選んだ人が見つかりません"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(client, worker, fields, words):
    response = client.post(address("consultation_new"), sheet(wish="静かな部屋で話したい") | fields)
    html = response.content.decode()
    assert response.status_code == 200 and words in html and "静かな部屋で話したい" in html
    assert not Consultation.objects.exists() and not Person.objects.exists()


def test_full_width_digits_and_a_very_long_note_are_taken(client, worker):
    client.post(address("consultation_new"), sheet(taken_on="R8.6.9", summary="あ" * 10_000))
    taken = Consultation.objects.get()
    assert taken.taken_on == date(2026, 6, 9) and len(taken.summary) == 10_000


def test_a_consultation_is_logged_to_the_fair_it_was_taken_at(client, worker):
    row = PlanRow.objects.create(
        code="fair", programme="comprehensive", name="相談会", measure="sessions", order=1
    )
    place = Place.objects.create(
        name="試験会場", plan_row=row, agency=worker.agency, from_day=date(2026, 4, 1)
    )
    fair = ConsultationDay.objects.create(plan_row=row, place=place, agency=worker.agency, day=TODAY)
    form = client.get(address("consultation_new"), {"day": fair.public_id}).context["form"]
    assert (form["channel"].value(), form["consultation_day"].value()) == ("fair", fair.pk)
    response = client.post(address("consultation_new"), sheet(channel="fair"))
    assert "相談会を選んでください" in response.content.decode() and not Consultation.objects.exists()
    client.post(address("consultation_new"), sheet(channel="fair", consultation_day=fair.pk))
    taken = Consultation.objects.get()
    assert taken.consultation_day == fair and "試験会場" in page(client, "consultation", taken)


def test_a_form_sent_twice_is_one_consultation(client, worker):
    answers = [client.post(address("consultation_new"), sheet(form_key="k1"))["Location"] for _ in range(2)]
    assert Consultation.objects.count() == 1 and answers[0] == answers[1]


def test_an_edit_of_something_changed_meanwhile_shows_both(client, worker):
    taken = a_consultation(worker, version=2, summary="先に直された内容")
    response = client.post(address("consultation_edit", taken), sheet(summary="あとの内容", version="1"))
    html = response.content.decode()
    assert "先に直された内容" in html and "あとの内容" in html
    taken.refresh_from_db()
    assert taken.summary == "先に直された内容"
    client.post(address("consultation_edit", taken), sheet(summary="あとの内容", version="2"))
    taken.refresh_from_db()
    assert (taken.summary, taken.version) == ("あとの内容", 3)


def test_both_versions_are_shown_in_the_words_of_the_sheet(client, worker):
    taken = a_consultation(
        worker, version=2, person=PersonFactory(name="見本 花子"), urgency="today", fields=["elderly"]
    )
    response = client.post(address("consultation_edit", taken), sheet(areas=["poverty"]))
    told = {label: (theirs, mine) for label, theirs, mine in response.context["form"].changed_meanwhile}
    assert told == {"緊急度": ("即日", "通常"), "分野": ("高齢", "生活困窮"), "本人": ("見本 花子", "")}
    taken.refresh_from_db()
    assert taken.person is not None


# --- the same person -------------------------------------------------------------------------------------------------


def offered(client, **typed):
    return client.post(address("consultation_candidates"), typed).content.decode()


@pytest.mark.parametrize(
    "typed",
    [{"name": "高﨑"}, {"kana": "たかさき"}, {"name": "タカサキ"}, {"birth": "S30.1.1"}, {"name": "髙"}],
)
def test_the_same_person_is_offered_however_typed(client, worker, typed):
    person = PersonFactory(name="髙崎 一郎", kana="タカザキ イチロウ", birth_date=date(1955, 1, 1))
    a_consultation(worker, person=person)
    assert person.public_id in offered(client, **typed)


def test_nobody_is_offered_whom_the_typist_may_not_know_of(client, worker):
    hidden, conflicted = PersonFactory(name="髙崎 一郎"), PersonFactory(name="髙崎 二郎")
    a_consultation(a_viewer(), person=hidden)
    a_consultation(worker, person=conflicted)
    ConflictOfInterest.objects.create(person=conflicted, user=worker.user, reason="親族", recorded_on=TODAY)
    assert "髙崎" not in offered(client, name="高崎")
    assert "髙崎" not in offered(client, name="高崎", person=hidden.public_id)


def test_a_chosen_person_is_linked_and_not_made_anew(client, worker):
    person = PersonFactory(name="髙崎 一郎")
    a_consultation(worker, person=person)
    client.post(address("consultation_new"), sheet(name="高崎", person=person.public_id))
    assert Consultation.objects.filter(person=person).count() == 2 and Person.objects.count() == 1


def test_a_person_one_may_not_know_of_cannot_be_chosen(client, worker):
    hidden = PersonFactory()
    response = client.post(address("consultation_new"), sheet(person=hidden.public_id))
    assert "選んだ人が見つかりません" in response.content.decode()
    assert not Consultation.objects.exists()


def test_an_anonymous_consultation_gets_its_person_later(client, worker):
    taken = a_consultation(worker)
    client.post(address("consultation_edit", taken), sheet(name="見本 花子"))
    taken.refresh_from_db()
    assert taken.person.name == "見本 花子"


def test_a_name_is_corrected_by_those_who_took_it(client, worker):
    person = PersonFactory(name="見本 花子")
    where = reverse("cases:person_edit", args=[person.public_id])
    assert client.get(where).status_code == 404
    a_consultation(worker, person=person)
    client.post(
        where, {"name": "見本 華子", "kana": "みほん はなこ", "birth": "S30", "sex": "", "version": "1"}
    )
    person.refresh_from_db()
    assert (person.name, person.birth_precision, person.version) == ("見本 華子", "year", 2)


# --- from consultation to case ---------------------------------------------------------------------------------------


def test_one_click_makes_a_case_and_nothing_is_typed_twice(client, worker):
    taken = a_consultation(
        worker, person=PersonFactory(), wish="静かな所で", household_note="母と二人", address="香久山1-1",
        telephone="0561-00-0000", contact_restriction="留守電不可", urgency="week", channel="telephone",
    )  # fmt: skip
    client.post(address("consultation_open_case", taken))
    case = Case.objects.get()
    taken.refresh_from_db()
    assert (taken.case, case.main_subject, case.urgency) == (case, taken.person, "week")
    texts = Record.objects.filter(case=case)
    assert {row.method for row in texts} == {"telephone"}
    assert {matter.category for row in texts for matter in row.matters.all()} == {6}
    assert any("家賃が払えない" in row.text and "静かな所で" in row.text for row in texts)
    assert any("母と二人" in row.text for row in texts)
    details = ContactDetail.objects.filter(case=case)
    assert {row.text for row in details} == {"香久山1-1", "0561-00-0000"}
    assert {row.restriction for row in details} == {"留守電不可"}
    assert {matter.category for row in details for matter in row.matters.all()} == {1}


def test_a_concealed_address_is_sealed_and_leaves_the_consultation(client, worker):
    taken = a_consultation(
        worker, person=PersonFactory(), address="秘密町1", telephone="090", address_concealed=True
    )
    assert "秘密町1" in page(client, "consultation", taken)
    assert "秘密町1" not in page(client, "consultation_print", taken)
    client.post(address("consultation_open_case", taken))
    taken.refresh_from_db()
    sealed = ConcealedContact.objects.get()
    assert (sealed.address, sealed.telephone, sealed.person) == ("秘密町1", "090", taken.person)
    assert (taken.address, taken.telephone) == ("", "") and not ContactDetail.objects.exists()
    assert "秘密町1" not in page(client, "consultation", taken)


def test_opening_twice_shows_the_case_there_is(client, worker):
    taken = a_consultation(worker, person=PersonFactory())
    answers = [client.post(address("consultation_open_case", taken))["Location"] for _ in range(2)]
    assert Case.objects.count() == 1 and answers[0] == answers[1]


@pytest.mark.parametrize(
    ("outcome", "stage"),
    [
        ("own_support", "intake"),
        ("towards_consent", "approach"),
        ("refer", "received"),
        ("coordination", "received"),
    ],
)
def test_an_outcome_opens_the_case_at_its_stage(client, worker, outcome, stage):
    taken = a_consultation(worker, person=PersonFactory())
    answer = client.post(address("consultation_settle", taken), {"outcome": outcome})
    taken.refresh_from_db()
    leads_on = "/referrals/new/?kind=" if stage == "received" else taken.case.public_id
    assert leads_on in answer["Location"] and client.get(answer["Location"]).status_code == 200
    assert (taken.outcome, taken.settled_on, taken.case.stage) == (outcome, TODAY, stage)


def test_information_ends_it_without_a_case(client, worker):
    taken = a_consultation(worker)
    client.post(address("consultation_settle", taken), {"outcome": "informed"})
    taken.refresh_from_db()
    assert taken.outcome == "informed" and not Case.objects.exists()


def test_an_anonymous_one_cannot_become_a_case_and_is_told_how(client, worker):
    taken = a_consultation(worker)
    for name, sent in (("consultation_open_case", {}), ("consultation_settle", {"outcome": "refer"})):
        response = client.post(address(name, taken), sent, follow=True)
        assert (
            "ケースにできません" in response.content.decode()
            and "氏名かふりがな" in response.content.decode()
        )
    assert not Case.objects.exists() and AuditEntry.objects.filter(act__startswith="拒まれた").count() == 2


def test_a_further_consultation_joins_the_running_case(client, worker):
    case = a_case(worker)
    taken = a_consultation(worker, person=case.main_subject)
    client.post(address("consultation_settle", taken), {"outcome": "own_support", "case": case.public_id})
    taken.refresh_from_db()
    assert taken.case == case and Case.objects.count() == 1 and Record.objects.filter(case=case).exists()
    other = a_consultation(worker, person=PersonFactory())
    answer = client.post(
        address("consultation_settle", other), {"outcome": "own_support", "case": case.public_id}
    )
    assert answer.status_code == 404


# --- strangers, referrals, numbers of queries ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["consultation", "consultation_edit", "consultation_print"])
def test_a_stranger_finds_no_consultation(client, worker, name):
    assert client.get(address(name, a_consultation(a_viewer()))).status_code == 404


@pytest.mark.parametrize("name", ["consultation_edit", "consultation_open_case", "consultation_settle"])
def test_a_stranger_changes_nothing(client, worker, name):
    taken = a_consultation(a_viewer(), person=PersonFactory())
    assert client.post(address(name, taken), sheet(outcome="own_support")).status_code == 404
    assert not Case.objects.exists()


def test_the_receiver_of_a_referral_reads_it_without_the_concealed_address(client, worker):
    from tests.factories import a_referral

    sender = a_viewer()
    taken = a_consultation(sender, person=PersonFactory(), address="秘密町1", address_concealed=True)
    case = a_case(sender, person=taken.person)
    a_referral(case, sender, worker.agency, ground="law", ground_note="生命の危険", consultation=taken)
    html = page(client, "consultation", taken)
    assert "家賃が払えない" in html and "秘密町1" not in html
    assert client.get(address("consultation_edit", taken)).status_code == 404
    assert client.post(address("consultation_open_case", taken)).status_code == 404


def test_the_list_shows_the_open_ones_and_narrows(client, worker):
    a_consultation(worker, summary="未対応の相談", taken_on=date(2026, 6, 1))
    a_consultation(worker, summary="済んだ相談", outcome="informed", channel="telephone")
    a_consultation(a_viewer(), summary="よその相談")
    html = page(client, "consultations")
    assert "未対応の相談" in html and "9日" in html and "済んだ相談" not in html and "よその" not in html
    shown = client.get(address("consultations"), {"show": "all", "channel": "telephone"}).content.decode()
    assert "済んだ相談" in shown and "未対応の相談" not in shown


def test_an_empty_list_says_how_to_begin(client, worker):
    assert "相談を受け付ける" in page(client, "consultations")


def queries(client, where):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(where).status_code == 200
    return len(caught)


def test_the_list_asks_as_often_for_thirty_as_for_three(client, worker):
    where = address("consultations") + "?show=all"
    client.get(where)
    for number in range(30):
        case = a_case(worker)
        a_consultation(worker, person=case.main_subject, case=case)
        if number == 2:
            few = queries(client, where)
    assert queries(client, where) == few
