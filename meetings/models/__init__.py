from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.meeting import LegalBasis, Meeting, Segment
from meetings.models.minutes import Decision, MinutesParagraph
from meetings.models.release import Release
from meetings.models.roster import RosterTerm
from meetings.models.snapshot import Snapshot

__all__ = [
    "AgendaItem",
    "Attendance",
    "Decision",
    "LegalBasis",
    "Meeting",
    "MinutesParagraph",
    "Release",
    "RosterTerm",
    "Segment",
    "Snapshot",
]
