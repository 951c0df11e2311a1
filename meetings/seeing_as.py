"""What opens to a selected person at a table, the period aside; and of what they alone will see, the numbers (§3.2)."""

from collections import Counter

from cases.models import Category, Enclosure, Row
from cases.visibility import acts
from cases.visibility.why_each import why_item_each, why_rows_each


def open_to(viewer, item, rows) -> set[int]:
    """Keys of the rows that the meeting's rule opens to `viewer`."""
    [of_item] = why_item_each([viewer], item)
    of_rows = why_rows_each([viewer], rows, item)
    return {key for (_, key), told in of_rows.items() if of_item.holds and told.holds}


def theirs_alone(viewer, other, item, mine) -> list[tuple[str, str, int]]:
    """Of enclosed rows that open to `other` and not to the 事務局: agency, category and number, never contents."""
    if not acts.keeps_office(viewer, item.segment):
        return []
    laid = Enclosure.objects.filter(item=item, removed_on__isnull=True).exclude(
        row__in=[row.pk for row in mine]
    )
    rows = list(Row.objects.filter(pk__in=laid.order_by().values("row")).only("pk"))
    opened = open_to(other, item, rows)
    lines = laid.filter(row__in=opened).order_by("pk")
    found = lines.values_list("agency__short_name", "row__matters__category", "row").distinct()
    counted = Counter((agency, category) for agency, category, _ in found)
    return [
        (agency, Category(category).label, number) for (agency, category), number in sorted(counted.items())
    ]
