"""What a page showed stands in the audit: each canary on it leads to an entry that names its record (contract §3.5)."""

import pytest
from django.apps import apps
from django.db import transaction

from cases.models import AuditEntry, Case, Row
from meetings.models import AgendaItem
from tests.crawl.answers import body_of
from tests.crawl.canaries import plant
from tests.route_table import TABLE
from tests.test_every_page import readers as first_and_last
from tests.test_routes_by_cast import as_somebody, browser, log_ins, url_of  # noqa: F401

pytestmark = pytest.mark.django_db

PAGES = [line for line in TABLE if line.method == "GET" and "o" in line.codes]
# Known with their case or item: no record of their own that somebody could look at.
WITH_CASE = {"cases.Participation", "cases.LeadTerm", "cases.LeadOffer", "cases.Case"}
WITH_ROW = {"cases.RowVersion", "cases.Enclosure", "cases.Assignment", "cases.Matter"}


def readers(line):
    """The first who sees the page; of a meeting's pages also the last, who sees another part of the table."""
    return list(first_and_last(line))[: 2 if line.route.startswith("meetings") else 1]


@pytest.fixture(scope="module")
def cage(cast):
    """A canary in every confidential text of the cast's world."""
    return plant()


class Named:
    """What the entries of one request name."""

    def __init__(self, entries):
        self.things = {thing.rpartition(":")[2] for entry in entries for thing in entry.things}
        self.kinds = {thing for entry in entries for thing in entry.things}
        self.rows = {row for entry in entries for row in entry.rows}
        items = AgendaItem.objects.filter(public_id__in=self.things) | AgendaItem.objects.filter(
            pk__in=[entry.item_id for entry in entries]
        )
        self.items = set(items.values_list("pk", flat=True))
        cases = {entry.case_id for entry in entries}
        cases |= set(Case.objects.filter(public_id__in=self.things).values_list("pk", flat=True))
        cases |= set(Row.objects.filter(pk__in=self.rows).values_list("case", flat=True))
        self.cases = cases | set(items.values_list("case", flat=True))

    def knows(self, canary):
        """Whether some entry leads to the record that the canary sits in."""
        model = apps.get_model(canary.label)
        record = model._base_manager.get(pk=canary.pk)
        if isinstance(record, Row) or canary.label in WITH_ROW:
            row, key = getattr(record, "row_id", record.pk), getattr(record, "public_id", "")
            return row in self.rows or key in self.things
        if canary.label in WITH_CASE:
            return getattr(record, "case_id", record.pk) in self.cases
        if canary.label == "cases.Person":
            return record.public_id in self.things or self._is_in_a_named_record(record)
        if canary.label == "meetings.AgendaItem":
            return record.pk in self.items
        if canary.label == "outreach.Informant":
            return record.hint.public_id in self.things
        if hasattr(record, "public_id"):
            return record.public_id in self.things
        return f"{canary.label.rpartition('.')[2].lower()}:{record.pk}" in self.kinds

    def _is_in_a_named_record(self, person):
        of_cases = Case.objects.filter(pk__in=self.cases, main_subject=person)
        return of_cases.exists() or Row.objects.filter(pk__in=self.rows).about(person).exists()


def what_nobody_wrote_down(line, reader, cast, cage, browser, log_ins):  # noqa: F811
    """The canaries on a page that no entry of its request leads to."""
    as_somebody(browser, log_ins.get(reader))
    with transaction.atomic():
        before = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        response = browser.get(url_of(line, cast))
        named = Named(AuditEntry.objects.filter(pk__gt=before))
        transaction.set_rollback(True)
    heard = [cage.by_word[word] for word in cage.heard_in(body_of(response))]
    return {f"{reader}: {canary.label}.{canary.field}" for canary in heard if not named.knows(canary)}


@pytest.mark.parametrize("line", PAGES, ids=str)
def test_everything_shown_is_named_in_the_audit(line, cast, cage, browser, log_ins):  # noqa: F811
    missing = [what_nobody_wrote_down(line, reader, cast, cage, browser, log_ins) for reader in readers(line)]
    assert set().union(*missing) == set()
