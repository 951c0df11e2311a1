"""会議で知った or 自ら確認した: asked wherever a row is written, and refused by `Row.write` where nobody asked (§3.4)."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from cases.models import ContactDetail, HouseholdMember, Plan, Record, Referral, Row
from cases.models.row import MustSayWhereLearnt
from cases.visibility import Purpose
from outreach.models import Approach
from tests.factories import PersonFactory, a_case, a_referral, a_row, a_viewer, seat
from tests.meeting_world import DAY, MORNING, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db

TODAY = DAY + timedelta(days=10)
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def inner():
    """A 支援会議 that `inside` sat at; its agency takes part in the case."""
    world = a_statutory_meeting()
    world.item.attendances.filter(user=world.inside.user).update(checked_in_at=MORNING)
    world.case.participations.create(agency=world.inside.agency, from_day=DAY)
    return world


def record(case, **said):
    return {
        "day": "R8.6.30",
        "method": "visit",
        "subjects": [case.main_subject.public_id],
        "categories": ["2"],
        "text": "訪問した",
        **said,
    }


def new(case, route="cases:record_new"):
    return reverse(route, args=[case.public_id])


def test_whoever_sat_at_the_sitting_must_say_and_is_told_which_day(client, inner):
    client.force_login(inner.inside.user)
    shown = client.get(new(inner.case)).content.decode()
    assert "R8.6.20の支援会議で知った" in shown
    assert "会えていない" not in shown
    refused = client.post(new(inner.case), record(inner.case))
    assert "会議で知ったことか" in refused.content.decode()
    assert not Record.objects.filter(text="訪問した").exists()


def test_found_out_by_oneself_is_written_as_ever(client, inner):
    client.force_login(inner.inside.user)
    client.post(new(inner.case), record(inner.case, learnt="by_oneself"))
    row = Record.objects.get(text="訪問した")
    assert (row.learned, row.origin) == ("by_oneself", None)
    today = replace(inner.inside, day=TODAY)
    assert Row.objects.visible_to(today, SUPPORT).filter(pk=row.pk).exists()


def test_learnt_at_the_meeting_stays_inside_it(client, inner):
    client.force_login(inner.inside.user)
    answer = client.post(new(inner.case), record(inner.case, learnt=inner.item.public_id), follow=True)
    row = Record.objects.get(text="訪問した")
    assert (row.learned, row.origin) == ("at_meeting", inner.item)
    assert "解除されるまで、この画面には出ません" in answer.content.decode()
    today = replace(inner.inside, day=TODAY)
    assert not Row.objects.visible_to(today, SUPPORT).filter(pk=row.pk).exists()


def test_an_item_of_another_meeting_is_no_answer(client, inner):
    elsewhere = a_statutory_meeting()
    client.force_login(inner.inside.user)
    answer = client.post(new(inner.case), record(inner.case, learnt=elsewhere.item.public_id))
    assert answer.status_code == 200
    assert not Record.objects.filter(text="訪問した").exists()


@pytest.mark.parametrize("name", ["lead", "outside"])
def test_who_saw_nothing_is_asked_nothing(client, inner, name):
    viewer = getattr(inner, name)
    inner.case.participations.get_or_create(agency=viewer.agency, defaults={"from_day": DAY})
    client.force_login(viewer.user)
    assert "どこで知ったか" not in client.get(new(inner.case)).content.decode()


def test_after_ninety_days_nobody_is_asked(client, inner, on_day):
    on_day(DAY + timedelta(days=90))
    client.force_login(inner.inside.user)
    assert "どこで知ったか" in client.get(new(inner.case)).content.decode()
    on_day(DAY + timedelta(days=91))
    assert "どこで知ったか" not in client.get(new(inner.case)).content.decode()


def test_about_somebody_else_nobody_is_asked(client, inner):
    other = a_case(inner.inside)
    client.force_login(inner.inside.user)
    assert "どこで知ったか" not in client.get(new(other)).content.decode()


def test_no_form_can_forget_it(inner):
    with pytest.raises(MustSayWhereLearnt):
        a_row(inner.case, inner.inside)
    a_row(inner.case, inner.inside, learnt={"learned": "by_oneself"})
    a_row(a_case(inner.inside), inner.inside)


FORMS = {
    "household_new": (HouseholdMember, {"name": "架空 世帯員", "relation": "長男", "living": "together"}),
    "contact_new": (ContactDetail, {"type": "telephone", "text": "000"}),
    "plan_new": (Plan, {"type": "coordination", "text": "方針", "categories": ["6"], "from_day": "R8.6.30",
                        "review_on": "R8.9.30", "version": "1"}),
    "approach_new": (Approach, {"happened_on": "R8.6.30", "means": "visit", "response": "met", "text": "会えた",
                                "categories": ["6"], "staff_count": "1"}),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_ask_too(client, inner, form):
    model, data = FORMS[form]
    app = "outreach" if form == "approach_new" else "cases"
    address = new(inner.case, f"{app}:{form}")
    data = data | ({"subjects": [inner.case.main_subject.public_id]} if form == "plan_new" else {})
    client.force_login(inner.inside.user)
    assert "どこで知ったか" in client.get(address).content.decode()
    client.post(address, data)
    assert not model.objects.filter(case=inner.case).exists()
    answer = client.post(address, data | {"learnt": "by_oneself"})
    assert answer.status_code == 302
    assert model.objects.get(case=inner.case).learned == "by_oneself"
    another = {"name": "架空 次男"} if "name" in data else {}
    told = client.post(address, data | another | {"learnt": inner.item.public_id})
    assert told["Location"].split("#")[0] == reverse("cases:case", args=[inner.case.public_id])
    assert model.objects.filter(case=inner.case, origin=inner.item).count() == 1


def test_a_referral_takes_nothing_that_was_learnt_at_the_meeting(client, inner):
    to = a_viewer()
    data = {
        "kind": "referral",
        "to_agency": to.agency.public_id,
        "urgency": "normal",
        "text": "お願いします",
        "categories": ["6"],
        "ground": "consent",
        "own_role": "見守り",
    }
    client.force_login(inner.inside.user)
    address = new(inner.case, "cases:referral_new")
    refused = client.post(address, data | {"learnt": inner.item.public_id})
    assert "つなぎには書けません" in refused.content.decode()
    assert not Referral.objects.exists()
    assert client.post(address, data | {"learnt": "by_oneself"}).status_code == 302
    assert Row.objects.get(kind="referral_text").learned == "by_oneself"


def test_so_does_its_answer(client, inner):
    sender = inner.lead
    referral = a_referral(inner.case, sender, inner.inside.agency, ground="law", ground_note="試験")
    client.force_login(inner.inside.user)
    address = reverse("cases:referral_accept", args=[referral.public_id])
    assert client.post(address, {"role_note": "担う"}).status_code == 200
    assert client.post(address, {"role_note": "担う", "learnt": "by_oneself"}).status_code == 302
    assert Row.objects.get(kind="referral_answer").learned == "by_oneself"


def test_at_the_table_of_a_consented_meeting_it_may_not_be_written(client, inner, on_day):
    consented = a_consented_meeting()
    consented.item.call(TODAY)
    consented.segment.meeting.day = TODAY + timedelta(days=5)
    consented.segment.meeting.save()
    type(consented.case).objects.filter(pk=consented.case.pk).update(main_subject=inner.case.main_subject)
    consented.case.main_subject.consents.update(person=inner.case.main_subject)
    seat(inner.item, consented.inside, by=inner.chair, checked_in=MORNING)
    client.force_login(consented.inside.user)
    address = reverse("meetings:item_answer", args=[consented.item.public_id])
    data = {"efforts": "通っている", "efforts_categories": ["5"]}
    assert "会議で知ったことか" in client.post(address, data).content.decode()
    refused = client.post(address, data | {"learnt": inner.item.public_id}).content.decode()
    assert "重層的支援会議には書けません" in refused
    assert client.post(address, data | {"learnt": "by_oneself"}).status_code == 302


def test_a_correction_asks_too_and_takes_nothing_of_the_meeting(client, inner):
    row = a_row(inner.case, inner.inside, text="前の文", learnt={"learned": "by_oneself"})
    type(row).objects.filter(pk=row.pk).update(learned="")
    address = reverse("cases:record_edit", args=[row.public_id])
    data = {"text": "直した文", "version": "1"}
    client.force_login(inner.inside.user)
    assert "どこで知ったか" in client.get(address).content.decode()
    assert "会議で知ったことか" in client.post(address, data).content.decode()
    refused = client.post(address, data | {"learnt": inner.item.public_id}).content.decode()
    assert "新しい記録に書いてください" in refused
    assert "直した文" in refused
    assert client.post(address, data | {"learnt": "by_oneself"}).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.learned, row.version) == ("直した文", "by_oneself", 2)
    with pytest.raises(MustSayWhereLearnt):
        row.rewrite(inner.inside.membership, text="また", judgement="", next_step="", next_on=None)
    with pytest.raises(ValueError, match="新しい記録"):
        row.correct("また", inner.inside.membership, {"learned": "at_meeting", "origin": inner.item})


def test_a_copy_keeps_what_the_row_says(inner):
    plan = a_row(inner.case, inner.lead, model=Plan, categories=[6], type="coordination")
    from cases.models import PlanGoal

    kept = {"learned": "at_meeting", "origin": inner.item}
    goal = a_row(inner.case, inner.lead, model=PlanGoal, categories=[6], plan=plan, learnt=kept)
    copy = goal.take_over(plan, inner.inside.membership, TODAY)
    assert (copy.learned, copy.origin) == ("at_meeting", inner.item)


def test_a_record_of_the_same_person_under_another_entry_is_asked_about_too(inner):
    from cases.models import PersonLink

    twin = PersonFactory()
    PersonLink.objects.create(
        first=inner.case.main_subject,
        second=twin,
        ground="同じ人",
        joined_by=a_viewer().membership,
        joined_on=TODAY,
    )
    with pytest.raises(MustSayWhereLearnt):
        a_row(a_case(inner.inside, person=twin), inner.inside)


def test_every_view_that_writes_a_row_asks():
    """A view module that writes rows names the question, or hands on the answer it was given."""
    writing = {"write", "refer", "open_case", "become_case", "bring", "correct", "rewrite", "amend"}
    silent = []
    for file in Path(settings.BASE_DIR).glob("*/views/*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
        writes = any(isinstance(c.func, ast.Attribute) and c.func.attr in writing for c in calls)
        asks = any(
            isinstance(c.func, ast.Name)
            and c.func.id.endswith(("where_learnt", "where_corrected", "learnt_form"))
            for c in calls
        )
        if writes and not asks:
            silent.append(file.name)
    assert silent == []
