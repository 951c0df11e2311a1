"""プラン: the cover, goals and actions under the gate, the way to the end, the next round."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Assignment, AuditEntry, Evaluation, Plan, PlanAction, PlanGoal
from tests.factories import AgencyFactory, PersonFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


@pytest.fixture
def lead(client):
    viewer = a_viewer()
    client.force_login(viewer.user)
    return viewer


@pytest.fixture
def case(lead):
    return a_case(lead, person=PersonFactory(name="架空 計画"))


@pytest.fixture
def plan(case, lead):
    return a_plan(case, lead)


def a_plan(case, viewer, **fields):
    given = {
        "type": "coordination",
        "text": "家賃の滞納が続く",
        "from_day": TODAY,
        "review_on": date(2026, 9, 10),
    }
    return a_row(case, viewer, model=Plan, categories=[6], **(given | fields))


def a_goal(plan, viewer, **fields):
    fields.setdefault("categories", [6])
    return a_row(plan.case, viewer, model=PlanGoal, plan=plan, **fields)


def an_action(plan, viewer, to=None, user=None, **fields):
    fields.setdefault("categories", [6])
    action = a_row(plan.case, viewer, model=PlanAction, plan=plan, **fields)
    if to:
        action.assign_to(to, user, date(2026, 8, 31))
    return action


def an_evaluation(plan, viewer, **fields):
    given = {"reached": "partly", "result": "replan", "categories": [6]}
    return a_row(plan.case, viewer, model=Evaluation, plan=plan, **(given | fields))


def partner_of(case):
    viewer = a_viewer()
    case.participations.create(agency=viewer.agency, from_day=date(2026, 4, 15))
    return viewer


def about(case, categories=(6,)):
    return {"subjects": [case.main_subject.public_id], "categories": list(categories)}


def cover(case, **typed):
    given = {"type": "coordination", "from_day": "R8.6.10", "review_on": "R8.9.10", "text": "見立て"}
    return {**given, **about(case), **typed}


def page(client, name, *args):
    return client.get(reverse(f"cases:{name}", args=args))


def send(client, name, thing, data):
    return client.post(reverse(f"cases:{name}", args=[thing.public_id]), data)


def test_a_cover_is_written_with_the_citys_review_interval(client, case):
    asked = client.get(reverse("cases:plan_new", args=[case.public_id]) + "?type=outreach")
    form = asked.context["form"]
    assert (form.initial["type"], form.initial["review_on"]) == ("outreach", date(2026, 9, 10))
    answer = send(client, "plan_new", case, cover(case, person_wish="家に居たい", until_day="R9.3.31"))
    plan = Plan.objects.get()
    assert answer.url == reverse("cases:plan", args=[plan.public_id])
    assert (plan.person_wish, plan.until_day, plan.state) == ("家に居たい", date(2027, 3, 31), "draft")
    assert [(m.subject, m.category) for m in plan.matters.all()] == [(case.main_subject, 6)]
    shown = client.get(answer.url).content.decode()
    assert "家に居たい" in shown and "架空 計画" in shown
    assert AuditEntry.objects.filter(act="見る:プラン", case=case, rows=[plan.pk]).exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"until_day": "R8.6.9"}, "until_day"),
        ({"review_on": "R8.6.1"}, "review_on"),
        ({"from_day": "R8.2.30"}, "from_day"),
        ({"text": ""}, "text"),
        ({"subjects": []}, "subjects"),
        ({"categories": []}, "categories"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_loses_nothing(client, case, typed, field):
    answer = send(client, "plan_new", case, cover(case, **{"person_wish": "書いた言葉", **typed}))
    assert list(answer.context["form"].errors) == [field]
    assert "書いた言葉" in answer.content.decode()
    assert not Plan.objects.exists()


def test_ten_thousand_characters_and_rare_characters_are_kept(client, case):
    text = "𠮷" + "あ" * 10_000
    send(client, "plan_new", case, cover(case, text=text))
    assert Plan.objects.get().text == text


def test_sending_twice_writes_one(client, case):
    for _ in range(2):
        send(client, "plan_new", case, cover(case, form_key="同じ鍵"))
    assert Plan.objects.count() == 1


def test_a_person_not_offered_is_not_written_about(client, case):
    other = PersonFactory()
    send(client, "plan_new", case, cover(case, subjects=[other.public_id]))
    assert not Plan.objects.exists()


GET_ROUTES = [
    "plan",
    "plan_edit",
    "plan_print",
    "plan_replan",
    "plan_take_over",
    "goal_new",
    "action_new",
    "evaluation_new",
]


@pytest.mark.parametrize("name", GET_ROUTES)
def test_to_a_stranger_a_plan_does_not_exist(client, plan, name):
    client.force_login(a_viewer().user)
    assert page(client, name, plan.public_id).status_code == 404


def test_to_a_stranger_goals_and_actions_do_not_exist(client, case, plan, lead):
    goal, action = a_goal(plan, lead), an_action(plan, lead, to=lead.agency)
    client.force_login(a_viewer().user)
    for name, thing in [
        ("goal_edit", goal),
        ("action", action),
        ("action_edit", action),
        ("action_end", action),
    ]:
        assert page(client, name, thing.public_id).status_code == 404
    assert page(client, "plan_new", case.public_id).status_code == 404
    assert send(client, "plan_move", plan, {"state": "in_meeting"}).status_code == 404


def test_a_partner_with_consent_sees_only_what_is_consented_without_gaps(client, case, plan, lead):
    a_goal(plan, lead, categories=[2], text="隠れた目標", term="long")
    a_goal(plan, lead, text="見える目標")
    an_action(plan, lead, to=lead.agency, categories=[4], text="隠れた支援")
    partner = partner_of(case)
    a_consent(case, to=[partner.agency], categories=[6])
    client.force_login(partner.user)
    for name in ("plan", "plan_print"):
        shown = page(client, name, plan.public_id).content.decode()
        assert "見える目標" in shown
        assert "隠れた" not in shown
    assert page(client, "plan_edit", plan.public_id).status_code == 404


def test_a_partner_without_consent_sees_no_plan(client, case, plan):
    client.force_login(partner_of(case).user)
    assert page(client, "plan", plan.public_id).status_code == 404


def test_a_goal_and_an_action_for_another_agency(client, case, plan, lead):
    partner = partner_of(case)
    send(client, "goal_new", plan, {"term": "short", "order": "1", "text": "滞納を解く", **about(case)})
    goal = PlanGoal.objects.get()
    typed = {
        "text": "家計表をつける",
        "goal": goal.public_id,
        "doer": "agency",
        "agency": partner.agency.public_id,
    }
    send(
        client,
        "action_new",
        plan,
        {**typed, "member": partner.membership.pk, "until_day": "R8.8.31", **about(case, [4])},
    )
    action = PlanAction.objects.get()
    assert (action.goal, action.assignment.agency, action.assignment.user) == (
        goal,
        partner.agency,
        partner.user,
    )
    assert action.assignment.due_on == date(2026, 8, 31)
    assert "家計表をつける" in page(client, "plan", plan.public_id).content.decode()
    client.force_login(partner.user)
    shown = page(client, "action", action.public_id).content.decode()
    assert "家計表をつける" in shown and "架空 計画" in shown and "滞納を解く" not in shown


@pytest.mark.parametrize("doer", ["person", "family"])
def test_what_the_person_or_family_does_is_assigned_to_nobody(client, case, plan, doer):
    send(client, "action_new", plan, {"text": "通院する", "doer": doer, **about(case)})
    assert PlanAction.objects.get().doer == doer
    assert not Assignment.objects.exists()


def test_an_action_wants_its_agency_and_only_its_staff(client, case, plan, lead):
    partner = partner_of(case)
    typed = {"text": "訪問", "doer": "agency", **about(case)}
    assert "agency" in send(client, "action_new", plan, typed).context["form"].errors
    crossed = {**typed, "agency": lead.agency.public_id, "member": partner.membership.pk}
    assert "member" in send(client, "action_new", plan, crossed).context["form"].errors
    outside = {**typed, "agency": AgencyFactory().public_id}
    assert "agency" in send(client, "action_new", plan, outside).context["form"].errors
    assert not PlanAction.objects.exists()


def test_the_assignee_ends_the_work_and_its_sight_ends(client, case, plan, lead):
    partner = partner_of(case)
    action = an_action(plan, lead, to=partner.agency)
    client.force_login(partner.user)
    assert send(client, "action_end", action, {"ended_on": "R8.7.1", "outcome": "x"}).status_code == 200
    answer = send(client, "action_end", action, {"ended_on": "R8.6.9", "outcome": "家計が分かった"})
    assert answer.status_code == 302
    action.assignment.refresh_from_db()
    assert (action.assignment.ended_on, action.assignment.outcome) == (date(2026, 6, 9), "家計が分かった")
    assert page(client, "action", action.public_id).status_code == 404
    client.force_login(lead.user)
    assert "家計が分かった" in page(client, "action", action.public_id).content.decode()


def test_giving_the_work_to_another_moves_the_sight(client, case, plan, lead):
    first, second = partner_of(case), partner_of(case)
    action = an_action(plan, lead, to=first.agency)
    typed = {"text": "訪問", "doer": "agency", "agency": second.agency.public_id, "version": 1, **about(case)}
    assert send(client, "action_edit", action, typed).status_code == 302
    client.force_login(first.user)
    assert page(client, "action", action.public_id).status_code == 404
    client.force_login(second.user)
    assert page(client, "action", action.public_id).status_code == 200
    assert page(client, "action_edit", action.public_id).status_code == 404


def test_a_correction_keeps_the_earlier_version(client, case, plan, lead):
    answer = send(client, "plan_edit", plan, cover(case, text="新しい見立て", until_day="R9.3.31", version=1))
    assert answer.status_code == 302
    plan.refresh_from_db()
    assert (plan.text, plan.version, plan.until_day) == ("新しい見立て", 2, date(2027, 3, 31))
    assert [v.text for v in plan.earlier_versions.all()] == ["家賃の滞納が続く"]
    goal = a_goal(plan, lead, text="前の目標", term="long")
    send(
        client,
        "goal_edit",
        goal,
        {"term": "short", "order": 1, "text": "後の目標", "version": 1, **about(case, [4])},
    )
    goal.refresh_from_db()
    assert (goal.text, goal.term, goal.matters.get().category) == ("後の目標", "short", 4)
    assert goal.earlier_versions.get().text == "前の目標\n(長期・短期: 長期)"


def test_a_correction_of_something_changed_meanwhile_shows_both(client, case, plan, lead):
    plan.correct("先に保存された見立て", lead.membership)
    answer = send(client, "plan_edit", plan, cover(case, text="わたしの見立て", version=1))
    shown = answer.content.decode()
    assert "先に保存された見立て" in shown and "わたしの見立て" in shown
    plan.refresh_from_db()
    assert plan.text == "先に保存された見立て"
    again = send(client, "plan_edit", plan, cover(case, text="わたしの見立て", version=2))
    assert again.status_code == 302


def test_another_agencys_goal_is_not_corrected(client, case, plan, lead):
    goal = a_goal(plan, lead)
    partner = partner_of(case)
    a_consent(case, to=[partner.agency])
    client.force_login(partner.user)
    assert page(client, "goal_edit", goal.public_id).status_code == 404
    assert page(client, "goal_new", plan.public_id).status_code == 200


def test_the_way_of_a_plan_and_the_evaluation_it_wants(client, case, plan, lead):
    for state in ("in_meeting", "decided", "running", "evaluation"):
        send(client, "plan_move", plan, {"state": state})
        plan.refresh_from_db()
        assert plan.state == state
    assert plan.decided_on == TODAY
    send(client, "plan_move", plan, {"state": "closed"})
    plan.refresh_from_db()
    assert plan.state == "evaluation"
    an_evaluation(plan, lead, result="close")
    send(client, "plan_move", plan, {"state": "closed"})
    plan.refresh_from_db()
    assert plan.state == "closed"
    assert page(client, "goal_new", plan.public_id).status_code == 404


def test_a_state_that_does_not_follow_is_refused(client, plan):
    for state in ("closed", "decided", "", "x"):
        send(client, "plan_move", plan, {"state": state})
        plan.refresh_from_db()
        assert plan.state == "draft"


def test_only_the_author_or_the_lead_moves_a_plan(client, case, plan):
    partner = partner_of(case)
    a_consent(case, to=[partner.agency])
    client.force_login(partner.user)
    send(client, "plan_move", plan, {"state": "in_meeting"})
    plan.refresh_from_db()
    assert plan.state == "draft"
    assert AuditEntry.objects.filter(act="拒まれた:プランを進める").exists()


def test_a_next_round_takes_over_what_ones_agency_wrote(client, case, lead):
    plan = a_plan(case, lead, state="evaluation", person_wish="働きたい")
    goal = a_goal(plan, lead, text="続く目標", categories=[3])
    partner = partner_of(case)
    a_consent(case, to=[partner.agency, lead.agency])
    an_action(plan, lead, to=partner.agency, text="続く支援", goal=goal)
    a_goal(plan, partner, text="ほかの機関の目標")
    an_evaluation(plan, lead)
    form = page(client, "plan_replan", plan.public_id).context["form"]
    assert form.initial["person_wish"] == "働きたい"
    assert [label for _, label in form.fields["goals"].choices] == ["続く目標"]
    typed = cover(case, goals=form.initial["goals"], actions=form.initial["actions"])
    send(client, "plan_replan", plan, typed)
    plan.refresh_from_db()
    new = plan.replaced_by.get()
    assert (plan.state, new.round, new.type, new.state) == ("replanned", 2, "coordination", "draft")
    taken = new.actions.get()
    assert (taken.text, taken.goal.text, taken.assignment.agency) == ("続く支援", "続く目標", partner.agency)
    assert new.goals.get().matters.get().category == 3
    client.force_login(partner.user)
    form = page(client, "plan_take_over", new.public_id).context["form"]
    assert [label for _, label in form.fields["goals"].choices] == ["ほかの機関の目標"]
    send(client, "plan_take_over", new, {"goals": form.initial["goals"]})
    assert {g.text for g in new.goals.all()} == {"続く目標", "ほかの機関の目標"}
    assert "goals" not in page(client, "plan_take_over", new.public_id).context["form"].fields


def test_without_an_evaluation_there_is_no_next_round(client, case, lead):
    plan = a_plan(case, lead, state="evaluation")
    assert page(client, "plan_replan", plan.public_id).status_code == 302
    assert not plan.replaced_by.exists()


def test_the_case_page_lists_the_plans_one_sees(client, case, plan, lead):
    shown = page(client, "case", case.public_id).content.decode()
    assert reverse("cases:plan", args=[plan.public_id]) in shown
    assert reverse("cases:plan_new", args=[case.public_id]) in shown
    partner = partner_of(case)
    an_action(plan, lead, to=partner.agency, text="任された支援")
    client.force_login(partner.user)
    shown = page(client, "case", case.public_id).content.decode()
    assert "任された支援" in shown and reverse("cases:plan", args=[plan.public_id]) not in shown


def test_an_action_out_of_a_closed_case_or_for_a_left_agency_is_not_added(client, case, plan):
    case.close(stage="closed", reason="wish", day=TODAY)
    assert page(client, "goal_new", plan.public_id).status_code == 404
    assert page(client, "plan", plan.public_id).status_code == 200


@pytest.mark.parametrize("name", ["plan", "plan_print"])
def test_the_number_of_queries_does_not_grow(client, case, plan, lead, name):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert page(client, name, plan.public_id).status_code == 200
        return len(found)

    def fill(count):
        for _ in range(count):
            goal = a_goal(plan, lead)
            an_action(plan, lead, to=lead.agency, user=lead.user, goal=goal)
            an_evaluation(plan, lead)

    fill(3)
    few = queries()
    fill(27)
    assert queries() == few
