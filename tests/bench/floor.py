"""The floor: a bare Django page of the same size in lines and bytes, from constants, through the same middleware."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from nisshin_support.purpose import open_to_staff

CELLS = 8
TEMPLATE = """<!DOCTYPE html><html lang="ja"><title>床</title><table>{% for line in lines %}<tr>{% for cell in line %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table></html>"""
PAGES: dict[str, list[list[str]]] = {}


def lay(name: str, rows: int, size: int) -> None:
    """Remember a page of so many lines whose answer is about `size` bytes."""
    rows = max(rows, 1)
    letters = max((size // rows - CELLS * 10) // CELLS // 3, 1)  # three bytes a letter
    PAGES[name] = [["あ" * letters] * CELLS] * rows


@open_to_staff("shows constants only")
def page(request, name):
    """Lines of constants."""
    template = engines["django"].from_string(TEMPLATE) if not COMPILED else COMPILED[0]
    COMPILED[:] = [template]
    return HttpResponse(template.render({"lines": PAGES[name]}, request))


COMPILED: list = []
urlpatterns = [path("floor/<str:name>/", page, name="floor"), path("", include("nisshin_support.urls"))]
