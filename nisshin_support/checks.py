"""System checks: every route states its purpose, every confidential model is known to the gate, none is in the admin."""

from django.apps import apps
from django.contrib import admin
from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

GUARDED_APPS = ("cases", "meetings", "outreach")


def routes(resolver=None, namespace=""):
    """Every (full name, callback) of the project; the admin's own are left to its wrapped site."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.callback


@register()
def every_route_states_its_purpose(app_configs, **kwargs):
    """A route is marked `for_purpose`, `open_to_staff` or `open_to_anyone`, each with what it needs."""
    return [
        Error(f"route {name!r} states no purpose", hint="use nisshin_support.purpose", id="nisshin.E001")
        for name, callback in routes()
        if not (getattr(callback, "purposes", None) or getattr(callback, "open_rationale", None))
    ]


@register()
def every_model_is_known_to_the_gate(app_configs, **kwargs):
    """Each model of the guarded apps says how the gate reaches it, or why it is not confidential."""
    from cases.visibility.register import CONFIDENTIAL, NOT_CONFIDENTIAL

    known = {**CONFIDENTIAL, **NOT_CONFIDENTIAL}
    return [
        Error(f"{model._meta.label} is not in the gate's register", id="nisshin.E002")
        for app in GUARDED_APPS
        for model in apps.get_app_config(app).get_models()
        if model._meta.label not in known
    ]


@register()
def no_confidential_model_in_the_admin(app_configs, **kwargs):
    """Roster administrators see no case."""
    from cases.visibility.register import CONFIDENTIAL

    return [
        Error(f"{model._meta.label} is confidential and registered in the admin", id="nisshin.E003")
        for model in admin.site._registry
        if model._meta.label in CONFIDENTIAL
    ]
