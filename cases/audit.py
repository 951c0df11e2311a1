"""What was seen and done. The only place that writes `AuditEntry`, always in the transaction of what it records."""

from cases.models.audit import AuditEntry
from cases.models.row import Row
from cases.visibility import Purpose
from cases.visibility.register import CONFIDENTIAL

OWN, OTHERS, BEFORE_A_MEETING = "S1", "S2–S6", "3.2"


def record(
    request, act, *, case=None, item=None, rows=(), things=(), shown=(), form=None, rule="", reason=""
):
    """One entry: who, through which membership, for which purpose, did or saw what. Keys only, never contents.

    `shown` may hold confidential records of any kind; `form` names those that its fields offer to choose.
    """
    viewer, shown = request.viewer, [*shown, *_offered_by(form)]
    keys = [row.pk for row in rows] + [each.pk for each in shown if isinstance(each, Row)]
    return AuditEntry.objects.create(
        user=viewer.user if viewer else None,
        membership=viewer.membership if viewer else None,
        agency=viewer.agency if viewer else None,
        purpose=request.purpose or "",
        act=act,
        rule=rule,
        case=case,
        item=item,
        rows=list(dict.fromkeys(keys)),
        things=list(dict.fromkeys([*map(str, things), *_named(shown)])),
        reason=reason,
    )


def _offered_by(form):
    fields = form.fields.values() if form else ()
    return [thing for field in fields for thing in getattr(field, "things", {}).values()]


def _named(shown):
    """Confidential records that are no rows, by kind and public id."""
    others = [each for each in shown if not isinstance(each, Row) and each._meta.label in CONFIDENTIAL]
    return [f"{each._meta.model_name}:{each.public_id}" for each in others]


def _clauses(request, rows):
    """Which clauses can have opened these rows: one's own agency's, or one of those for others'."""
    if request.purpose == Purpose.PREPARATION:
        return BEFORE_A_MEETING
    if request.purpose != Purpose.SUPPORT:
        return ""
    mine = [vars(row).get("recorded_by_id") == request.viewer.agency_id for row in rows]
    return "、".join([OWN] * any(mine) + [OTHERS] * (not all(mine)))


def saw(request, what, **on):
    """A page, list or print that showed confidential things; by which clauses of the contract, where none is named."""
    on["rows"] = list(on.get("rows", ()))
    return record(request, f"見る:{what}", **{"rule": _clauses(request, on["rows"]), **on})


def did(request, what, **on):
    """An act that changed something."""
    return record(request, f"行う:{what}", **on)


def was_refused(request, what, **on):
    """An act that the gate refused, with the rule that failed."""
    return record(request, f"拒まれた:{what}", **on)
