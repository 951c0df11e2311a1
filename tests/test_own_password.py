"""One's own password: changed with the old one, other sessions end; a first password has to be changed."""

import pytest
from django.test import Client

from cases.models import AuditEntry
from tests.factories import a_viewer

pytestmark = pytest.mark.django_db
OLD, NEW = "試験用の合言葉-1234", "ひまわり畑の三本道-77"
PATH = "/account/password/"


@pytest.fixture
def viewer(client, on_day):
    on_day("2026-06-10")
    found = a_viewer()
    client.force_login(found.user)
    return found


def typed(**fields):
    return {"old": OLD, "new": NEW, "again": NEW} | fields


def test_the_password_changes_and_the_other_sessions_end(client, viewer):
    elsewhere = Client()
    elsewhere.force_login(viewer.user)
    page = client.get(PATH).content.decode()
    assert "12" in page
    assert client.post(PATH, typed())["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    viewer.user.refresh_from_db()
    assert viewer.user.check_password(NEW)
    assert AuditEntry.objects.filter(act__contains="パスワードを変える", user=viewer.user).count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "違うもの"}, "いまのパスワードが違います"),
        ({"again": "別のもの"}, "二度のパスワードが違います"),
        ({"new": "mijikai", "again": "mijikai"}, "12"),
        ({"new": "123456789012", "again": "123456789012"}, "数字"),
        ({"new": OLD, "again": OLD}, "いまと違うパスワード"),
    ],
)
def test_what_does_not_do_is_said_and_changes_nothing(client, viewer, fields, words):
    page = client.post(PATH, typed(**fields)).content.decode()
    assert words in page
    assert OLD not in page
    viewer.user.refresh_from_db()
    assert viewer.user.check_password(OLD)


def test_guessing_the_old_password_locks_out(client, viewer, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(PATH, typed(old="違うもの"))
    assert "休止しています" in answer.content.decode()
    client.post(PATH, typed())
    viewer.user.refresh_from_db()
    assert viewer.user.check_password(OLD)


def test_a_first_password_opens_only_the_page_that_changes_it(client, viewer):
    type(viewer.user).objects.update(must_change_password=True)
    assert client.get("/")["Location"] == PATH
    assert client.get("/cases/")["Location"] == PATH
    assert viewer.user.name not in client.get("/nowhere/").content.decode()
    assert "自分のパスワードに変えてください" in client.get(PATH).content.decode()
    client.post(PATH, typed())
    assert client.get("/").status_code == 200


def test_the_menu_of_the_header_leads_there(client, viewer):
    assert PATH in client.get("/").content.decode()


def test_a_session_ends_when_nobody_does_anything(client, viewer, settings):
    assert settings.SESSION_COOKIE_AGE == 15 * 60
    first = client.get("/")
    assert "no-store" in first["Cache-Control"]
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] in ("", 15 * 60)
    assert client.session.get_expiry_age() <= 15 * 60
