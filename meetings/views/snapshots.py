"""控え under 会議記録: what was decided at confirming, printing and closing, read in words on a typed reason (§5)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404, render

from agencies.models import Agency, Membership
from cases import audit
from cases.models import Category
from cases.visibility import Purpose
from meetings.forms.minutes import ReasonForm
from meetings.models import AgendaItem, LegalBasis, Segment, Snapshot
from meetings.models.snapshot import digest_of
from nisshin_support.purpose import for_purpose


@dataclass(frozen=True)
class Said:
    """One statement of consent behind what somebody saw, as it stood when the snapshot was made."""

    is_main: bool
    given_on: date
    until_day: date | None
    form_version: str
    categories: list

    @property
    def is_of_all(self):
        return len(self.categories) == len(Category)


@dataclass(frozen=True)
class Person:
    """What lay open to one attendee: numbers by category and the consents behind them, never the rows' words."""

    membership: Membership
    checked_in: bool
    header: bool
    categories: list
    number: int
    own: int
    consents: list
    consent_elsewhere: bool

    @property
    def sees_nothing(self):
        return not (self.header or self.number)


@dataclass(frozen=True)
class Item:
    """One item of a snapshot."""

    order: int
    kind: str
    brought_by: Agency
    no_consent_reason: str
    number: int
    people: list


@for_purpose(Purpose.MEETING_RECORD)
def snapshots(request, segment_id):
    """The snapshots of a segment whose record one keeps: when, on what occasion, by whom; nothing of their contents."""
    segments = Segment.objects.visible_to(request.viewer, request.purpose).select_related("meeting")
    segment = get_object_or_404(segments, public_id=segment_id)
    found = Snapshot.objects.visible_to(request.viewer, request.purpose).filter(segment=segment)
    found = list(
        found.select_related("made_by__user", "made_by__agency", "reader__user", "reader__agency").defer(
            "decision"
        )
    )
    if not found:
        raise Http404
    audit.saw(request, "会議の控えの一覧", shown=found)
    context = {"segment": segment, "segment_basis": segment.legal_basis, "snapshots": found}
    return render(request, "meetings/snapshots.html", context)


@for_purpose(Purpose.MEETING_RECORD)
def snapshot(request, snapshot_id):
    """Ask for the reason; tell who could see how much of what, by which consent, only in answer to it."""
    found = Snapshot.objects.visible_to(request.viewer, request.purpose).select_related(
        "segment__meeting", "made_by__user", "made_by__agency", "reader__user", "reader__agency"
    )
    found = get_object_or_404(found, public_id=snapshot_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"snapshot": found, "segment": found.segment, "segment_basis": found.segment.legal_basis}
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "meetings/snapshot_reason.html", {**context, "form": form})
    reason = form.cleaned_data["reason"]
    audit.saw(request, "会議の控え", shown=[found], rule="会議記録", reason=reason)
    told = {
        "items": items_of(found.decision),
        "basis": LegalBasis(found.decision["basis"]).label,
        "is_whole": digest_of(found.decision) == found.digest,
    }
    return render(request, "meetings/snapshot.html", {**context, **told, "reason": reason})


def items_of(decision):
    """The items of a decision in words; two queries for the names of people and agencies."""
    people = [one for item in decision["items"] for one in item["people"]]
    members = Membership.objects.select_related("user", "agency").in_bulk(
        {one["membership"] for one in people}
    )
    agencies = Agency.objects.in_bulk({item["brought_by"] for item in decision["items"]})
    return [_item(item, members, agencies) for item in decision["items"]]


def _item(item, members, agencies):
    rows = {row["row"]: row for row in item["rows"]}
    return Item(
        order=item["order"],
        kind=AgendaItem.Kind(item["kind"]).label,
        brought_by=agencies[item["brought_by"]],
        no_consent_reason=_label(AgendaItem.NoConsentReason, item["no_consent_reason"]),
        number=len(rows),
        people=[_person(one, item, rows, members) for one in item["people"]],
    )


def _person(one, item, rows, members):
    seen = [rows[key] for key in one["rows"]]
    numbers = Counter(category for row in seen for category in {category for _, category in row["pairs"]})
    return Person(
        membership=members[one["membership"]],
        checked_in=one["checked_in"],
        header=one["header"],
        categories=[(Category(number).label, times) for number, times in sorted(numbers.items())],
        number=len(seen),
        own=sum(row["recorded_by"] == one["agency"] for row in seen),
        consents=[_said(said, item) for said in one["consents"]],
        consent_elsewhere=one["consent_elsewhere"],
    )


def _said(said, item):
    return Said(
        is_main=said["person"] == item["main_subject"],
        given_on=date.fromisoformat(said["given_on"]),
        until_day=date.fromisoformat(said["until_day"]) if said["until_day"] else None,
        form_version=said["form_version"] or "",
        categories=[Category(number).label for number in said["opens"]],
    )


def _label(choices, code):
    return choices(code).label if code else ""
