"""Every route × the whole cast: what each is answered, as the table says (tests/route_table.py)."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from nisshin_support.checks import routes
from tests.route_table import PEOPLE, TABLE

pytestmark = pytest.mark.django_db

FOUND, SENT_ON, NOT_FOUND = 200, 302, 404
WITHOUT_RIGHTS = ("bare", "past", "receiver", "member", "stranger", "roster", "anonymous")


def url_of(line, cast):
    """The address of a line of the table in the cast's world."""
    return reverse(line.route, args=[_argument(word, cast) for word in line.arguments])


def _argument(word, cast):
    thing = getattr(cast.things, word, None)
    if thing is None:
        return int(word) if word.isdecimal() else word
    return getattr(thing, "public_id", thing.pk)


@pytest.fixture(scope="module")
def browser():
    """One for all: making one anew for each request would read every static file again."""
    return Client()


@pytest.fixture(scope="module")
def log_ins(cast, browser):
    """The session of each of the cast; the anonymous has none."""
    found = {}
    for name, viewer in cast.people.items():
        browser.cookies.clear()
        browser.force_login(viewer.user)
        found[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return found


def code_of(response):
    """The letter of the table for an answer; anything else is told as its status."""
    if response.status_code == SENT_ON:
        return ">" if urlsplit(response["Location"]).path.endswith(reverse("login")) else "r"
    return {FOUND: "o", NOT_FOUND: "."}.get(response.status_code, f"[{response.status_code}]")


def as_somebody(browser, log_in):
    """From now on the browser is this person's."""
    browser.cookies.clear()
    if log_in:
        browser.cookies[settings.SESSION_COOKIE_NAME] = log_in


def answered(browser, log_in, method, url, posted=()):
    """The code of one request as somebody; what it did is taken back."""
    as_somebody(browser, log_in)
    with transaction.atomic():
        code = code_of(getattr(browser, method.lower())(url, dict(posted)))
        transaction.set_rollback(True)
    return code


@pytest.mark.parametrize("line", TABLE, ids=str)
def test_each_of_the_cast_is_answered_as_the_table_says(line, cast, browser, log_ins):
    url = url_of(line, cast)
    answers = [answered(browser, log_ins.get(name), line.method, url, line.posted) for name in PEOPLE]
    assert "".join(answers) == line.codes, (
        f"LPBQRCHMXNSA-\n{line.codes} expected\n{''.join(answers)} answered"
    )


@pytest.mark.parametrize("line", [line for line in TABLE if line.method == "GET"], ids=str)
def test_who_may_not_look_may_not_post_either(line, cast, browser, log_ins):
    url, refused = url_of(line, cast), [name for name in WITHOUT_RIGHTS if line.code_of(name) in ".>"]
    assert [name for name in refused if answered(browser, log_ins.get(name), "POST", url) in "or"] == []


def test_the_table_has_every_route_and_no_other():
    known = {name for name, _ in routes()} | {"admin:index"}
    listed = {line.route for line in TABLE}
    assert sorted(known - listed) == [], "a route without a line"
    assert sorted(listed - known) == [], "a line without a route"


def test_no_line_stands_twice():
    assert [line for line, times in Counter(map(str, TABLE)).items() if times > 1] == []
