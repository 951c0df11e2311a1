"""What needs two people, in the cast's world: one of each, waiting for its second person."""

from datetime import timedelta

from agencies.models import Role, Succession
from cases.models import EmergencyDisclosure, PersonLink, Row
from meetings.models import Release
from tests.factories import AgencyFactory, PersonFactory, a_viewer


def acts_by_two(cast, day):
    """One of each, waiting for its second person."""
    things = cast.things
    things.succession = Succession.objects.create(
        old=AgencyFactory(),
        new=AgencyFactory(),
        from_day=day,
        ground="試験の契約",
        asked_by=a_viewer(Role.ROSTER).membership,
        asked_on=day,
    )
    things.disclosure = EmergencyDisclosure.give(
        case=cast.case,
        author=cast.lead.membership,
        day=day,
        rows=[things.row],
        to_agency=cast.receiver.agency,
        ground="life",
        facts="試験の事実",
        until_day=day + timedelta(days=7),
        approver=cast.coordinator.membership,
        approve_by=day + timedelta(days=1),
    )
    things.twin, things.other_twin = PersonFactory.create_batch(2, name="架空 同人")
    things.link = PersonLink.join(
        *PersonFactory.create_batch(2),
        ground="試験の根拠",
        membership=a_viewer(Role.COORDINATOR).membership,
        day=day,
    )
    texts = things.statute_item.written_rows
    things.statute_question = texts.get(kind=Row.Kind.ITEM_QUESTION)
    colleague = a_viewer(agency=cast.partner.agency)
    things.release = Release.ask(
        item=things.statute_item,
        row=texts.get(kind=Row.Kind.ITEM_NECESSITY),
        reason="試験の理由",
        membership=colleague.membership,
        day=day,
    )
