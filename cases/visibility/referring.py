"""つなぎ: which rows may be enclosed, and what its receiver will see of them (contract §3.1 S3, §4 enclose)."""

from dataclasses import dataclass, field

from django.db.models import F

from cases.models.referral import Referral
from cases.models.row import Category, Matter, Row
from cases.visibility import Purpose, Viewer
from cases.visibility.decisions import consented
from cases.visibility.support import free_rows, is_separated


@dataclass(frozen=True)
class Coverage:
    """Whether the receiver will see one enclosed row; if not, the (subject, category) pairs without consent."""

    row: Row
    is_seen: bool
    missing: list[tuple[str, Category]] = field(default_factory=list)


def rows_to_enclose(viewer: Viewer, case):
    """Rows of the case that the viewer sees now and may lay into a referral: free, never of a separated pair."""
    rows = Row.objects.visible_to(viewer, Purpose.SUPPORT)
    rows = rows.filter(free_rows(viewer.day), case=case, item__isnull=True, referral__isnull=True)
    return rows.exclude(is_separated())


def coverage_of(rows, agency, ground, day) -> list[Coverage]:
    """What `agency` will see of these rows on this ground: every pair consented, or a ground without consent."""
    missing = pairs_without_consent(rows, agency, day)
    by_consent = ground == Referral.Ground.CONSENT
    return [
        Coverage(row, is_seen=not by_consent or not missing[row.pk], missing=missing[row.pk]) for row in rows
    ]


def pairs_without_consent(rows, agency, day) -> dict[int, list[tuple[str, Category]]]:
    """For each row the (subject's name, category) pairs that nobody consented to share with `agency`. One query."""
    agreed = consented(F("subject"), agency.pk, F("category"), day)
    keys = [row.pk for row in rows]
    found: dict[int, list[tuple[str, Category]]] = {key: [] for key in keys}
    pairs = Matter.objects.filter(~agreed, row__in=keys).select_related("subject")
    for matter in pairs:
        found[matter.row_id].append((matter.subject.name, Category(matter.category)))
    return found


def not_enclosable_without_consent(viewer: Viewer, rows, agency, day) -> list[Row]:
    """Of these rows, those recorded by another agency that may be enclosed only with consent, and have none (§4)."""
    missing = pairs_without_consent(rows, agency, day)
    return [row for row in rows if row.recorded_by_id != viewer.agency_id and missing[row.pk]]
