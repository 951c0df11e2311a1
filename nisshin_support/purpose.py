"""What every route states: the purpose it serves, or why it needs none. `nisshin_support.checks` fails without."""

from functools import wraps

from django.http import Http404

from cases.visibility import Purpose


def for_purpose(*purposes: Purpose):
    """The view serves one of these purposes: the first that the role in use has; without any it answers 404."""

    def decorate(view):
        @wraps(view)
        def serve(request, *args, **kwargs):
            viewer = getattr(request, "viewer", None)
            request.purpose = next((p for p in purposes if viewer and viewer.may_act_for(p)), None)
            if request.purpose is None:
                raise Http404
            return view(request, *args, **kwargs)

        vars(serve)["purposes"] = purposes
        return serve

    return decorate


def open_to_staff(rationale: str):
    """The view shows nothing confidential; anybody logged in may open it. The rationale says why."""
    return _open(rationale)


def open_to_anyone(rationale: str):
    """The view shows nothing confidential and needs no log-in. The rationale says why."""

    def decorate(view):
        view = _open(rationale)(view)
        view.login_required = False
        return view

    return decorate


def _open(rationale):
    def decorate(view):
        @wraps(view)
        def serve(request, *args, **kwargs):
            request.purpose = None
            return view(request, *args, **kwargs)

        vars(serve)["open_rationale"] = rationale
        return serve

    return decorate
