"""経過: the visible rows of a case, newest first, fifty at a time, filtered by category, person and agency."""

from dataclasses import dataclass
from urllib.parse import urlencode

from agencies.models import Agency
from cases.forms.case import TimelineFilterForm
from cases.models import Person, Row

PAGE = 50
# What has a section of its own on the page is not repeated in the timeline.
ELSEWHERE = [
    Row.Kind.HOUSEHOLD,
    Row.Kind.CONTACT,
    Row.Kind.PLAN,
    Row.Kind.GOAL,
    Row.Kind.ACTION,
    Row.Kind.ITEM_TITLE,
    Row.Kind.ITEM_QUESTION,
]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, ready to be shown."""

    row: Row
    record: object
    categories: list
    subjects: list
    mine: bool


@dataclass(frozen=True)
class Timeline:
    """A page of the timeline: its entries, its filters, and the opaque id to go on from."""

    entries: list
    form: TimelineFilterForm
    after: str
    is_filtered: bool
    next_query: str

    @property
    def rows(self):
        return [entry.row for entry in self.entries]


def timeline_rows(request, case):
    """All rows of the case's timeline that this viewer sees."""
    rows = Row.objects.visible_to(request.viewer, request.purpose)
    return rows.filter(case=case).exclude(kind__in=ELSEWHERE)


def timeline_of(request, case, header_open):
    """The page of the timeline that the address asks for. Filters offer only what visible rows hold."""
    visible = timeline_rows(request, case)
    form = filter_form(request, case, visible, header_open)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = _filtered(visible, chosen)
    last = visible.filter(public_id=request.GET.get("after", "")).first()
    page = list((rows.older_than(last) if last else rows).for_timeline().select_related("record")[: PAGE + 1])
    entries = entries_of(page[:PAGE], case, request.viewer, header_open)
    after = page[PAGE - 1].public_id if len(page) > PAGE else ""
    return Timeline(entries, form, after, any(chosen.values()), _next_query(form, after))


def _next_query(form, after):
    """The address of what follows: the filters' category number and opaque ids, and where to go on."""
    kept = {name: form.data[name] for name in form.fields if form.data.get(name) and name not in form.errors}
    return urlencode({**kept, "after": after})


def filter_form(request, case, visible, header_open):
    """The filters: people and agencies of visible rows only, so that a hidden row leaves no trace."""
    # Ids first: joined with the gate's conditions, the planner may choose a very slow way.
    pairs = set(visible.order_by().values_list("matters__subject", "recorded_by"))
    subjects, writers = {subject for subject, _ in pairs}, {agency for _, agency in pairs}
    people = Person.objects.visible_to(request.viewer, request.purpose).filter(pk__in=subjects)
    agencies = Agency.objects.filter(pk__in=writers)
    named = [(person, name_in(person, case, header_open)) for person in people]
    return TimelineFilterForm(request.GET, people=named, agencies=list(agencies))


def _filtered(rows, chosen):
    if chosen.get("category"):
        rows = rows.in_category(chosen["category"])
    if chosen.get("person"):
        rows = rows.about(chosen["person"])
    if chosen.get("agency"):
        rows = rows.filter(recorded_by=chosen["agency"])
    return rows


def entries_of(rows, case, viewer, header_open):
    """Lines ready to be shown; the main subject has a name only where the header is open."""
    return [
        Entry(
            row=row,
            record=getattr(row, "record", None) if row.kind == Row.Kind.RECORD else None,
            categories=row.category_list(),
            subjects=names_of(row, case, header_open),
            mine=row.recorded_by_id == viewer.agency_id,
        )
        for row in rows
    ]


def names_of(row, case, header_open):
    """Whom a row is about, by name."""
    return [name_in(person, case, header_open) for person in row.subject_list()]


def name_in(person, case, header_open):
    """A person's name in this case; 「主対象者」 for the main subject where the header is closed."""
    return "主対象者" if person.pk == case.main_subject_id and not header_open else person.name
