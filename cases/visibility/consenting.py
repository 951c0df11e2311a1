"""Consents as screens ask about them: who sees what now, which statements still count, which authorities one knows.

Every answer comes from the gate's own decisions; nothing is decided a second time here.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject

from agencies.models import Agency
from cases.models.case import Case
from cases.models.consent import Consent
from cases.models.people import Person
from cases.models.row import Category, InformationCategory, Row
from cases.visibility import Purpose, Viewer, cases_with_whole_consents, visible_consents
from cases.visibility.decisions import conflicted, consented, holds
from cases.visibility.support import leading


def visible_authorities(authorities, viewer: Viewer, purpose: Purpose):
    """Of people of cases that the viewer's agency leads (main subject, subject of a row it sees), or behind a consent
    that the viewer sees whole."""
    if purpose != Purpose.SUPPORT or not viewer.may_act_for(purpose):
        return authorities.none()
    led = Case.objects.visible_to(viewer, purpose).filter(pk__among=leading(viewer)).order_by()
    rows = Row.objects.visible_to(viewer, purpose).filter(case__among=led.values("pk")).order_by()
    consents = visible_consents(Consent.objects.order_by(), viewer, purpose)
    known = (
        Q(person__among=led.values("main_subject"))
        | Q(person__in=rows.values("matters__subject"))
        | Q(pk__in=consents.filter(authority__isnull=False).values("authority"))
    )
    return authorities.filter(known).exclude(conflicted("person", viewer))


def sees_consents_whole(viewer: Viewer, case) -> bool:
    """Whether the viewer sees this case's statements whole: the lead, the coordinator's agency taking part (§1)."""
    cases = Case.objects.order_by().filter(pk=case.pk)
    return cases_with_whole_consents(cases, viewer, Purpose.SUPPORT).exists()


def shared_now(people, agencies, day) -> dict[tuple[int, int], set[Category]]:
    """(person, agency) → the categories that the agency may see of the person on `day`. One query."""
    person, agency = OuterRef("pk"), OuterRef(OuterRef("pk"))
    shared = _categories(consented(person, agency, F("number"), day))
    persons = Person.objects.order_by().filter(pk__in=[person.pk for person in people])
    of_people = persons.annotate(shared=ArraySubquery(shared)).values(
        one=JSONObject(person="pk", shared="shared")
    )
    asked = Agency.objects.filter(pk__in=[one.pk for one in agencies]).annotate(
        of_people=ArraySubquery(of_people)
    )
    return {
        (one["person"], agency.pk): {Category(number) for number in one["shared"]}
        for agency in asked
        for one in agency.of_people
    }


def categories_in_force(consents, day, agency=None) -> dict[int, set[Category]]:
    """For each statement the categories it still opens on `day`, towards `agency` or towards anybody. One query."""
    statements = Consent.objects.order_by().filter(pk__in=[consent.pk for consent in consents])
    opened = statements.annotate(opened=ArraySubquery(_still_opened(day, agency)))
    return {
        key: {Category(number) for number in numbers} for key, numbers in opened.values_list("pk", "opened")
    }


def categories_shared(person, day) -> set[Category]:
    """The categories of `person` that some agency may see by consent on `day`. One query."""
    somebody = Agency.objects.order_by().filter(consented(person.pk, F("pk"), OuterRef("number"), day))
    numbers = InformationCategory.objects.filter(Exists(somebody)).values_list("number", flat=True)
    return {Category(number) for number in numbers}


def _categories(condition):
    return InformationCategory.objects.order_by("number").filter(condition).values("number")


def _still_opened(day, agency):
    """The categories of a statement (one level out) that it opens towards `agency`, or towards anybody."""
    if agency is not None:
        return _categories(holds(OuterRef("pk"), agency.pk, F("number"), day))
    somebody = Agency.objects.order_by().filter(
        holds(OuterRef(OuterRef("pk")), F("pk"), OuterRef("number"), day)
    )
    return _categories(Exists(somebody))
