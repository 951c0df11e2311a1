"""名寄せ: which records of the register may be one person. Only names, readings and birth dates are compared (§3.5)."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Exists, OuterRef, Q

from cases.models import Person, PersonLink
from cases.visibility.identity import separated_among

MOST_PAIRS, MOST_OF_A_NAME = 50, 12


@dataclass(frozen=True)
class Candidate:
    """One record as 名寄せ shows it: nothing of cases, agencies or numbers."""

    public_id: str
    name: str
    kana: str
    born: object
    is_flagged: bool


def as_candidates(people):
    """{key: candidate} of these people; one query for the flags, however many."""
    flagged = separated_among(people)
    return {
        person.pk: Candidate(person.public_id, person.name, person.kana, person.birth, person.pk in flagged)
        for person in people
    }


def likely_pairs(people):
    """Pairs among `people` (a queryset of those who may be compared) that agree and are not joined yet.

    Same name or same reading, and no two different birth dates. Pairs with the same birth date come first.
    """
    twins = Person.objects.order_by().filter(
        Q(name_key=OuterRef("name_key")) | Q(kana_key=OuterRef("kana_key")) & ~Q(kana_key="")
    )
    alike = people.filter(Exists(twins.exclude(pk=OuterRef("pk"))))
    groups = defaultdict(list)
    for person in alike:
        for key in {("name", person.name_key), ("kana", person.kana_key or person.name_key)}:
            groups[key].append(person)
    found = {}
    for group in groups.values():
        for one, other in combinations(group[:MOST_OF_A_NAME], 2):
            if agreement(one, other):
                found[frozenset((one.pk, other.pk))] = (one, other)
    return _unjoined(found)


def _unjoined(found):
    keys = {key for pair in found for key in pair}
    joined = (
        PersonLink.objects.standing().filter(first__in=keys, second__in=keys).values_list("first", "second")
    )
    for pair in joined:
        found.pop(frozenset(pair), None)
    return sorted(
        found.values(), key=lambda pair: (-agreement(*pair), pair[0].kana_key, pair[0].pk, pair[1].pk)
    )


def agreement(one, other):
    """2 with the same birth date, 1 where one of them is not known to the day, 0 where they differ."""
    if not (_is_sure(one) and _is_sure(other)):
        return 1
    return 2 if one.birth_date == other.birth_date else 0


def _is_sure(person):
    return person.birth_date and person.birth_precision == Person.Precision.DAY and not person.birth_estimated
