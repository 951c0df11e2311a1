"""Who lives and works in the generated city: agencies, staff, people, and who must not meet whom."""

from datetime import date, timedelta
from typing import Any

from agencies.models import Agency, AgencyList, CitySetting, Membership, User
from cases.models import ConflictOfInterest, Person, Separation
from meetings.models import RosterTerm
from nisshin_support.kana import name_key
from tests.bench.loading import NOON, Loader

LONG_AGO = date(2020, 4, 1)
FAMILY = [("架空", "カクウ"), ("見本", "ミホン"), ("試田", "シダ"), ("仮山", "カリヤマ"), ("例川", "レイカワ"), ("作井", "サクイ"),
          ("虚木", "ウロキ"), ("想原", "ソウハラ"), ("無名", "ムメイ"), ("当野", "トウノ"), ("某谷", "ボウタニ"), ("空沢", "ソラザワ")]  # fmt: skip
GIVEN = [("一郎", "イチロウ"), ("花子", "ハナコ"), ("次郎", "ジロウ"), ("桜", "サクラ"), ("三郎", "サブロウ"), ("梅", "ウメ"),
         ("太一", "タイチ"), ("菊", "キク"), ("健", "ケン"), ("藤", "フジ"), ("実", "ミノル"), ("楓", "カエデ"), ("進", "ススム"),
         ("葵", "アオイ"), ("望", "ノゾミ"), ("光", "ヒカル"), ("薫", "カオル"), ("忍", "シノブ"), ("翼", "ツバサ"), ("泉", "イズミ")]  # fmt: skip
# Few have another role than the counter: agency 1 to 3 coordinate, the fourth has the chair.
ROLES = {
    1: "coordinator",
    2: "coordinator",
    3: "coordinator",
    4: "chair",
    5: "roster",
    6: "statistics",
    7: "audit",
}


class Inhabitants:
    """Agencies 1…, staff 1… (who is number s works for agency s modulo their number), people 1…."""

    def __init__(self, loader: Loader, size: Any, day: date) -> None:
        self.loader, self.size, self.day = loader, size, day
        self.random = loader.random

    def staff_of(self, agency: int) -> int:
        """Somebody of the agency, who has the counter's or an outside role."""
        return agency + self.size.agencies * self.random.randint(1, self.size.staff // self.size.agencies - 1)

    def write(self) -> None:
        self._agencies()
        self._staff()
        self._people()
        self._closed_to_each_other()

    def _agencies(self) -> None:
        agency = self.loader.table(Agency, "id", "name", "short_name", "kind", "from_day")
        lists = self.loader.table(AgencyList, "id", "version", "from_day")
        listed = self.loader.table(AgencyList.agencies.through, "agencylist_id", "agency_id")
        lists.add(1, "第1版", LONG_AGO)
        for number in range(1, self.size.agencies + 1):
            agency.add(
                number, f"架空機関{number}", f"架空{number}", "section" if number < 10 else "centre", LONG_AGO
            )
            if number % 10:
                listed.add(1, number)
        self.loader.table(CitySetting, "id").add(1)

    def _staff(self) -> None:
        user = self.loader.table(
            User, "id", "username", "name", "date_joined", "password", "must_change_password"
        )
        membership = self.loader.table(Membership, "id", "user_id", "agency_id", "role", "from_day")
        term = self.loader.table(RosterTerm, "user_id", "agency_id", "member_kind", "from_day", "until_day",
                                 "acknowledged_on", "acknowledged_version")  # fmt: skip
        for number in range(1, self.size.staff + 1):
            agency = (number - 1) % self.size.agencies + 1
            user.add(number, f"kakuu{number}", f"架空 職員{number}", NOON, "!", False)
            membership.add(number, number, agency, ROLES.get(number, "counter"), LONG_AGO)
            if number % 3:
                term.add(
                    number,
                    agency,
                    "corporation",
                    date(2025, 4, 1),
                    date(2027, 3, 31),
                    date(2025, 4, 1),
                    "第1版",
                )

    def _people(self) -> None:
        person = self.loader.table(
            Person, "id", "name", "kana", "name_key", "kana_key", "sex", "birth_date", "died_on"
        )
        names = [(f"{f} {g}", f"{fk} {gk}") for f, fk in FAMILY for g, gk in GIVEN]
        known = [(name, kana, name_key(name), name_key(kana)) for name, kana in names]
        for number in range(1, self.size.people + 1):
            born = self.day - timedelta(days=self.random.randint(365, 365 * 95))
            died = self.day - timedelta(days=self.random.randint(0, 700)) if number % 97 == 0 else None
            sex = self.random.choice(["male", "female", ""])
            person.add(number, *self.random.choice(known), sex, born, died)

    def _closed_to_each_other(self) -> None:
        apart = self.loader.table(
            Separation, "first_id", "second_id", "reason", "recorded_on", "recorded_by_id"
        )
        conflict = self.loader.table(
            ConflictOfInterest, "person_id", "user_id", "agency_id", "reason", "recorded_on"
        )
        for number in range(self.size.cases // 100):
            person = self.random.randint(20, self.size.cases)
            apart.add(person, self.size.people - number, "試験", LONG_AGO, 1)
            staff = self.random.randint(1, self.size.staff)
            conflict.add(person, staff if number % 2 else None, None if number % 2 else (staff % self.size.agencies) + 1,
                         "試験", LONG_AGO)  # fmt: skip
