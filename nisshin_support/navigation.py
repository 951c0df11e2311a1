"""The left navigation and the header, for every page: what this role works with."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from cases.visibility import Purpose

SUPPORT, PREPARATION, RECORD = Purpose.SUPPORT, Purpose.PREPARATION, Purpose.MEETING_RECORD

# (label, route, the purposes of which one is needed); in the order of the work.
SECTIONS = [
    ("ホーム", "home", ()),
    ("相談受付", "cases:consultations", (SUPPORT,)),
    ("ケース", "cases:cases", (SUPPORT,)),
    ("つなぎ", "cases:referrals", (SUPPORT,)),
    ("会議", "meetings:meetings", (SUPPORT, PREPARATION)),
    ("会議の記録", "meetings:records", (RECORD,)),
    ("気づき・アウトリーチ", "outreach:hints", (SUPPORT,)),
    ("参加支援", "outreach:placements", (SUPPORT,)),
    ("地域づくり", "agencies:places", (SUPPORT,)),
    ("相談会・講座", "agencies:consultation_days", (SUPPORT,)),
    ("計画と実績", "agencies:plan", ()),
    ("名寄せ", "cases:identity", (Purpose.IDENTITY,)),
    ("名簿と設定", "admin:index", (Purpose.ROSTER,)),
    ("承認待ちの変更", "agencies:approvals", (Purpose.ROSTER,)),
    ("監査記録", "cases:audit", (Purpose.AUDIT,)),
    ("統計", "cases:statistics", (Purpose.STATISTICS,)),
]


@dataclass(frozen=True)
class Section:
    label: str
    url: str
    current: bool
    count: int | None = None


def navigation(request):
    """Context processor: the sections that the role in use may open, and whether it may search. Counts stand on the home screen."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"navigation": [], "may_search": False, "has_second_factor": False}
    here = request.path
    sections = [section for section in _sections(viewer, here) if section]
    return {
        "navigation": sections,
        "may_search": viewer.may_act_for(SUPPORT),
        "has_second_factor": settings.SECOND_FACTOR,
    }


def _sections(viewer, here):
    for label, route, purposes in SECTIONS:
        if purposes and not any(viewer.may_act_for(purpose) for purpose in purposes):
            continue
        try:
            url = reverse(route)
        except NoReverseMatch:
            continue
        yield Section(label, url, current=here == url or (url != "/" and here.startswith(url)))
