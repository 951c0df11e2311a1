"""会議で知った or 自ら確認した: who must say where a fact was learnt (contract §3.4, last sentence)."""

from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from cases.models.audit import AuditEntry
from cases.models.row import Matter, Row
from cases.visibility.identity import same_person
from meetings.models.agenda import AgendaItem, Attendance
from meetings.models.meeting import LegalBasis

DAYS_REMEMBERED = timedelta(days=90)


def items_seen_lately(user_id, people, day):
    """支援会議 items about any of `people` that the user saw, or sat at, within 90 days: what they then write about
    these people needs to say where it was learnt. Asked of the database's function: also an item that has been closed
    to the user since was seen."""
    keys = [person.pk for person in people]
    asked = "SELECT DISTINCT unnest(gate.seen_lately(%s, person, %s)) FROM unnest(%s::bigint[]) AS person"
    with connection.cursor() as cursor:
        cursor.execute(asked, [user_id, day - DAYS_REMEMBERED, keys])
        found = [item for (item,) in cursor.fetchall()]
    return AgendaItem.objects.filter(pk__in=found).order_by("-pk")


def items_seen_since(user_id, person, since):
    """The rule: a 支援会議 item about the person (or one who is the same) that the user saw or sat at since a day."""
    seen = AuditEntry.objects.order_by().filter(user=user_id, item=OuterRef("pk"), at__date__gte=since)
    sat = Attendance.objects.order_by().filter(
        item=OuterRef("pk"),
        user=user_id,
        checked_in_at__isnull=False,
        item__segment__meeting__day__gte=since,
    )
    statutory = AgendaItem.objects.order_by().filter(segment__legal_basis=LegalBasis.STATUTE)
    return statutory.filter(Q(Exists(seen)) | Q(Exists(sat))).filter(_about(person))


def _about(person):
    """Condition on an item: its case, or a row on its table, is about the person."""
    lying = Row.objects.order_by().filter(
        Q(item=OuterRef(OuterRef("pk"))) | Q(enclosures__item=OuterRef(OuterRef("pk"))), pk=OuterRef("row")
    )
    rows = Matter.objects.order_by().filter(same_person("subject", person)).filter(Exists(lying))
    return same_person("case__main_subject", person) | Q(Exists(rows))
