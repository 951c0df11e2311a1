"""名寄せ in the gate: records of the register that are one person (contract §2 end, §3.5).

A link opens nothing. Separations, conflicts and death unite over it, and consent needs every record.
"""

from django.db.models import BooleanField, F, Func, Q

from cases.models.identity import PersonLink
from cases.models.people import ConflictOfInterest, Person, Separation
from cases.visibility import decisions
from cases.visibility.decisions import conflicted
from cases.visibility.prepared import ids
from cases.visibility.purposes import Purpose, Viewer
from cases.visibility.succession import taken_over


class IsSamePerson(Func):
    """`one` is the record `other`, or is linked to it. An array, because an "or" of sub-queries finds no index."""

    output_field = BooleanField()

    def as_sql(self, compiler, connection, **context):  # type: ignore[override]
        one, of_one = compiler.compile(self.source_expressions[0])
        other, of_other = compiler.compile(self.source_expressions[1])
        records = (
            f"ARRAY[{other}]::bigint[]"
            f" || ARRAY(SELECT second_id FROM cases_personlink WHERE undone_on IS NULL AND first_id = {other})"
            f" || ARRAY(SELECT first_id FROM cases_personlink WHERE undone_on IS NULL AND second_id = {other})"
        )
        return f"{one} = ANY({records})", [*of_one, *of_other, *of_other, *of_other]


def same_person(field, person):
    """The condition that `field` names `person` or a record linked to it."""
    return Q(IsSamePerson(F(field), person))


def separations_of(one, other):
    """Separations not lifted between two people, whichever record they were made on and whoever was named first."""
    apart = Separation.objects.order_by().filter(lifted_by__isnull=True)
    one_way = same_person("first", one) & same_person("second", other)
    other_way = same_person("second", one) & same_person("first", other)
    return apart.filter(one_way | other_way)


def kept_apart():
    """Everybody who is one side of a standing separation, under whichever record: few people of many."""
    apart = Separation.objects.order_by().filter(lifted_by__isnull=True)
    links = PersonLink.objects.order_by().filter(undone_on__isnull=True)
    sides = [apart.values("first"), apart.values("second")]
    linked = [links.filter(second__in=side).values("first") for side in sides]
    linked += [links.filter(first__in=side).values("second") for side in sides]
    return sides[0].union(sides[1], *linked)


def links_of(person):
    """Standing links of a person (OuterRef)."""
    return PersonLink.objects.order_by().filter(Q(first=person) | Q(second=person), undone_on__isnull=True)


def conflicted_people(user_id, agency_id, day):
    """People for whom the staff member, the agency or one it succeeded has a recorded conflict: every purpose is
    closed (§3). With them the records that are the same person."""
    recorded = ConflictOfInterest.objects.order_by().filter(
        Q(user=user_id) | Q(agency=agency_id) | Q(agency__among=taken_over(agency_id, day))
    )
    people, links = recorded.values("person"), PersonLink.objects.order_by().filter(undone_on__isnull=True)
    return people.union(
        links.filter(second__in=people).values("first"), links.filter(first__in=people).values("second")
    )


# --- the purpose 名寄せ ------------------------------------------------------------------------------------------------


def _unconflicted(viewer: Viewer):
    return ~conflicted("pk", viewer)


def identity_candidates(people, viewer: Viewer, purpose: Purpose):
    """People as 名寄せ may compare them: name, kana, birth date, separation flag; no cases (§3.5)."""
    if purpose != Purpose.IDENTITY or not viewer.may_act_for(purpose):
        return people.none()
    return people.filter(pk__among=ids(Person, _unconflicted, viewer))


def visible_links(links, viewer: Viewer, purpose: Purpose):
    """Links between people whom 名寄せ may compare."""
    people = identity_candidates(Person.objects.order_by(), viewer, purpose).values("pk")
    return links.filter(first__in=people, second__in=people)


def separated_among(people) -> set[int]:
    """Keys of these people who are one side of some standing separation: the flag that 名寄せ shows."""
    flagged = Person.objects.filter(decisions.kept_apart("pk"), pk__in=[person.pk for person in people])
    return set(flagged.values_list("pk", flat=True))
