"""解除 on real requests: the chair and the agency that brought the fact, one asking, the other answering (§4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from cases.models import Row
from cases.visibility import Purpose
from meetings.models import MinutesParagraph, Release
from tests.factories import a_row, a_term, a_viewer
from tests.meeting_world import DAY, MORNING, a_statutory_meeting

pytestmark = pytest.mark.django_db

SHUT = DAY + timedelta(days=20)
SUPPORT = Purpose.SUPPORT


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(SHUT)


@pytest.fixture
def inner(on_day):
    """A 支援会議 whose table has shut; `brought` is what the 推進員's agency told there."""
    world = a_statutory_meeting()
    world.confirm()
    world.check_in(world.inside, world.office, world.chair)
    world.brought = world.item.write(
        kind=Row.Kind.MINUTES,
        text="申立ての経緯",
        model=MinutesParagraph,
        author=world.office.membership,
        subjects=[world.case.main_subject],
        categories=[6],
        day=DAY,
    )
    world.segment.close(DAY)
    return world


def url(name, *keys):
    return reverse(f"meetings:{name}", args=keys)


def ask_url(world):
    return url("release_ask", world.item.public_id, world.brought.public_id)


def ask(client, world, viewer, **said):
    client.force_login(viewer.user)
    return client.post(ask_url(world), {"reason": "本人からも聞いた", **said})


def page(client, viewer, address):
    client.force_login(viewer.user)
    return client.get(address).content.decode()


def test_the_chair_asks_and_the_bringing_agency_grants(client, inner):
    record = url("record", inner.item.public_id)
    client.force_login(inner.chair.user)
    shown = client.post(record, {"reason": "次の会議の資料"}).content.decode()
    assert ask_url(inner) in shown
    assert ask(client, inner, inner.chair).status_code == 302
    release = Release.objects.get()
    assert "解除の返事待ち" in client.post(record, {"reason": "次の会議の資料"}).content.decode()
    assert url("release", release.public_id) not in page(client, inner.chair, url("releases"))
    queue = page(client, inner.office, url("releases"))
    assert url("release", release.public_id) in queue
    assert "申立ての経緯" not in queue
    assert url("release", release.public_id) in page(client, inner.office, reverse("home"))
    asked = page(client, inner.office, url("release", release.public_id))
    assert "申立ての経緯" in asked
    assert "本人からも聞いた" in asked
    client.post(url("release_grant", release.public_id))
    row = Row.objects.get(pk=inner.brought.pk)
    assert (row.released_on, row.released_by, row.release_confirmed_by) == (
        SHUT,
        inner.chair.membership,
        inner.office.membership,
    )
    assert row.release_reason == "本人からも聞いた"
    assert url("release", release.public_id) not in page(client, inner.office, url("releases"))


def test_the_bringing_agency_asks_and_the_deputy_declines(client, inner):
    deputy = a_viewer(Role.CHAIR)
    a_term(deputy)
    inner.segment.deputy = deputy.user
    inner.segment.save()
    ask(client, inner, inner.office)
    release = Release.objects.get()
    assert "1件の解除を見る" in page(client, deputy, reverse("home"))
    assert client.post(url("release_decline", release.public_id), {"note": ""}).status_code == 200
    client.post(url("release_decline", release.public_id), {"note": "まだ早い"})
    release.refresh_from_db()
    assert (release.granted, release.refusal_note) == (False, "まだ早い")
    assert Row.objects.get(pk=inner.brought.pk).released_on is None
    assert ask(client, inner, inner.office).status_code == 302
    assert Release.objects.waiting().count() == 1


def test_one_side_alone_does_not_release(client, inner):
    colleague = a_viewer(Role.COORDINATOR, agency=inner.office.agency)
    a_term(colleague)
    ask(client, inner, inner.office)
    release = Release.objects.get()
    assert url("release", release.public_id) not in page(client, colleague, url("releases"))
    for viewer in (colleague, inner.office):
        client.force_login(viewer.user)
        assert client.get(url("release", release.public_id)).status_code == 404
        assert client.post(url("release_grant", release.public_id)).status_code == 404
    assert Row.objects.get(pk=inner.brought.pk).released_on is None
    with pytest.raises(ValueError, match="別の人"):
        release.grant(inner.office.membership, SHUT)


def test_who_is_neither_side_may_not_ask(client, inner):
    other_office = a_viewer(Role.COORDINATOR)
    a_term(other_office)
    for viewer in (other_office, inner.inside, inner.outside, inner.stranger, a_viewer(Role.ROSTER)):
        assert ask(client, inner, viewer).status_code == 404
    assert not Release.objects.exists()


def test_without_the_acknowledgement_nobody_asks(client, inner):
    inner.chair.user.roster_terms.update(acknowledged_on=None)
    assert ask(client, inner, inner.chair).status_code == 404


def test_what_is_released_is_not_asked_for_again(client, inner):
    ask(client, inner, inner.chair)
    release = Release.objects.get()
    client.force_login(inner.office.user)
    client.post(url("release_grant", release.public_id))
    assert client.post(url("release_grant", release.public_id)).status_code == 404
    assert ask(client, inner, inner.chair).status_code == 404


def test_bad_input_and_double_posts(client, inner):
    assert ask(client, inner, inner.chair, reason="").status_code == 200
    for _ in range(2):
        ask(client, inner, inner.chair, form_key="same")
    ask(client, inner, inner.chair)
    assert Release.objects.count() == 1


def test_on_the_open_table_the_marks_stand_too(client, on_day):
    world = a_statutory_meeting()
    world.confirm()
    on_day(DAY)
    for seat in world.item.attendances.all():
        seat.checked_in_at = MORNING
        seat.save()
    client.force_login(world.chair.user)
    shown = client.get(url("table", world.item.public_id)).content.decode()
    assert "解除を申し出る" not in shown or "論点" in shown
    client.force_login(world.inside.user)
    assert "解除を申し出る" not in client.get(url("table", world.item.public_id)).content.decode()


def test_a_case_is_let_out_by_two_as_well(inner):
    inner.case.origin = inner.item
    inner.case.save()
    release = Release.ask(
        item=inner.item, case=inner.case, reason="本人に会えた", membership=inner.chair.membership, day=SHUT
    )
    release.grant(inner.lead.membership, SHUT)
    inner.case.refresh_from_db()
    assert inner.case.released_on == SHUT


def test_as_many_queries_for_thirty_as_for_three(client, inner):
    def more(number):
        for _ in range(number):
            row = a_row(inner.case, inner.office, origin=inner.item)
            said = {"membership": inner.chair.membership, "day": SHUT}
            Release.ask(item=inner.item, row=row, reason="試験", **said)

    def queries():
        client.force_login(inner.office.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(url("releases"))
            client.post(url("record", inner.item.public_id), {"reason": "試験の理由"})
        return len(asked)

    more(3)
    few = queries()
    more(27)
    assert queries() == few
