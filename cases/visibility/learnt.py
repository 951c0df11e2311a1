"""会議で知った or 自ら確認した: who must say where a fact was learnt (contract §3.4, last sentence)."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from cases.models.audit import AuditEntry
from cases.models.people import Person
from cases.models.row import Matter, Row
from cases.visibility.identity import same_person
from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.meeting import LegalBasis

DAYS_REMEMBERED = timedelta(days=90)


def items_seen_lately(user_id, people, day):
    """支援会議 items about any of `people` that the user saw, or sat at, within 90 days: what they then write about
    these people needs to say where it was learnt."""
    since = day - DAYS_REMEMBERED
    seen = AuditEntry.objects.order_by().filter(user=user_id, item=OuterRef("pk"), at__date__gte=since)
    sat = Attendance.objects.order_by().filter(
        item=OuterRef("pk"),
        user=user_id,
        checked_in_at__isnull=False,
        item__segment__meeting__day__gte=since,
    )
    statutory = AgendaItem.objects.filter(segment__legal_basis=LegalBasis.STATUTE)
    return statutory.filter(Q(Exists(seen)) | Q(Exists(sat))).filter(_about(people)).order_by("-pk")


def _about(people):
    """Condition on an item: its case, or a row on its table, is about one of these people (or the same person)."""
    keys = [person.pk for person in people]
    known = Person.objects.order_by().filter(pk__in=keys)
    main = known.filter(same_person("pk", OuterRef("case__main_subject")))
    lying = Row.objects.order_by().filter(
        Q(item=OuterRef(OuterRef("pk"))) | Q(enclosures__item=OuterRef(OuterRef("pk"))), pk=OuterRef("row")
    )
    spoken_of = known.filter(same_person("pk", OuterRef("subject")))
    rows = Matter.objects.order_by().filter(Exists(spoken_of), Exists(lying))
    return Q(Exists(main)) | Q(Exists(rows))
