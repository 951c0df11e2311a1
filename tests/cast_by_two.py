"""What needs two people, in the cast's world: one of each, waiting for its second person."""

from datetime import timedelta

from agencies.models import Role, Succession
from cases.models import EmergencyDisclosure
from tests.factories import AgencyFactory, a_viewer


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
