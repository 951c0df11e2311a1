"""Choice fields over things that the view has fetched through the gate: by public id, nothing else offered."""

from django import forms


def named(things):
    """Choices of things by their public ids."""
    return [(thing.public_id, str(thing)) for thing in things]


def agencies_in_groups(agencies, first=(), first_title="このケースに関わっている機関"):
    """Choices of agencies: those in `first` in a group of their own on top, the others by kind."""
    on_top = {agency.pk for agency in first}
    groups = {first_title: [agency for agency in agencies if agency.pk in on_top]}
    for agency in agencies:
        if agency.pk not in on_top:
            groups.setdefault(agency.get_kind_display(), []).append(agency)
    return [(title, named(members)) for title, members in groups.items() if members]


class OneOf(forms.ChoiceField):
    """One of the things offered; cleans to the thing itself, or None."""

    things: dict = {}

    def offer(self, things, choices=None, empty="選んでください", key="public_id"):
        """Offer these things; `choices` groups or words them, `empty` is the first line."""
        self.things = {str(getattr(thing, key)): thing for thing in things}
        offered = [(name, str(thing)) for name, thing in self.things.items()] if choices is None else choices
        self.choices = [("", empty), *offered]

    def clean(self, value):
        return self.things.get(super().clean(value))


class SomeOf(forms.MultipleChoiceField):
    """Some of the things offered; cleans to a list of them, in the order of the offer."""

    things: dict = {}
    widget = forms.CheckboxSelectMultiple

    def offer(self, things, choices=None):
        """Offer these things; `choices` groups or words them."""
        self.things = {thing.public_id: thing for thing in things}
        self.choices = named(self.things.values()) if choices is None else choices

    def clean(self, value):
        chosen = set(super().clean(value))
        return [thing for key, thing in self.things.items() if key in chosen]
