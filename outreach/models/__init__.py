from outreach.models.approach import Approach, Hint, Informant
from outreach.models.placement import Host, HostMenu, Placement, PlacementFollowUp

__all__ = ["Approach", "Hint", "Host", "HostMenu", "Informant", "Placement", "PlacementFollowUp"]
