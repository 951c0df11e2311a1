"""Consents as screens ask about them: who sees what now, which statements still count, which authorities one knows.

Every answer comes from `consent_in_force`; nothing is decided a second time here.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from agencies.models import Agency
from agencies.models.staff import Role
from cases.models.case import Case
from cases.models.consent import Consent
from cases.models.people import Person
from cases.models.row import Category, Row
from cases.visibility import Purpose, Viewer, visible_consents
from cases.visibility.acts import leads, takes_part
from cases.visibility.consent import consent_in_force
from cases.visibility.support import conflicted_people, leading


def visible_authorities(authorities, viewer: Viewer, purpose: Purpose):
    """Of people of cases that the viewer's agency leads (main subject, subject of a row it sees), or behind a consent
    that the viewer sees whole."""
    if purpose != Purpose.SUPPORT or not viewer.may_act_for(purpose):
        return authorities.none()
    led = Case.objects.visible_to(viewer, purpose).filter(pk__in=leading(viewer)).order_by()
    rows = Row.objects.visible_to(viewer, purpose).filter(case__in=led.values("pk")).order_by()
    consents = visible_consents(Consent.objects.order_by(), viewer, purpose)
    known = (
        Q(person__in=led.values("main_subject"))
        | Q(person__in=rows.values("matters__subject"))
        | Q(pk__in=consents.filter(authority__isnull=False).values("authority"))
    )
    return authorities.filter(known).exclude(person__in=conflicted_people(viewer))


def sees_consents_whole(viewer: Viewer, case) -> bool:
    """Whether the viewer sees this case's statements whole: the lead, the coordinator's agency taking part (§1)."""
    return leads(viewer, case) or viewer.role == Role.COORDINATOR and takes_part(viewer, case)


def shared_now(people, agencies, day) -> dict[tuple[int, int], set[Category]]:
    """(person, agency) → the categories that the agency may see of the person on `day`. One query."""
    persons = Person.objects.order_by().filter(pk__in=[person.pk for person in people])
    columns = {f"c{category.value}": _people_shared(persons, category, day) for category in Category}
    found: dict[tuple[int, int], set[Category]] = {}
    for agency in Agency.objects.filter(pk__in=[one.pk for one in agencies]).annotate(**columns):
        for category in Category:
            for person in getattr(agency, f"c{category.value}"):
                found.setdefault((person, agency.pk), set()).add(category)
    return found


def _people_shared(persons, category, day):
    consented = consent_in_force(OuterRef("pk"), OuterRef(OuterRef("pk")), category.value, day)
    return ArraySubquery(persons.filter(Exists(consented)).values("pk"))


def categories_in_force(consents, day, agency=None) -> dict[int, set[Category]]:
    """For each statement the categories it still opens on `day`, towards `agency` or towards anybody. One query."""
    columns = {f"c{category.value}": _still_opens(category, day, agency) for category in Category}
    keys = [consent.pk for consent in consents]
    rows = Consent.objects.filter(pk__in=keys).order_by().annotate(**columns).values("pk", *columns)
    return {row["pk"]: {category for category in Category if row[f"c{category.value}"]} for row in rows}


def _still_opens(category, day, agency):
    if agency is not None:
        by_it = consent_in_force(OuterRef("person"), agency.pk, category.value, day)
        return Exists(by_it.filter(pk=OuterRef("pk")))
    by_it = consent_in_force(OuterRef(OuterRef("person")), OuterRef("pk"), category.value, day)
    return Exists(Agency.objects.order_by().filter(Exists(by_it.filter(pk=OuterRef(OuterRef("pk"))))))
