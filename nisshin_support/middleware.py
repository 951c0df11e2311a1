"""From the request to the viewer: who acts, through which membership, inside one transaction with an identity."""

from django.conf import settings
from django.db import connection, transaction

from agencies.models import Membership
from cases.visibility import Viewer
from nisshin_support import clock, second_wall
from nisshin_support.log_in_steps import next_step

NO_STORE = "no-store, private, max-age=0"
NOT_FOUND, SERVER_ERROR = 404, 500


class NoStoreMiddleware:
    """No page is kept by a browser or a proxy: what was on the screen is gone after log-out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = NO_STORE
        return response


class ActingPersonMiddleware:
    """One transaction around the whole response, the person's identity set in it, undone when the answer fails."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.viewer = request.purpose = None
        try:
            with transaction.atomic():
                enter_request_role()
                begin_acting(request)
                response = self.get_response(request)
                # Django has already made a response of any exception; a half-done act must not be committed.
                if response.status_code >= SERVER_ERROR or response.status_code == NOT_FOUND:
                    transaction.set_rollback(True)
        finally:
            leave_request_role()
        return response


def begin_acting(request):
    """Find the viewer, and tell the database who acts."""
    request.viewer = find_viewer(request)
    if request.viewer:
        second_wall.enter(request.viewer)


def find_viewer(request):
    """The person acting through the chosen membership, or the first in force; None without, or before the log-in is whole."""
    return None if next_step(request) else viewer_of(request)


def viewer_of(request):
    """The person logged in as a viewer, whatever the log-in still lacks: for remembering the steps of the log-in itself."""
    if not request.user.is_authenticated:
        return None
    day = clock.today()
    memberships = list(Membership.objects.for_acting(request.user, day))
    if not memberships:
        return None
    chosen = request.session.get("membership")
    membership = next((m for m in memberships if m.pk == chosen), memberships[0])
    return Viewer(user=request.user, membership=membership, day=day, memberships=memberships)


def enter_request_role():
    """Act with the web role's rights. In production the log-in has no others; in tests the owner steps down."""
    if settings.DATABASE_REQUEST_ROLE:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(settings.DATABASE_REQUEST_ROLE)}")


def leave_request_role():
    """Inside an outer transaction (tests) SET LOCAL outlives ours: give the role and the identity back."""
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        second_wall.leave()
