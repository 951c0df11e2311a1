"""The decision as a snapshot keeps it: what the gate answers now for each attendee, as keys without words (§5).

Everything here is asked of the gate itself. Only what follows from its answer is put together: which statements of
consent stand behind what an agency sees. The number of questions grows with the items, never with rows or people.
"""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, IntegerField, OuterRef, Q, Value

from cases.models import Consent, Matter, Row
from cases.models.row import InformationCategory
from cases.visibility import Purpose
from cases.visibility.decisions import holds
from meetings.models import AgendaItem
from meetings.seats import seated_at_each


@dataclass(frozen=True)
class Sight:
    """What lies open to one attendee at an item, or on a paper made for them. Nobody acts without a membership."""

    membership: object
    header: bool
    rows: frozenset
    checked_in: bool = True


def at_tables_of(segment, day) -> dict:
    """The whole segment as it is decided on `day`: every item still on the agenda, everybody selected for it."""
    items = segment.items.still_on().select_related("segment__meeting", "case").order_by("order", "pk")
    items = list(items)
    seated = seated_at_each(items, day)
    return _written(segment, [(item, _sights(item, seated[item.pk])) for item in items], day)


def on_paper(item, membership, rows, header, day) -> dict:
    """What one paper carries for one reader."""
    return _written(
        item.segment, [(item, [Sight(membership, header, frozenset(row.pk for row in rows))])], day
    )


def _sights(item, seated) -> list[Sight]:
    """What the gate opens to each of those selected; two questions for all of them."""
    acting = [one for one in seated if one.viewer]
    if not acting:
        return []
    headers, rows = [], []
    for place, one in enumerate(acting):
        at = {"place": Value(place, output_field=IntegerField())}
        of_item = AgendaItem.objects.order_by().filter(pk=item.pk).visible_to(one.viewer, Purpose.MEETING)
        of_rows = Row.objects.order_by().visible_to(one.viewer, Purpose.MEETING, item)
        headers.append(of_item.annotate(**at).values_list("place", "pk"))
        rows.append(of_rows.annotate(**at).values_list("place", "pk"))
    open_headers = {place for place, _ in _together(headers)}
    seen: dict[int, set[int]] = {}
    for place, key in _together(rows):
        seen.setdefault(place, set()).add(key)
    return [
        Sight(
            one.viewer.membership,
            place in open_headers,
            frozenset(seen.get(place, ())),
            one.seat.checked_in_at is not None,
        )
        for place, one in enumerate(acting)
    ]


def _together(questions):
    first, *others = questions
    return first.union(*others, all=True) if others else first


# --- written down ----------------------------------------------------------------------------------------------------


def _written(segment, decided, day) -> dict:
    """Basis, day and items; rows and people by key, so that not one word is kept."""
    keys = {key for _, sights in decided for sight in sights for key in sight.rows}
    rows = {row.pk: row for row in Row.objects.order_by("pk").filter(pk__in=keys)}
    pairs: dict[int, list] = {}
    matters = Matter.objects.filter(row__in=keys).order_by("subject", "category")
    for row, subject, category in matters.values_list("row", "subject", "category"):
        pairs.setdefault(row, []).append([subject, category])
    items = [_item(item, sights, rows, pairs, day) for item, sights in decided]
    return {"basis": segment.legal_basis, "meeting_day": f"{segment.meeting.day}", "items": items}


def _item(item, sights, rows, pairs, day) -> dict:
    seen = sorted({key for sight in sights for key in sight.rows})
    behind = {} if item.segment.is_statutory else _statements(item, sights, pairs, day)
    return {
        "item": item.public_id,
        "order": item.order,
        "kind": item.kind,
        "brought_by": item.brought_by_id,
        "main_subject": item.case.main_subject_id,
        "no_consent_reason": item.no_consent_reason,
        "rows": [_row(rows[key], pairs.get(key, [])) for key in seen],
        "people": [_person(item, sight, rows, pairs, behind) for sight in sights],
    }


def _row(row, pairs) -> dict:
    return {
        "row": row.public_id,
        "kind": row.kind,
        "version": row.version,
        "recorded_by": row.recorded_by_id,
        "pairs": pairs,
    }


def _person(item, sight, rows, pairs, behind) -> dict:
    agency, seen = sight.membership.agency_id, sorted(sight.rows)
    said = behind.get(agency, []) if sight.header or seen else []
    others = [key for key in seen if rows[key].recorded_by_id != agency]
    needed = {tuple(pair) for key in others for pair in pairs.get(key, [])}
    known = {(one["person"], category) for one in said for category in one["opens"]}
    on_main = agency == item.brought_by_id or any(one["person"] == item.case.main_subject_id for one in said)
    sees_by_consent = not item.segment.is_statutory and bool(sight.header or seen)
    return {
        "membership": sight.membership.pk,
        "agency": agency,
        "checked_in": sight.checked_in,
        "header": sight.header,
        "rows": [rows[key].public_id for key in seen],
        "consents": [one for one in said if _stands_behind(one, item, needed)],
        # A statement kept in another case of the same person is not this writer's to read.
        "consent_elsewhere": sees_by_consent and not (on_main and needed <= known),
    }


def _stands_behind(said, item, needed) -> bool:
    """It opens a pair of what is seen; or it is the main subject's own, on which the item rests (M4)."""
    main = said["person"] == item.case.main_subject_id
    return main or any((said["person"], category) in needed for category in said["opens"])


def _statements(item, sights, pairs, day) -> dict[int, list[dict]]:
    """{agency: the statements that open something to it on the deciding days}; one question."""
    agencies = sorted({sight.membership.agency_id for sight in sights})
    if not agencies:
        return {}
    people = {subject for sight in sights for key in sight.rows for subject, _ in pairs.get(key, [])}
    people.add(item.case.main_subject_id)
    days = {item.segment.meeting.day, min(day, item.segment.meeting.day)}
    found: dict[int, list[dict]] = {}
    for agency, person, opens, *said in _together([_opened(people, agency, days) for agency in agencies]):
        if opens:
            names = ("public_id", "given_on", "form_version", "until_day")
            told = {name: value and str(value) for name, value in zip(names, said, strict=True)}
            found.setdefault(agency, []).append({"person": person, "opens": opens, **told})
    return {agency: sorted(said, key=lambda one: one["public_id"]) for agency, said in found.items()}


def _opened(people, agency, days):
    on_a_day = Q()
    for day in sorted(days):
        on_a_day |= holds(OuterRef("pk"), agency, F("number"), day)
    opens = InformationCategory.objects.order_by("number").filter(on_a_day).values("number")
    given = Consent.objects.order_by().filter(person__in=people, kind=Consent.Kind.GIVEN)
    given = given.annotate(place=Value(agency, output_field=IntegerField()), opens=ArraySubquery(opens))
    return given.values_list("place", "person", "opens", "public_id", "given_on", "form_version", "until_day")
