"""Finding people and cases: everything here begins with what the viewer may know of."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, field

from django.db.models import Q

from cases.models import Case, Consultation, Person, Row
from nisshin_support import wareki
from nisshin_support.kana import name_key

MOST_CANDIDATES, MOST_PEOPLE = 8, 50
NUMBER = re.compile(r"(?:(?:令和|R)?\s*(?P<year>元|\d{1,4})\s*(?:年度|年)?\s*[--])?\s*(?P<serial>\d{1,5})")


# --- the same person? ------------------------------------------------------------------------------------------------


def candidates(people, *, name="", kana="", birth_date=None, chosen=""):
    """Of `people` (those the typist may know of), the likeliest to be the one described; the chosen one first."""
    alike = list(people.possibly(name=name, kana=kana, birth_date=birth_date)[: MOST_CANDIDATES * 4])
    if chosen:
        alike += [person for person in people.filter(public_id=chosen) if person not in alike]
    keys = [key for key in (name_key(name), name_key(kana)) if key]

    def closeness(person):
        agreeing = sum(person.name_key.startswith(key) or person.kana_key.startswith(key) for key in keys)
        return (person.public_id != chosen, -agreeing - (person.birth_date == birth_date), person.kana_key)

    return sorted(alike, key=closeness)[:MOST_CANDIDATES]


# --- one box ---------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """A person, or a case without its header, with what may be opened of it."""

    person: Person | None
    cases: list = field(default_factory=list)
    mentioned_in: list = field(default_factory=list)
    consultations: list = field(default_factory=list)


def find(viewer, purpose, words):
    """What the viewer may know of that fits the words: a case number, a name or reading, a birth date."""
    cases = Case.objects.visible_to(viewer, purpose)
    headers = Case.objects.with_header_for(viewer, purpose).select_related("main_subject")
    numbered = list(cases.filter(_numbered(words))) if _numbered(words) else []
    named = list(headers.filter(pk__in=[case.pk for case in numbered]))
    people = list(Person.objects.visible_to(viewer, purpose).filter(described(words))[: MOST_PEOPLE + 1])
    people = list(
        {person.pk: person for person in [*(case.main_subject for case in named), *people]}.values()
    )
    found = {person.pk: Found(person) for person in people}
    _add_what_opens(found, viewer, purpose, headers)
    with_header = {case.pk for case in named}
    bare = [Found(None, cases=[case]) for case in numbered if case.pk not in with_header]
    return bare + [
        entry for entry in found.values() if entry.cases or entry.mentioned_in or entry.consultations
    ]


def _add_what_opens(found, viewer, purpose, headers):
    for case in headers.filter(main_subject__in=found):
        found[case.main_subject_id].cases.append(case)
    for consultation in Consultation.objects.visible_to(viewer, purpose).filter(person__in=found):
        found[consultation.person_id].consultations.append(consultation)
    rows = Row.objects.visible_to(viewer, purpose).filter(matters__subject__in=found)
    pairs = set(rows.order_by().values_list("matters__subject", "case"))
    others = Case.objects.visible_to(viewer, purpose).in_bulk({case for _, case in pairs})
    for person, case in sorted(pairs):
        if person in found and case in others and others[case].main_subject_id != person:
            found[person].mentioned_in.append(others[case])


def _numbered(words):
    """The condition that a case has the number typed: 令和8年度-0001, R8-1, 8-1, 2026-0001, 0001."""
    typed = NUMBER.fullmatch(unicodedata.normalize("NFKC", words).upper().replace("ー", "-").strip())
    if not typed or not 0 < int(typed["serial"]) < 100_000:
        return None
    same = Q(serial=int(typed["serial"]))
    if typed["year"]:
        year = 1 if typed["year"] == "元" else int(typed["year"])
        same &= Q(fiscal_year=year if year > 1900 else year + 2018)
    return same


def described(words):
    """The condition that a person is named like the words, or born on that day, in that month or year."""
    key = name_key(words)
    alike = Q(name_key__begins=key) | Q(kana_key__begins=key) if key else Q(pk__in=[])
    try:
        born = wareki.parse(words)
    except ValueError:
        return alike
    return alike | Q(birth_date__range=_span(born))


def _span(born):
    """First and last day of what was typed: a day, a month or a year."""
    day = born.date
    if born.precision == wareki.DAY:
        return day, day
    if born.precision == wareki.MONTH:
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return day.replace(month=1, day=1), day.replace(month=12, day=31)
