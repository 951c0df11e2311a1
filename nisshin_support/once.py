"""A form sent twice has one effect: the second sending is answered with the redirect of the first."""

import secrets
from functools import wraps

from django.db import connection
from django.http import HttpResponseRedirect

from cases.models.screen import FormSubmission

KEY_FIELD = "form_key"
REDIRECTS = (302, 303)


def new_key():
    """A fresh key for a rendered form."""
    return secrets.token_urlsafe(16)


def once(view):
    """Let a POST with the same key act once. An answer that is no redirect (errors on the form) uses up no key."""

    @wraps(view)
    def serve(request, *args, **kwargs):
        key = request.POST.get(KEY_FIELD, "")[:40]
        if request.method != "POST" or not key or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        route = request.resolver_match.view_name
        if not _claim(request.user.pk, route, key):
            return HttpResponseRedirect(_of(request.user.pk, route, key).get().redirect or request.path)
        response = view(request, *args, **kwargs)
        if response.status_code in REDIRECTS:
            _of(request.user.pk, route, key).update(redirect=response["Location"][:300])
        else:
            _of(request.user.pk, route, key).delete()
        return response

    return serve


def _of(user, route, key):
    return FormSubmission.objects.filter(user=user, route=route, key=key)


def _claim(user, route, key):
    """Take the key; waits for a sending under way, and is False when that one took it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_formsubmission (user_id, route, key, redirect, at) VALUES (%s, %s, %s, '', now())"
            " ON CONFLICT DO NOTHING",
            [user, route, key],
        )
        return cursor.rowcount == 1
