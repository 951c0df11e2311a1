"""Guards that make forgetting impossible: each is shown to bite on a broken sample."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import path

from cases.models import Case
from cases.visibility import register
from nisshin_support import checks
from tests.factories import a_case, a_row, a_viewer
from tests.rendering import QueryWhileRendering

ROOT = Path(settings.BASE_DIR)
APPS = ("agencies", "cases", "meetings", "outreach", "nisshin_support")
# How a view may begin a query on a confidential model: through the gate, or by making something new.
THROUGH_THE_GATE = {
    "visible_to",
    "with_header_for",
    "writable_by",
    "editable_by",
    "concerning",
    "comparable_by",
    "to_answer_by",
    "tables_open_to",
    "to_enclose_in",
    "create",
    "none",
}
CONFIDENTIAL = {label.split(".")[1] for label in register.CONFIDENTIAL}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "services", "mixins", "misc"}
ARROWS = {
    "agencies": {"cases", "meetings", "outreach"},
    "cases": {"meetings", "outreach"},
    "meetings": {"outreach"},
    "outreach": {"meetings"},
}


def python_files(*folders):
    return [
        file
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if "migrations" not in file.parts and file.stat().st_size
    ]


def queries_around_the_gate(source):
    """`Model.objects.<x>` on a confidential model where <x> is not the gate."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr in ("objects", "_base_manager", "_default_manager")
            and isinstance(node.value.value, ast.Name)
            and node.value.value.id in CONFIDENTIAL
            and node.attr not in THROUGH_THE_GATE
        ):
            yield f"{node.value.value.id}.{node.value.attr}.{node.attr}:{node.lineno}"


def test_views_and_forms_query_confidential_models_only_through_the_gate():
    files = [file for file in python_files(*APPS) if {"views", "forms"} & set(file.parts)]
    files += [ROOT / "nisshin_support/home.py", ROOT / "nisshin_support/views.py"]
    around = {
        str(file.relative_to(ROOT)): found
        for file in files
        if (found := list(queries_around_the_gate(file.read_text("utf-8"))))
    }
    assert around == {}


def test_a_query_around_the_gate_is_noticed():
    assert list(queries_around_the_gate("x = Case.objects.filter(pk=1)")) == ["Case.objects.filter:1"]
    assert not list(queries_around_the_gate("x = Case.objects.visible_to(v, p)"))


@pytest.mark.django_db
def test_a_template_that_fetches_confidential_rows_is_noticed():
    lead = a_viewer()
    case = a_case(lead)
    a_row(case, lead)
    with pytest.raises(QueryWhileRendering):
        Template("{% for row in case.rows.all %}{{ row.text }}{% endfor %}").render(Context({"case": case}))


def test_every_route_states_its_purpose():
    assert checks.every_route_states_its_purpose(None) == []


def test_a_route_without_a_purpose_is_noticed(monkeypatch):
    silent = path("x/", lambda request: HttpResponse(), name="silent")
    monkeypatch.setattr(checks, "routes", lambda: [("silent", silent.callback)])
    assert [error.id for error in checks.every_route_states_its_purpose(None)] == ["nisshin.E001"]


def test_every_model_of_the_guarded_apps_is_known_to_the_gate():
    assert checks.every_model_is_known_to_the_gate(None) == []


def test_a_model_unknown_to_the_gate_is_noticed(monkeypatch):
    monkeypatch.delitem(register.CONFIDENTIAL, "cases.Record")
    assert [error.id for error in checks.every_model_is_known_to_the_gate(None)] == ["nisshin.E002"]


def test_no_confidential_model_is_in_the_admin():
    assert checks.no_confidential_model_in_the_admin(None) == []


def test_a_confidential_model_in_the_admin_is_noticed(monkeypatch):
    from django.contrib import admin

    monkeypatch.setitem(admin.site._registry, Case, object())
    assert [error.id for error in checks.no_confidential_model_in_the_admin(None)] == ["nisshin.E003"]


def test_purpose_and_viewer_have_no_default():
    with pytest.raises(TypeError):
        Case.objects.visible_to(object())  # type: ignore[call-arg]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_models_import_only_downwards():
    """agencies ← cases ← meetings, outreach; the gate alone looks at every app's tables."""
    wrong = []
    for app, above in ARROWS.items():
        for file in python_files(f"{app}/models"):
            tree = ast.parse(file.read_text("utf-8"))
            top = ast.Module(
                [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))], []
            )
            wrong += [f"{file.name}: {m}" for m in imported(top) if m.split(".")[0] in above]
    assert wrong == []


def test_no_app_imports_another_apps_views():
    wrong = [
        f"{file.relative_to(ROOT)}: {module}"
        for app in ARROWS
        for file in python_files(app)
        for module in imported(ast.parse(file.read_text("utf-8")))
        if re.match(r"(agencies|cases|meetings|outreach)\.views", module) and not module.startswith(f"{app}.")
    ]
    assert wrong == []


def test_files_and_functions_stay_small():
    long = [
        f"{f.relative_to(ROOT)}" for f in python_files(*APPS) if len(f.read_text("utf-8").splitlines()) > 400
    ]
    long += [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in python_files(*APPS)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno >= 50
    ]
    long += [
        str(file.relative_to(ROOT))
        for file in (ROOT / "templates").rglob("*.html")
        if len(file.read_text("utf-8").splitlines()) > 120
    ]
    assert long == []


def test_no_room_has_a_name_that_says_nothing():
    assert [
        str(f) for f in python_files(*APPS) if f.stem in FORBIDDEN_NAMES or f.parent.name in FORBIDDEN_NAMES
    ] == []


def test_every_template_is_used():
    everything = "\n".join(
        file.read_text("utf-8")
        for folder in (*APPS, "templates")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".py", ".html")
    )
    found_by_name = {"404.html", "403.html", "403_csrf.html", "500.html"}
    unused = [
        str(name)
        for file in (ROOT / "templates").rglob("*.html")
        if (name := file.relative_to(ROOT / "templates")).parts[0] not in ("admin", "nisshin", "registration")
        and str(name) not in found_by_name
        and str(name) not in everything
    ]
    assert unused == []


def test_forms_that_post_carry_their_tokens():
    """Every posting form of ours has the CSRF token and the key that makes a double sending act once."""
    wrong = []
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text("utf-8")
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', text, re.S):
            if "csrf_token" not in form and "hx-post" not in form:
                wrong.append(str(file.relative_to(ROOT)))
    assert wrong == []
