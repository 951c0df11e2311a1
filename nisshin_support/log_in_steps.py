"""Between the password and the work: the code of the second factor, and an own password instead of a first one.

Until both are done there is no viewer (`middleware.find_viewer`), so nothing opens; this only leads to the page.
"""

from django.conf import settings
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

CODE, PASSWORD = "second_factor", "password_change"


def next_step(request):
    """The name of the page that somebody logged in has to pass first; "" when nothing is missing."""
    if not request.user.is_authenticated:
        return ""
    if settings.SECOND_FACTOR and not request.user.is_verified():
        return CODE
    return PASSWORD if request.user.must_change_password else ""


def passes(*steps):
    """The view may be opened while one of these steps is missing."""

    def decorate(view):
        view.passes = steps
        return view

    return decorate


class LogInStepsMiddleware:
    """Leads whoever has a step left to its page, from whatever page was asked for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True):
            return None
        step = next_step(request)
        if not step or step in getattr(view, "passes", ()):
            return None
        page = redirect(step)
        return HttpResponseClientRedirect(page["Location"]) if request.htmx else page
