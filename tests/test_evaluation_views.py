"""評価: what changed, what remains, what comes next."""

from datetime import date

import pytest

from tests.factories import a_case, a_viewer
from tests.test_plan_views import TODAY, a_plan, about, page, partner_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client, on_day):
    on_day(TODAY)
    viewer = a_viewer()
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def case(lead):
    return a_case(lead)


@pytest.fixture
def plan(case, lead):
    return a_plan(case, lead)


def test_an_evaluation_keeps_the_changes_seen_and_what_remains(client, case, plan):
    typed = {
        "evaluated_on": "R8.6.9",
        "reached": "partly",
        "result": "continue",
        "changes": ["孤立の解消", "家計の改善"],
        "text": "返済が始まった",
        "remaining": "仕事探し",
        "person_wish": "続けたい",
        **about(case),
    }
    assert send(client, "evaluation_new", plan, typed).status_code == 302
    evaluation = plan.evaluations.get()
    assert evaluation.text == "見られた変化\n・孤立の解消\n・家計の改善\n返済が始まった"
    assert (evaluation.happened_on, evaluation.remaining) == (date(2026, 6, 9), "仕事探し")
    shown = page(client, "plan", plan.public_id).content.decode()
    assert all(word in shown for word in ["孤立の解消", "仕事探し", "続けたい", "一部達成"])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"changes": ["変化なし", "家計の改善"]}, "changes"),
        ({"evaluated_on": "R8.6.11"}, "evaluated_on"),
        ({"result": ""}, "result"),
    ],
)
def test_an_evaluation_that_cannot_be_is_said_so(client, case, plan, typed, field):
    given = {
        "evaluated_on": "R8.6.9",
        "reached": "partly",
        "result": "continue",
        "text": "書いたこと",
        **about(case),
    }
    answer = send(client, "evaluation_new", plan, given | typed)
    assert list(answer.context["form"].errors) == [field]
    assert "書いたこと" in answer.content.decode()
    assert not plan.evaluations.exists()


def test_who_does_not_see_the_plan_does_not_evaluate_it(client, case, plan):
    for viewer in (a_viewer(), partner_of(case)):
        client.force_login(viewer.user)
        assert page(client, "evaluation_new", plan.public_id).status_code == 404
        assert send(client, "evaluation_new", plan, {}).status_code == 404
