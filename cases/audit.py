"""What was seen and done. The only place that writes `AuditEntry`, always in the transaction of what it records."""

from cases.models.audit import AuditEntry


def record(request, act, *, case=None, item=None, rows=(), things=(), rule="", reason=""):
    """One entry: who, through which membership, for which purpose, did or saw what. Keys only, never contents."""
    viewer = request.viewer
    return AuditEntry.objects.create(
        user=viewer.user if viewer else None,
        membership=viewer.membership if viewer else None,
        agency=viewer.agency if viewer else None,
        purpose=request.purpose or "",
        act=act,
        rule=rule,
        case=case,
        item=item,
        rows=[row.pk for row in rows],
        things=[str(thing) for thing in things],
        reason=reason,
    )


def saw(request, what, **on):
    """A page, list or print that showed confidential things."""
    return record(request, f"見る:{what}", **on)


def did(request, what, **on):
    """An act that changed something."""
    return record(request, f"行う:{what}", **on)


def was_refused(request, what, **on):
    """An act that the gate refused, with the rule that failed."""
    return record(request, f"拒まれた:{what}", **on)
