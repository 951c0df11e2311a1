"""What holds on every page, whoever opens it: headers, addresses, titles, labels, keys; and how often it asks."""

from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Person
from tests.crowd import more_of_everything
from tests.route_table import PEOPLE, TABLE
from tests.test_routes_by_cast import as_somebody, browser, log_ins, url_of  # noqa: F401

pytestmark = pytest.mark.django_db

PAGES = [line for line in TABLE if line.method == "GET" and "o" in line.codes]
FILES = {"cases:case_export", "cases:statistics_file", "cases:who_sees"}  # no page of their own
# Forms that change nothing, or change the same again: what is sent twice has one effect anyway.
WITHOUT_KEY = {"login", "logout", "switch_membership", "search"}
# Each sending is a look of its own, and remembered.
SHOWN_ON_A_REASON = {"meetings:record", "meetings:snapshot", "cases:looking_back"}
TYPED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}
ADDRESSES = ("href", "action", "src", "hx-get", "hx-post", "formaction")


class Page(HTMLParser):
    """What the tests ask of a page's HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.title, self.forms, self._open = [], "", [], []
        self.labelled, self.fields = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self._open.append(tag)
        if tag == "form":
            self.forms.append((found, set()))
        if tag == "label" and "for" in found:
            self.labelled.add(found["for"])
        if tag in TYPED:
            inside = "label" in self._open or "aria-label" in found or "aria-labelledby" in found
            self.fields.append((tag, found, inside))
            if self.forms:
                self.forms[-1][1].add(found.get("name"))
        if tag in ("input", "meta", "link", "img", "br", "hr", "col", "source", "wbr"):
            self._open.pop()

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data

    def addresses(self):
        return [unquote(found[name] or "") for _, found in self.tags for name in ADDRESSES if name in found]

    def count(self, tag):
        return sum(name == tag for name, _ in self.tags)


def faults_of(page, names):
    """Everything on the page that the house does not allow."""
    yield from faults_of_script_and_style(page)
    yield from (f"the title names {name}" for name in names if name in page.title)
    yield from (f"{url} names {name}" for url in page.addresses() for name in names if name in url)
    if ("html", "ja") not in [(tag, found.get("lang")) for tag, found in page.tags]:
        yield "the language is not said"
    if page.count("h1") != 1:
        yield f"{page.count('h1')} h1"
    yield from faults_of_forms(page)


def faults_of_script_and_style(page):
    for tag, found in page.tags:
        if tag == "style" or (tag == "script" and "src" not in found):
            yield f"inline <{tag}>"
        yield from (f"<{tag} {name}=…>" for name in found if name == "style" or name.startswith("on"))


def faults_of_forms(page):
    for tag, found, inside in page.fields:
        if found.get("type") not in UNLABELLED and not inside and found.get("id") not in page.labelled:
            yield f"<{tag} name={found.get('name')}> has no label"
    exempt = [reverse(route) for route in WITHOUT_KEY]
    for form, names in page.forms:
        if form.get("method", "get").lower() == "post":
            if "csrfmiddlewaretoken" not in names:
                yield f"form {form.get('action')} without token"
            if "form_key" not in names and form.get("action") not in exempt:
                yield f"form {form.get('action')} without key"


@pytest.fixture(scope="module")
def names(cast):
    """The names that may stand in no title and no address."""
    told = [cast.things.household.name, cast.things.authority.holder_name, cast.things.informant.name]
    return [*Person.objects.values_list("name", flat=True), *told]


def readers(line):
    """The first and the last of the cast who see the page: the two who see it most differently."""
    seeing = [name for name in PEOPLE if line.code_of(name) == "o"]
    return dict.fromkeys([seeing[0], seeing[-1]])


@pytest.mark.parametrize("line", PAGES, ids=str)
def test_a_page_keeps_the_rules_of_the_house(line, cast, browser, log_ins, names):  # noqa: F811
    for reader in readers(line):
        as_somebody(browser, log_ins.get(reader))
        response = browser.get(url_of(line, cast))
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        policy = response["Content-Security-Policy"]
        assert "default-src" in policy
        assert "unsafe-" not in policy
        if line.route not in FILES:
            faults = set(faults_of(Page(response.content.decode()), names))
            if line.route in WITHOUT_KEY | SHOWN_ON_A_REASON:
                faults.discard("form None without key")
            assert sorted(faults) == [], reader


@pytest.mark.parametrize("line", [line for line in PAGES if line.code_of("stranger") == "o"], ids=str)
def test_no_page_of_the_stranger_knows_of_the_case(line, cast, browser, log_ins, names):  # noqa: F811
    as_somebody(browser, log_ins["stranger"])
    html = browser.get(url_of(line, cast)).content.decode(errors="ignore")
    secrets = [
        *names,
        *Case.objects.values_list("public_id", flat=True),
        *(case.number for case in Case.objects.all()),
    ]
    assert [secret for secret in secrets if secret in html] == []


def test_the_checks_bite():
    bad = '<html><style></style><p onclick="x" style="y"><form method="post"><input name="a"></form>'
    assert len(list(faults_of(Page(bad), []))) == 8
    good = '<html lang="ja"><title>x</title><h1>y</h1><label for="a">z</label><input id="a">'
    assert list(faults_of(Page(good), ["架空"])) == []
    assert (
        list(faults_of(Page(good.replace("x", "架空") + '<a href="/?q=%E6%9E%B6%E7%A9%BA">'), ["架空"])) != []
    )


def queries_by_page(cast, browser, log_ins):  # noqa: F811
    """{(line, reader): number of queries} of every page of the lead and the coordinator."""
    found = {}
    for reader in ("lead", "coordinator"):
        as_somebody(browser, log_ins[reader])
        for line in PAGES:
            if line.code_of(reader) == "o":
                with transaction.atomic(), CaptureQueriesContext(connection) as asked:
                    browser.get(url_of(line, cast))
                    transaction.set_rollback(True)
                found[str(line), reader] = len(asked)
    return found


def test_no_page_asks_more_often_when_there_is_more_to_show(cast, browser, log_ins):  # noqa: F811
    more_of_everything(cast, 2)
    few = queries_by_page(cast, browser, log_ins)
    more_of_everything(cast, 27)
    many = queries_by_page(cast, browser, log_ins)
    grown = {page: f"{few[page]} → {many[page]}" for page in few if many[page] > few[page]}
    assert grown == {}
