"""The jobs that are measured: a page or a decision, what it must answer, and a smaller one that must ask as much."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import transaction
from django.test import Client

from agencies.models import Membership
from cases.models import Person, Row
from cases.search import described
from cases.visibility import Purpose, Viewer
from meetings.models import AgendaItem
from nisshin_support import second_wall
from nisshin_support.kana import name_key
from tests.bench import by_hand
from tests.bench.city import DAY, Size

WORDS, FEWER = "架空 一郎", ["見本 花子", "例川 梅", "仮山"]
SECTION, OFFICE = 1, 0


@contextmanager
def entered(viewer: Viewer) -> Iterator[None]:
    """A request's transaction with the viewer's identity told to the database, without a page around it."""
    with transaction.atomic():
        second_wall.enter(viewer)
        yield


@dataclass(frozen=True)
class Job:
    """`run` answers, `smaller` asks the same of less; `rows` counts the answer, `wrong` says what is wrong with it."""

    name: str
    run: Callable[[], Any]
    smaller: list[Callable[[], Any]]
    by_hand: Callable[[], list[tuple[Any, ...]]]
    rows: Callable[[Any], int]
    wrong: Callable[[Any, list[tuple[Any, ...]]], str]


class Jobs:
    """All jobs in a city of this size, as somebody at the counter of the busy section and of a small one."""

    def __init__(self, size: Size, owner: psycopg.Connection[Any]) -> None:
        self.size, self.owner = size, owner
        self.busy, self.small = self._client(SECTION), self._client(size.agencies)
        self.asked = {"agency": SECTION, "user": SECTION + size.agencies, "day": DAY}

    def _client(self, agency: int) -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(self.viewer(agency).user)
        return client

    def viewer(self, agency: int, place: int = 1) -> Viewer:
        """Whom the generator puts at this place of an agency; the first is at the counter."""
        key = agency + self.size.agencies * place
        membership = Membership.objects.select_related("user", "agency").get(pk=key)
        return Viewer(user=membership.user, membership=membership, day=DAY, memberships=[membership])

    def ask(self, statement: str, **more: Any) -> Callable[[], list[tuple[Any, ...]]]:
        """Hand-written SQL, asked as the owner: without any wall, and prepared as a program would have it."""
        asked = {**self.asked, **more}
        return lambda: self.owner.execute(statement, asked, prepare=True).fetchall()

    def all(self) -> list[Job]:
        return [
            self.my_cases(),
            self.case(),
            self.case_print(),
            self.matrix(),
            self.search(),
            self.search_count(),
        ]

    def my_cases(self) -> Job:
        """担当分 of a section with thousands of cases."""
        return Job("my_cases", lambda: self.busy.get("/cases/"), [lambda: self.small.get("/cases/")],
                   self.ask(by_hand.MY_CASES), lines_of, all_are_shown)  # fmt: skip

    def case(self) -> Job:
        """The sheet of a case with hundreds of entries: the newest fifty and all sections."""
        return self._case("case", by_hand.CASE_PAGE, "")

    def case_print(self) -> Job:
        """The same on paper: all entries at once."""
        return self._case("case_print", by_hand.CASE_PRINT, "print/")

    def _case(self, name: str, statement: str, tail: str) -> Job:
        ids = [row[0] for row in self.ask(by_hand.FIRST_CASES)()]
        smaller = [lambda at=at: self.busy.get(f"/cases/{at}/{tail}") for at in ids[1:4]]
        wrong = all_are_counted if tail else self._shows_exactly(ids[0])
        return Job(name, lambda: self.busy.get(f"/cases/{ids[0]}/{tail}"), smaller, self.ask(statement, case=ids[0]),
                   lines_of, wrong)  # fmt: skip

    def _shows_exactly(self, case: str) -> Callable[..., str]:
        """Every row of the answer stands on the page, and no row that the answer would not show."""
        every = {row[0] for row in self.ask(by_hand.ROWS_OF_CASE, case=case)()}
        seen = {row[0] for row in self.ask(by_hand.CASE_MAY_SHOW, case=case)()}
        assert seen < every, "a case of which everything is visible proves nothing"

        def wrong(page: Any, answer: list[tuple[Any, ...]]) -> str:
            leaked = [key for key in every - seen if key in page.content.decode()]
            return f"{len(leaked)} hidden rows are shown" if leaked else all_are_shown(page, answer)

        return wrong

    def matrix(self) -> Job:
        """Every attendee of every item of the great sitting: which rows each may see."""
        items = AgendaItem.objects.filter(segment__meeting=self.size.meetings).select_related(
            "segment__meeting"
        )
        viewers = [self.viewer(agency) for agency in range(1, self.size.sitting[0] + 1)]

        def decide(viewers: Any, items: Any) -> set[tuple[int, int, int]]:
            return {
                (viewer.user_id, item.pk, row)
                for viewer in viewers
                for item in items
                for row in Row.objects.order_by()
                .visible_to(viewer, Purpose.MEETING, item)
                .values_list("pk", flat=True)
            }

        def decided_by_office() -> set[tuple[int, int, int]]:
            with entered(self.viewer(SECTION, OFFICE)):
                return decide(viewers, items)

        def wrong(decided: Any, answer: list[tuple[Any, ...]]) -> str:
            return "" if decided == set(answer) else f"{len(decided ^ set(answer))} decisions differ"

        return Job(
            "matrix", decided_by_office, [], self.ask(by_hand.MATRIX, meeting=self.size.meetings), len, wrong
        )

    def search(self) -> Job:
        """The list of people found by a name."""

        def kept(words: str) -> Callable[[], Any]:
            address = self.busy.post("/search/", {"q": words})["Location"]
            return lambda: self.busy.get(address)

        by_sql = self.ask(by_hand.SEARCH_LIST, words=name_key(WORDS))
        return Job("search", kept(WORDS), [kept(words) for words in FEWER], by_sql, lines_of, all_are_counted)

    def search_count(self) -> Job:
        """How many people were found."""
        people = Person.objects.visible_to(self.viewer(SECTION), Purpose.SUPPORT).filter(described(WORDS))

        def count() -> int:
            with entered(self.viewer(SECTION)):
                return people.count()

        def wrong(number: int, answer: list[tuple[Any, ...]]) -> str:
            return "" if number == answer[0][0] else f"{number} instead of {answer[0][0]}"

        return Job(
            "search_count", count, [], self.ask(by_hand.SEARCH_COUNT, words=name_key(WORDS)), int, wrong
        )


def all_are_shown(page: Any, answer: list[tuple[Any, ...]]) -> str:
    """Every public id of the hand-written answer stands on the page."""
    missing = [row[0] for row in answer if row[0] not in page.content.decode()]
    return f"{len(missing)} of {len(answer)} are missing" if missing or not answer else ""


def lines_of(page: Any) -> int:
    """How many entries of a timeline, on the screen or on paper, or else how many lines of a table."""
    paper = page.content.count(b'<td class="timeline-body">')
    found: int = page.content.count(b"timeline-by") or paper or page.content.count(b"<tr") - 1
    return found


def all_are_counted(page: Any, answer: list[tuple[Any, ...]]) -> str:
    """The page shows as many lines as the hand-written answer."""
    lines = lines_of(page)
    return "" if lines == len(answer) and lines else f"{lines} lines instead of {len(answer)}"
