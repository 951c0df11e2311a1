"""町名: the names offered while a town is typed. Any other text is accepted too."""

import csv
from functools import cache

from django.conf import settings
from django.forms import TextInput

ROSTER_FOLDER = settings.BASE_DIR / "fixtures"


@cache
def towns():
    """The city's 町丁目, from the roster folder's *towns.csv; empty where a city has put none."""
    found = []
    for path in sorted(ROSTER_FOLDER.glob("*towns.csv")):
        with open(path, encoding="utf-8-sig", newline="") as file:
            found += [row["大字町丁目名"] for row in csv.DictReader(file)]
    return tuple(dict.fromkeys(found))


class TownInput(TextInput):
    """A text input that offers the towns as one types."""

    template_name = "agencies/_town_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(
            name, value, {**(attrs or {}), "list": f"{name}-towns", "autocomplete": "off"}
        )
        return {**context, "towns": towns(), "list_id": f"{name}-towns"}
