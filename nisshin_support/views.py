"""Log-in, log-out, which membership one acts through, and the home screen."""

from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from nisshin_support.purpose import open_to_anyone, open_to_staff

log_in = login_not_required(
    open_to_anyone("the log-in page shows nothing but itself")(
        auth_views.LoginView.as_view(redirect_authenticated_user=True)
    )
)


@open_to_staff("leaving shows nothing")
@require_POST
def log_out(request):
    """Log out, and tell the browser to forget what it kept."""
    response = auth_views.LogoutView.as_view()(request)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@open_to_staff("chooses among one's own memberships")
@require_POST
def switch_membership(request):
    """Act through another of one's own memberships in force."""
    chosen = request.POST.get("membership", "")
    mine = {str(membership.pk): membership for membership in request.viewer.memberships} if request.viewer else {}
    if chosen not in mine:
        raise Http404
    request.session["membership"] = mine[chosen].pk
    return redirect("home")


@open_to_staff("until the home screens come: only one's own name and role")
def home(request):
    """The home screen of the role in use."""
    return render(request, "home.html")
