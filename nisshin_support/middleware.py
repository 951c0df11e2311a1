"""From the request to the viewer: who acts, through which membership, inside one transaction with an identity."""

from django.conf import settings
from django.db import connection, transaction

from agencies.models import Membership
from cases.visibility import Viewer
from nisshin_support import clock

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
                request.viewer = find_viewer(request)
                set_identity(request.viewer)
                response = self.get_response(request)
                # Django has already made a response of any exception; a half-done act must not be committed.
                if response.status_code >= SERVER_ERROR or response.status_code == NOT_FOUND:
                    transaction.set_rollback(True)
        finally:
            leave_request_role()
        return response


def find_viewer(request):
    """The person acting through the chosen membership, or the first in force; None without either."""
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


def set_identity(viewer):
    """Tell the database, for this transaction only, who acts; the second wall will ask for it."""
    values = [viewer.user_id, viewer.membership.pk, viewer.agency_id] if viewer else ["", "", ""]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('nisshin.user', %s, true), set_config('nisshin.membership', %s, true),"
            " set_config('nisshin.agency', %s, true)",
            [str(value) for value in values],
        )


def leave_request_role():
    """Inside an outer transaction (tests) SET LOCAL outlives ours: give the role and the identity back."""
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        set_identity(None)
