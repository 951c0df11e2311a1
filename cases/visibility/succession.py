"""承継 in the gate: which agencies an agency has taken over from (contract §4, succession of an agency)."""

from django.db.models import Q

from agencies.models import Succession
from cases.visibility.purposes import Viewer


def took_over(new, day, prefix=""):
    """The condition on a succession (or on what leads to one) that `new` had taken over by `day`."""
    return Q(
        **{
            f"{prefix}new": new,
            f"{prefix}confirmed_on__isnull": False,
            f"{prefix}from_day__lte": day,
        }
    )


def taken_over(agency_id, day):
    """Agencies that the agency had taken over by `day`, one step back: it reads their rows as its own."""
    return Succession.objects.order_by().filter(took_over(agency_id, day)).values("old")


def own_or_succeeded(field, viewer: Viewer):
    """The condition that `field` names the viewer's agency or one that it has taken over."""
    return Q(**{field: viewer.agency_id}) | Q(**{f"{field}__among": taken_over(viewer.agency_id, viewer.day)})


def by_predecessor(through, agency, day):
    """Of agencies named somewhere (a through table), those that `agency` had taken over by `day`."""
    return through.filter(took_over(agency, day, "agency__successions__"))
