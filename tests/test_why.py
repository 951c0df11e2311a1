"""なぜ見える・なぜ見えない: the parts are the gate's own, so the answer is the gate's answer."""

from datetime import date, timedelta

import pytest

from cases.models import Participation, Row
from cases.visibility import Purpose, Viewer, rules
from cases.visibility.why import consents_behind, somebody_of, why_row
from tests.factories import a_case, a_consent, a_row, a_viewer
from tests.meeting_world import TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared():
    """A case of two agencies, a row about health by the first, no consent yet."""
    lead, other = a_viewer(), a_viewer()
    case = a_case(lead)
    Participation.objects.create(case=case, agency=other.agency, from_day=date(2026, 4, 10))
    return lead, other, case, a_row(case, lead, categories=[2])


def open_to(viewer, row):
    return Row.objects.visible_to(viewer, Purpose.SUPPORT).filter(pk=row.pk).exists()


def test_one_missing_consent_is_the_single_change(shared):
    _lead, other, _case, row = shared
    answer = why_row(other, row)
    assert not answer.is_open
    assert [part.label for part in answer.single_changes] == [rules.PAIRS]


def test_the_consent_behind_an_open_row_is_named(shared):
    _lead, other, case, row = shared
    consent = a_consent(case, to=[other.agency], categories=[2])
    answer = why_row(other, row)
    assert [rule.name for rule in answer.opening] == ["S2"]
    assert list(consents_behind(row, other.agency, other.day).values()) == [[consent]]


@pytest.mark.parametrize("days", [-1, 0, 364, 365, 366])
def test_the_answer_is_the_gates_answer(shared, days):
    lead, other, case, row = shared
    a_consent(case, to=[other.agency], categories=[1, 2], given=date(2026, 4, 10), days=365)
    day = date(2026, 4, 10) + timedelta(days=days)
    for viewer in (Viewer(lead.user, lead.membership, day), Viewer(other.user, other.membership, day)):
        assert why_row(viewer, row).is_open == open_to(viewer, row)


def test_an_agency_at_large_sees_what_its_staff_see(shared):
    lead, other, _case, row = shared
    for viewer in (lead, other):
        assert why_row(somebody_of(viewer.agency, viewer.day), row).is_open == open_to(viewer, row)


@pytest.mark.parametrize("meeting", [a_consented_meeting, a_statutory_meeting])
def test_at_a_table_the_parts_together_are_the_gates_answer(meeting, on_day):
    on_day(TODAY)
    world = meeting()
    world.confirm()
    everybody = [world.lead, world.inside, world.outside, world.office, world.stranger, world.chair]
    seen = 0
    for viewer in everybody:
        for row in Row.objects.all():
            shown = Row.objects.visible_to(viewer, Purpose.MEETING, world.item).filter(pk=row.pk).exists()
            assert why_row(viewer, row, world.item).is_open == shown
            seen += shown
    assert seen
