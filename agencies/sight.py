"""What in the roster gives somebody sight, field by field: such a change waits for a second person (contract §3.5).

Everything else — names, addresses, and whatever only takes sight away — is written at once.
"""

from django.apps import apps


def changes(old, new):
    """Another person, agency or role: whoever comes in gains."""
    return old != new


def grows_backward(old, new):
    """A period that begins earlier, an acknowledgement that holds earlier; none before means never."""
    return new is not None and (old is None or new < old)


def grows_forward(old, new):
    """A period that ends later; no end means for ever."""
    return old is not None and (new is None or new > old)


def is_switched_on(old, new):
    """A setting or an account that was off."""
    return bool(new and not old)


def rises(old, new):
    """More days during which something stays open."""
    return new > old


def falls(old, new):
    """A threshold that hides less."""
    return new < old


def gains(old, new):
    """A list of agencies with one more."""
    return bool(set(new) - set(old))


# By model: the fields that give sight, each with when it does. Dates stand as ISO text, what is pointed to by key.
WIDENING = {
    "agencies.Membership": {
        "user": changes,
        "agency": changes,
        "role": changes,
        "from_day": grows_backward,
        "until_day": grows_forward,
    },
    "meetings.RosterTerm": {
        "user": changes,
        "agency": changes,
        "from_day": grows_backward,
        "until_day": grows_forward,
        "acknowledged_on": grows_backward,
    },
    "agencies.Agency": {"from_day": grows_backward, "until_day": grows_forward},
    "agencies.AgencyList": {"from_day": grows_backward, "agencies": gains},
    "agencies.CitySetting": {
        "oral_consent_counts": is_switched_on,
        "meeting_open_days": rises,
        "published_threshold": falls,
    },
    "agencies.User": {"is_active": is_switched_on},
}
# Of a log-in, what a proposal may say: never a password, never a Django right.
ACCOUNT_FIELDS = ("username", "name", "kana", "is_active")
# A new agency is nobody yet: it gives sight only through its people and through the lists that name it.
NEW_AT_ONCE = {"agencies.Agency"}


def gives_sight(model):
    """Whether changes of this model may have to wait."""
    return model._meta.label in WIDENING


def gives_sight_when_new(model):
    """Whether adding one has to wait as a whole."""
    return gives_sight(model) and model._meta.label not in NEW_AT_ONCE


def values_of(thing):
    """What can be edited of a thing, as plain values: dates as ISO text, what is pointed to by key, lists sorted."""
    meta = thing._meta
    names = ACCOUNT_FIELDS if is_account(meta.label) else [f.name for f in meta.concrete_fields if f.editable]
    found = {name: _plain(getattr(thing, meta.get_field(name).attname)) for name in names if name != "id"}
    if thing.pk:
        found |= {
            field.name: sorted(_keys(thing, field)) for field in meta.many_to_many if _guards(meta, field)
        }
    return found


def guarded_values_of(thing):
    """Only the fields that a change of the thing's sight turns on."""
    return {name: value for name, value in values_of(thing).items() if name in WIDENING[thing._meta.label]}


def widening(label, before, after):
    """The names of the fields by which `after` gives more sight than `before`."""
    return [
        name
        for name, grows in WIDENING[label].items()
        if name in after and after[name] != before[name] and grows(before[name], after[name])
    ]


def put(thing, values):
    """Set plain values on a thing, without saving; lists of agencies are left to `put_lists`."""
    for name, value in values.items():
        field = thing._meta.get_field(name)
        if not field.many_to_many:
            setattr(thing, field.attname, field.to_python(value))


def put_lists(thing, values):
    """Set the lists of agencies of a saved thing."""
    for field in thing._meta.many_to_many:
        if field.name in values:
            getattr(thing, field.name).set(values[field.name])


def model_of(label):
    """The model that a label names."""
    return apps.get_model(label)


def is_account(label):
    """Whether the model is the log-in: a new one gets a password, and its memberships with it."""
    return label == "agencies.User"


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _guards(meta, field):
    return field.name in WIDENING.get(meta.label, {})


def _keys(thing, field):
    return getattr(thing, field.name).values_list("pk", flat=True)
