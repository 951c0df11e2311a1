"""The sections of a case page, in order. This is where another part of the product plugs in its own.

Contract of a section's context function, named here by its dotted path and imported when a page is asked for
(so that no app imports another app's views):

    def section(request, case) -> dict | None

- `case` is visible to `request.viewer` for `request.purpose`; what it shows it fetches through the gate itself;
- it returns plain, evaluated values, or None when this viewer has no such section; a hidden row leaves no trace;
- its template is included with them as `data` (and with the page's `case`, `rights`, `header_open`, `request`);
  it starts with no heading: the page writes the heading and the anchor;
- the dict may hold `rows`, the confidential rows shown, and `shown` or `things`, what else is: the page's one audit
  entry names them; and `act_url` and `act_label`, the one button beside the heading.
"""

from dataclasses import dataclass

from django.utils.module_loading import import_string

# (anchor, title, template, context function); an app adds its line here.
SECTIONS = [
    ("household", "世帯", "cases/_household.html", "cases.views.household.section"),
    ("contacts", "連絡先", "cases/_contacts.html", "cases.views.household.contacts_section"),
    ("consents", "同意", "cases/_consents.html", "cases.views.consents.section"),
    ("referrals", "つなぎ", "cases/_referrals.html", "cases.views.referrals.section"),
    ("disclosures", "緊急提供", "cases/_disclosures.html", "cases.views.disclosures.section"),
    ("plans", "プラン", "cases/_plans.html", "cases.views.plans.section"),
    ("outreach", "働きかけ・参加支援", "outreach/_case_section.html", "outreach.views.case_section.section"),
    ("meetings", "会議", "meetings/_case_section.html", "meetings.views.case_section.section"),
]


@dataclass(frozen=True)
class Section:
    """One section as the page shows it."""

    anchor: str
    title: str
    template: str
    data: dict


def sections_for(request, case):
    """The sections that this viewer has of this case, each with what it shows."""
    sections = []
    for anchor, title, template, context in SECTIONS:
        data = import_string(context)(request, case)
        if data is not None:
            sections.append(Section(anchor, title, template, data))
    return sections
