"""Purposes, the roles that may act for them, and the viewer: who acts, through which membership, on which day (§3)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import TextChoices

from agencies.models.staff import Role


class Purpose(TextChoices):
    """Why somebody looks. Every request that touches a confidential row states exactly one."""

    SUPPORT = "support", "支援"
    PREPARATION = "preparation", "会議準備"
    MEETING = "meeting", "会議"
    MEETING_RECORD = "meeting_record", "会議記録"
    IDENTITY = "identity", "名寄せ"
    ROSTER = "roster", "名簿管理"
    STATISTICS = "statistics", "統計"
    AUDIT = "audit", "監査"


_FIELD_WORK = {Purpose.SUPPORT, Purpose.PREPARATION, Purpose.MEETING}

ROLE_PURPOSES: dict[str, set[Purpose]] = {
    Role.COUNTER: _FIELD_WORK,
    Role.CHIEF: _FIELD_WORK,
    Role.OUTREACH: _FIELD_WORK,
    Role.PARTICIPATION: _FIELD_WORK,
    Role.COORDINATOR: _FIELD_WORK | {Purpose.MEETING_RECORD, Purpose.IDENTITY},
    Role.CHAIR: {Purpose.PREPARATION, Purpose.MEETING, Purpose.MEETING_RECORD},
    Role.EXTERNAL: {Purpose.PREPARATION, Purpose.MEETING},
    Role.ROSTER: {Purpose.ROSTER},
    Role.STATISTICS: {Purpose.STATISTICS},
    Role.AUDIT: {Purpose.AUDIT},
}


@dataclass(frozen=True)
class Viewer:
    """A person acting through one membership in force on `day`; nothing about rights is kept beyond the request."""

    user: Any
    membership: Any
    day: date
    memberships: list = field(default_factory=list, compare=False)

    @property
    def agency(self):
        return self.membership.agency

    @property
    def agency_id(self) -> int:
        return self.membership.agency_id

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def role(self) -> str:
        return self.membership.role

    @property
    def today(self) -> date:
        return self.day

    def may_act_for(self, purpose: Purpose) -> bool:
        """Whether the role in use has this purpose at all; is_superuser and is_staff open nothing."""
        return purpose in ROLE_PURPOSES.get(self.role, set())
