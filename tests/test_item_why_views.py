"""出席者ごとの見え方: for those who run the item or keep its office, of rows they see themselves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AuditEntry
from tests.factories import a_row, a_viewer, enclose, seat
from tests.meeting_world import TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


def page(client, viewer, world):
    client.force_login(viewer.user)
    return client.get(reverse("meetings:item_why", args=[world.item.public_id]))


def of(viewer, text):
    return text.split(viewer.user.name)[1].split("</tr>")[0]


def test_the_office_reads_who_lacks_what(client):
    world = a_consented_meeting()
    text = page(client, world.office, world).content.decode()
    of_item, of_row = text.split('id="seats"')[1].split("同封した記録")
    assert "なし" in of(world.inside, of_item) and "なし" in of(world.inside, of_row)
    assert "主対象者の同意" in of(world.outside, of_item)
    assert "会議の日に、すべての分類の同意" in of(world.outside, of_row)
    entry = AuditEntry.objects.get(act="見る:出席者ごとの見え方")
    assert entry.item == world.item and entry.rows == [world.row.pk]


def test_of_a_row_one_does_not_see_only_agency_category_and_number_are_told(client):
    world = a_consented_meeting()
    world.case.consents.get().recipients.remove(world.office.agency)
    row = a_row(world.case, world.lead, text="事務局に見えない資料", categories=[2])
    enclose(world.item, row, world.lead)
    text = page(client, world.office, world).content.decode()
    told = text.split('id="enclosed"')[1]
    assert "事務局に見えない資料" not in text and "同封した記録" not in text
    assert world.lead.agency.short_name in told and "②健康" in told and "⑥" in told


def test_the_chair_reads_who_is_no_member(client):
    world = a_statutory_meeting()
    text = page(client, world.chair, world).content.decode()
    assert "構成員で、守秘を確認している" in of(world.outside, text.split('id="seats"')[1])
    assert "件数" not in text


@pytest.mark.parametrize("meeting", [a_consented_meeting, a_statutory_meeting])
def test_who_neither_runs_it_nor_keeps_its_office_is_answered_404(client, meeting):
    world = meeting()
    for viewer in (world.lead, world.inside, world.outside, world.stranger):
        assert page(client, viewer, world).status_code == 404


def test_as_many_queries_for_many_people_and_rows_as_for_few(client):
    world = a_consented_meeting()
    page(client, world.office, world)
    with CaptureQueriesContext(connection) as few:
        page(client, world.office, world)
    for _ in range(5):
        seat(world.item, a_viewer(), by=world.office)
        enclose(world.item, a_row(world.case, world.lead, categories=[6]), world.lead)
    with CaptureQueriesContext(connection) as many:
        page(client, world.office, world)
    assert len(many) == len(few)


def test_somebody_without_a_membership_in_force_sees_nothing(client):
    world = a_consented_meeting()
    gone = world.inside.membership
    gone.until_day = TODAY.replace(day=9)
    gone.save()
    assert "いま会議に出られる所属がありません" in page(client, world.office, world).content.decode()
