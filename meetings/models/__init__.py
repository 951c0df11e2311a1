from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.meeting import LegalBasis, Meeting, Segment
from meetings.models.minutes import Decision, MinutesParagraph
from meetings.models.roster import RosterTerm

__all__ = [
    "AgendaItem",
    "Attendance",
    "Decision",
    "LegalBasis",
    "Meeting",
    "MinutesParagraph",
    "RosterTerm",
    "Segment",
]
