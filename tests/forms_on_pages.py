"""The posting forms of a page as a browser would send them: what is in them, and something typed into each field."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from django.http import QueryDict

EMPTY_TAGS = {"input", "br", "hr", "img", "meta", "link"}
KEYS = {"csrfmiddlewaretoken", "form_key", "preview"}
CHOSEN = ("radio", "checkbox")


@dataclass
class Field:
    """One name in a form: its kind, what is in it, and what may be chosen."""

    name: str
    kind: str
    values: list = field(default_factory=list)
    choices: list = field(default_factory=list)
    is_date: bool = False
    is_asked: bool = False  # an error stands at it


@dataclass
class Form:
    """One posting form: where it goes, its fields by name, the names of its buttons."""

    action: str
    fields: dict = field(default_factory=dict)

    def data(self, *, typed=True, **changed):
        """What is posted: what is in the form, and (when typed) something in each empty field; then the changes."""
        posted = QueryDict(mutable=True)
        for found in self.fields.values():
            posted.setlist(found.name, found.values if any(found.values) or not typed else _typed(found))
        for name, value in changed.items():
            posted.setlist(name, value if isinstance(value, list) else [value])
        return {name: values for name, values in posted.lists() if values}

    def asked_for(self, data):
        """What to add to the data where this form, coming back, has an error: nobody typed there yet."""
        fields = [found for found in self.fields.values() if not any(data.get(found.name, []))]
        return {found.name: _typed(found) for found in fields if found.is_asked or found.kind in CHOSEN}


def _typed(found):
    """What somebody types or chooses: the first choice there is, today, or a word."""
    if found.kind in ("select", "radio", "checkbox"):
        return [choice for choice in found.choices if choice][:1]
    if found.kind == "hidden":
        return []
    return ["R8.6.10"] if found.is_date else ["試験"]


class _Reader(HTMLParser):
    def __init__(self, url, html):
        super().__init__()
        self.url, self.forms, self._form, self._select = url, [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form" and found.get("method", "").lower() == "post":
            self._form = Form(urljoin(self.url, found.get("action") or self.url))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._select:
            self._select.choices.append(found.get("value", ""))
            if "selected" in found:
                self._select.values.append(found.get("value", ""))
        elif found.get("name") and found["name"] not in KEYS and "disabled" not in found:
            self._take(tag, found)

    def _take(self, tag, found):
        name, kind = found["name"], found.get("type", "text") if tag == "input" else tag
        taken = self._form.fields.setdefault(name, Field(name, kind))
        taken.is_date = taken.is_date or "data-wareki" in found
        taken.is_asked = taken.is_asked or found.get("aria-invalid") == "true"
        if tag == "select":
            self._select = taken
        elif tag == "button" or kind in ("radio", "checkbox"):
            taken.choices.append(found.get("value", "on"))
            if "checked" in found or (tag == "button" and len(taken.choices) == 1):
                taken.values.append(found.get("value", "on"))
        elif tag == "input" and found.get("value"):
            taken.values.append(found["value"])
        self._textarea = taken if tag == "textarea" else None

    def handle_data(self, data):
        taken = getattr(self, "_textarea", None)
        if taken is not None and data.strip() and not taken.values:
            taken.values.append(data.strip())

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None


def forms_of(url, response):
    """The posting forms of a page (none in a file)."""
    if not response.headers["Content-Type"].startswith("text/html"):
        return []
    return _Reader(url, response.content.decode()).forms
