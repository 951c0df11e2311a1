"""What was seen and done. The only place that writes `AuditEntry`, always in the transaction of what it records."""

from cases.models.audit import AuditEntry
from cases.models.row import Row
from cases.visibility.register import CONFIDENTIAL


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


def saw(request, what, **on):
    """A page, list or print that showed confidential things."""
    return record(request, f"見る:{what}", **on)


def did(request, what, **on):
    """An act that changed something."""
    return record(request, f"行う:{what}", **on)


def was_refused(request, what, **on):
    """An act that the gate refused, with the rule that failed."""
    return record(request, f"拒まれた:{what}", **on)
