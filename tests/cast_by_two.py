"""What needs two people, in the cast's world: a succession that waits for its second person."""

from agencies.models import Role, Succession
from tests.factories import AgencyFactory, a_viewer


def acts_by_two(cast, day):
    """One of each, asked for by somebody else than the cast."""
    things = cast.things
    things.succession = Succession.objects.create(
        old=AgencyFactory(),
        new=AgencyFactory(),
        from_day=day,
        ground="試験の契約",
        asked_by=a_viewer(Role.ROSTER).membership,
        asked_on=day,
    )
