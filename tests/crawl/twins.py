"""Twin worlds: two that differ only in what a viewer may not know answer that viewer byte for byte the same.

One twin is the world of the crawl, the other the same with one change in a savepoint. The oracle says whether the
change concerns anything that the viewer knows in either; if it does, the two are no twins for this viewer.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import time_machine
from django.db import transaction

from cases.models import AuditEntry, ConcealedContact, ConflictOfInterest, Consultation, HouseholdMember, Row
from meetings.models import MinutesParagraph
from outreach.models import Hint, Informant
from tests.cast import DAY, Cast
from tests.crawl.addresses import NO_CASE, Address
from tests.crawl.knowing import MEETING_PURPOSES, Extras, Knowing, Record
from tests.crawl.walk import FOUND, Crawl, plainly
from tests.factories import AgencyFactory, PersonFactory, a_case, a_consent, a_referral, a_refusal, a_row
from tests.world_from_database import read

ROLES = ("partner", "bare", "receiver", "past", "stranger", "member", "lead", "coordinator")
# What differs from one rendering to the next: tokens and keys.
MASKED = re.compile(r'(name="(?:csrfmiddlewaretoken|form_key)"[^>]*value="|"X-CSRFToken": ")[^"]*')
KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Location", "Cache-Control")


@dataclass(frozen=True)
class Pair:
    """One change, and who must not notice it."""

    change: str
    state: str
    role: str

    def __str__(self) -> str:
        return f"{self.change} / {self.state} / {self.role}"


def _text_changed(family: Cast) -> list[Record]:
    Row.objects.filter(pk=family.things.hidden_row.pk).update(text="変えた記録" * 40)
    return [("cases.Row", family.things.hidden_row.pk)]


def _row_added(family: Cast) -> list[Record]:
    row = a_row(
        family.case, family.bare, subjects=[family.things.relative], categories=[4], text="隠れた記録"
    )
    return [("cases.Row", row.pk)]


def _row_removed(family: Cast) -> list[Record]:
    Row.objects.filter(pk=family.things.hidden_row.pk).delete()
    return [("cases.Row", family.things.hidden_row.pk)]


def _case_added(family: Cast) -> list[Record]:
    case = a_case(family.receiver, person=PersonFactory())
    a_row(case, family.receiver, categories=[2])
    return [("cases.Case", case.pk), ("cases.Person", case.main_subject_id)]


def _case_of_same_person(family: Cast) -> list[Record]:
    from tests.factories import a_viewer

    case = a_case(a_viewer(), person=family.case.main_subject)
    return [("cases.Case", case.pk)]


def _agency_excluded(family: Cast) -> list[Record]:
    family.things.consent.excluded.add(AgencyFactory())
    return [("cases.Consent", family.things.consent.pk)]


def _refusal_of_another(family: Cast) -> list[Record]:
    refused = a_refusal(family.case, on=DAY, to=[AgencyFactory()])
    return [("cases.Consent", refused.pk)]


def _consent_of_another(family: Cast) -> list[Record]:
    consent = a_consent(family.case, person=PersonFactory(), to=[AgencyFactory()])
    return [("cases.Consent", consent.pk), ("cases.Person", consent.person_id)]


def _concealed_changed(family: Cast) -> list[Record]:
    ConcealedContact.objects.filter(pk=family.things.concealed.pk).update(address="別の秘匿住所" * 9)
    return [("cases.ConcealedContact", family.things.concealed.pk)]


def _informant_changed(family: Cast) -> list[Record]:
    Informant.objects.filter(pk=family.things.informant.pk).update(name="別の通報者", contact="000")
    return [("outreach.Informant", family.things.informant.pk)]


def _referral_of_another(family: Cast) -> list[Record]:
    case, lead = family.case, family.lead
    sent = a_referral(case, lead, AgencyFactory(), rows=[family.things.row], ground="law", ground_note="別")
    return [("cases.Referral", sent.pk)]


def _said_in_hearing(family: Cast) -> list[Record]:
    row = family.things.hearing_item.write(
        kind=Row.Kind.MINUTES, text="議事録", model=MinutesParagraph, author=family.coordinator.membership,
        subjects=[family.case.main_subject], categories=[6], day=DAY,
    )  # fmt: skip
    return [("cases.Row", row.pk)]


def _member_of_household(family: Cast) -> list[Record]:
    row = a_row(family.case, family.bare, model=HouseholdMember, name="隠れた世帯員", relation="次男",
                subjects=[family.things.relative])  # fmt: skip
    return [("cases.Row", row.pk)]


def _hint_added(family: Cast) -> list[Record]:
    hint = Hint.objects.create(
        noticed_on=DAY, source="resident", text="別の気づき", agency=family.receiver.agency,
        author=family.receiver.membership, person=family.case.main_subject, case=family.case,
    )  # fmt: skip
    return [("outreach.Hint", hint.pk)]


def _consultation_added(family: Cast) -> list[Record]:
    taken = Consultation.objects.create(
        taken_on=DAY, channel="visit", summary="別の相談", agency=family.receiver.agency,
        author=family.receiver.membership, person=family.case.main_subject,
    )  # fmt: skip
    return [("cases.Consultation", taken.pk)]


def _participation_added(family: Cast) -> list[Record]:
    joined = family.case.participations.create(agency=AgencyFactory(), from_day=DAY)
    return [("cases.Participation", joined.pk)]


def _conflict_of_another(family: Cast) -> list[Record]:
    one = ConflictOfInterest.objects.create(
        person=family.case.main_subject, user=family.audit.user, reason="親族", recorded_on=DAY
    )
    return [("cases.ConflictOfInterest", one.pk)]


def _looked_at(family: Cast) -> list[Record]:
    one = AuditEntry.objects.create(
        user=family.roster.user, membership=family.roster.membership, agency=family.roster.agency,
        purpose="support", act="見る:試験", case=family.case, reason="別の理由",
    )  # fmt: skip
    return [("cases.AuditEntry", one.pk)]


CHANGES: dict[str, Callable[[Cast], list[Record]]] = {
    "text of a hidden row": _text_changed,
    "a hidden row more": _row_added,
    "a hidden row less": _row_removed,
    "a case more": _case_added,
    "a case of the same person": _case_of_same_person,
    "an agency excluded": _agency_excluded,
    "a refusal towards another": _refusal_of_another,
    "a consent of another": _consent_of_another,
    "another concealed address": _concealed_changed,
    "another informant": _informant_changed,
    "a referral to another": _referral_of_another,
    "something said in a 支援会議": _said_in_hearing,
    "a member of the household more": _member_of_household,
    "a hint more": _hint_added,
    "a consultation more": _consultation_added,
    "an agency more": _participation_added,
    "a conflict of another": _conflict_of_another,
    "another's look": _looked_at,
}


def pairs(crawl: Crawl) -> Iterator[Pair]:
    """All of them, turned so that the first few have every change and many states and roles."""
    states = list(crawl.families.by_state)
    for turn in range(len(states) * len(ROLES)):
        for number, change in enumerate(CHANGES):
            at = turn * 5 + number
            yield Pair(change, states[at % len(states)], ROLES[(turn + number) % len(ROLES)])


class Twins:
    """Compares; a viewer's answers in the first twin are asked for once."""

    def __init__(self, crawl: Crawl):
        self.crawl = crawl
        # Some pages say what time it is; the twins are asked at the same moment.
        self._moment = datetime.now(UTC)
        self._answers: dict[tuple[str, str], dict[str, str]] = {}
        self._known: dict[tuple[str, str], frozenset[Record]] = {}

    def differences(self, pair: Pair) -> list[str] | None:
        """The addresses that tell the twins apart; None when they are none for this viewer."""
        family = self.crawl.families.by_state[pair.state]
        with transaction.atomic():
            first, known = self._first(pair)
            touched = set(CHANGES[pair.change](family))
            theirs = self._knows(Knowing(read(), Extras.read()), pair)
            if touched & (known | theirs) or known != theirs:
                found = None
            else:
                second = {url: self._shown(pair, url) for url in first}
                found = [f"{pair}: {url}" for url in first if first[url] != second[url]]
            transaction.set_rollback(True)
        return found

    def _first(self, pair: Pair) -> tuple[dict[str, str], frozenset[Record]]:
        who = (pair.state, pair.role)
        if who not in self._answers:
            self._known[who] = self._knows(self.crawl.knowing, pair)
            shown = {one.url: self._shown(pair, one.url) for one in self._addresses(pair)}
            self._answers[who] = {url: text for url, text in shown.items() if text.startswith(f"{FOUND} ")}
        return self._answers[who], self._known[who]

    def _addresses(self, pair: Pair) -> list[Address]:
        book = self.crawl.book
        found = [one for route in self.crawl.routes for one in book.addresses(route, 1)]
        return [one for one in found if one.state in (pair.state, NO_CASE)]

    def _knows(self, knowing: Knowing, pair: Pair) -> frozenset[Record]:
        """Everything that the viewer may know, for whatever purpose."""
        v = plainly(self.crawl.families.viewer(pair.role, pair.state))
        at_tables = [knowing.at_meetings(v, purpose) for purpose in MEETING_PURPOSES]
        seen = [knowing.for_support(v), knowing.concealed(v), knowing.on_agenda(v), knowing.said_about_us(v)]
        return frozenset().union(*seen, *at_tables)

    def _shown(self, pair: Pair, url: str) -> str:
        viewer = self.crawl.families.viewer(pair.role, pair.state)
        with time_machine.travel(self._moment, tick=False):
            answer = self.crawl.browser.ask(viewer, "GET", url)
        headers = [f"{name}: {answer.response.headers.get(name)}" for name in KEPT_HEADERS]
        return MASKED.sub(r"\1", f"{answer.status} {headers} {answer.parts['body']} {answer.parts['mail']}")
