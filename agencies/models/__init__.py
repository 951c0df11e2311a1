from agencies.models.agency import Agency, AgencyList, Commission
from agencies.models.approval import Approval
from agencies.models.city import CitySetting, Holiday
from agencies.models.community import Activity, ConsultationDay, Course, Place
from agencies.models.plan import PlannedNumber, PlanRow
from agencies.models.staff import Membership, Role, User
from agencies.models.succession import Succession

__all__ = [
    "Activity",
    "Agency",
    "AgencyList",
    "Approval",
    "CitySetting",
    "Commission",
    "ConsultationDay",
    "Course",
    "Holiday",
    "Membership",
    "Place",
    "PlanRow",
    "PlannedNumber",
    "Role",
    "Succession",
    "User",
]
