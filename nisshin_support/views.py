"""Log-in, log-out, which membership one acts through, and the home screen."""

from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cases import audit
from cases.visibility import Purpose
from meetings.models import Release
from nisshin_support import home as home_screens
from nisshin_support.log_in_steps import CODE, PASSWORD, passes
from nisshin_support.purpose import for_purpose, open_to_anyone, open_to_staff

log_in = login_not_required(
    open_to_anyone("the log-in page shows nothing but itself")(
        auth_views.LoginView.as_view(redirect_authenticated_user=True)
    )
)


@passes(CODE, PASSWORD)
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
    mine = (
        {str(membership.pk): membership for membership in request.viewer.memberships}
        if request.viewer
        else {}
    )
    if chosen not in mine:
        raise Http404
    request.session["membership"] = mine[chosen].pk
    return redirect("home")


@open_to_staff("chooses the home of the role in use; each of them states its own purpose")
def home(request):
    """The home screen of the role in use; without a membership in force, what to do about it."""
    if request.viewer is None:
        return render(request, "home/without_membership.html")
    for screen in (field_home, member_home, roster_home, figures_home):
        if any(request.viewer.may_act_for(purpose) for purpose in screen.purposes):
            return screen(request)
    raise Http404


@for_purpose(Purpose.SUPPORT)
def field_home(request):
    """What a counter worker, an outreach worker or a coordinator does next."""
    viewer, purpose = request.viewer, request.purpose
    heaps = home_screens.heaps_for_support(viewer, purpose)
    lines = [line for heap in heaps for line, _ in heap.shown]
    cases = {line.case for line in lines if line.case}
    things = [line.thing for line in lines if line.thing]
    audit.saw(request, "ホーム", things=sorted(case.public_id for case in cases), shown=things)
    context = {
        "heaps": [heap for heap in heaps if heap.lines],
        "clear": [heap.empty for heap in heaps if not heap.lines],
        "tiles": home_screens.tiles(viewer, purpose),
        "segments": home_screens.next_segments(viewer.day),
    }
    return render(request, "home/field.html", context)


@for_purpose(Purpose.PREPARATION)
def member_home(request):
    """The coming sittings of a chair or an invited member, and what waits to be prepared."""
    items = home_screens.items_for_member(request.viewer, request.purpose)
    segments = home_screens.next_segments(request.viewer.day)
    entered = home_screens.segments_entered(request.viewer, request.purpose, segments)
    waiting = [
        (segment, segment.pk in entered, sum(item.segment_id == segment.pk for item in items))
        for segment in segments
    ]
    context = {"segments": waiting, "releases": len(Release.waiting_for(request.viewer))}
    return render(request, "home/member.html", context)


@for_purpose(Purpose.ROSTER)
def roster_home(request):
    """What a roster administrator looks after."""
    return render(request, "home/roster.html", {"counts": home_screens.roster_counts(request.viewer.day)})


@for_purpose(Purpose.STATISTICS, Purpose.AUDIT)
def figures_home(request):
    """Where the figures, or the audit entries, are."""
    return render(request, "home/figures.html", {"is_audit": request.purpose == Purpose.AUDIT})
