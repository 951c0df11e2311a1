"""紙 for an attendee by the 事務局: what both may see, the rest named as on screen only (contract §4)."""

import pytest
from django.urls import reverse

from agencies.models import Role
from meetings.models import Snapshot
from tests.factories import a_consent, a_row, a_term, a_viewer, enclose, seat
from tests.meeting_world import TODAY, a_consented_meeting, a_statutory_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(on_day):
    return on_day(TODAY)


def paper(client, viewer, world, reader):
    client.force_login(viewer.user)
    seated = world.item.attendances.get(user=reader.user, removed_on=None)
    return client.get(reverse("meetings:table_print_for", args=[world.item.public_id, seated.pk]))


@pytest.fixture
def world():
    found = a_consented_meeting()
    found.confirm()
    return found


def test_the_office_makes_an_attendees_paper_and_it_is_kept(client, world):
    text = paper(client, world.office, world, world.inside).content.decode()
    assert f"{world.inside.user.name} 用" in text and "同封した記録" in text
    kept = Snapshot.objects.get()
    assert (kept.reader, kept.made_by) == (world.inside.membership, world.office.membership)
    assert kept.mark in text


def test_what_only_the_reader_sees_is_named_and_not_shown(client, world):
    a_row_of_inside = a_row(world.case, world.inside, text="事務局に見えない記録", categories=[2])
    enclose(world.item, a_row_of_inside, world.inside)
    world.case.consents.get().recipients.remove(world.office.agency)
    a_consent(world.case, to=[world.office.agency], categories=[1, 6])
    text = paper(client, world.office, world, world.inside).content.decode()
    assert "事務局に見えない記録" not in text
    told = text.split("画面だけで見られるもの")[1]
    assert world.inside.agency.name in told and "②健康" in told


def test_what_only_the_office_sees_leaves_no_trace(client, world):
    hidden = a_row(world.case, world.office, text="相手に見えない記録", categories=[2])
    enclose(world.item, hidden, world.office)
    consent = world.case.consents.get()
    consent.categories = [1, 6]
    consent.save()
    text = paper(client, world.office, world, world.inside).content.decode()
    assert "同封した記録" in text and "相手に見えない記録" not in text and "②健康" not in text


def test_for_an_external_member_who_may_make_none_oneself(client):
    inner = a_statutory_meeting()
    member = a_viewer(Role.EXTERNAL)
    a_term(member)
    seat(inner.item, member, by=inner.chair)
    inner.confirm()
    assert "同封した記録" in paper(client, inner.office, inner, member).content.decode()
    client.force_login(member.user)
    own = client.get(reverse("meetings:table_print", args=[inner.item.public_id]))
    assert own.status_code == 404


def test_nobody_else_makes_it_and_for_who_sees_nothing_there_is_none(client, world):
    for viewer in (world.lead, world.inside, world.outside, world.stranger):
        assert paper(client, viewer, world, world.inside).status_code == 404
    assert paper(client, world.office, world, world.outside).status_code == 404
    assert not Snapshot.objects.exists()


def test_the_table_offers_it_to_the_office_alone(client, world):
    def offered(viewer):
        client.force_login(viewer.user)
        table = client.get(reverse("meetings:table", args=[world.item.public_id]))
        return "出席する人の紙" in table.content.decode()

    assert offered(world.office) and not offered(world.inside)
