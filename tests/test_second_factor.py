"""確認コード and the password of one's own: what a log-in needs before anything opens."""

import re
from base64 import b32encode
from contextlib import suppress
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import segno
from django.conf import settings as project
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from agencies.models import Approval, Role
from cases.models import AuditEntry
from nisshin_support.checks import routes
from tests.factories import UserFactory, a_case, a_viewer
from tests.route_table import TABLE

pytestmark = pytest.mark.django_db
PASSWORD = "試験用の合言葉-1234"
CODE, ENROL = "/account/code/", "/account/code/enrol/"
OPEN_AT_THE_CODE = {"second_factor", "second_factor_enrol", "login", "logout"}


@pytest.fixture(autouse=True)
def switched_on(settings, on_day):
    settings.SECOND_FACTOR = True
    on_day("2026-06-10")


@pytest.fixture
def viewer(client):
    found = a_viewer()
    client.force_login(found.user)
    return found


def an_app(user, key="0123456789abcdef0123456789abcdef01234567"):
    return TOTPDevice.objects.create(user=user, key=key, name="試験")


def code_of(device, steps=0):
    return f"{totp(bytes.fromhex(device.key), drift=steps):06}"


def recovery_of(user, *codes):
    device = StaticDevice.objects.create(user=user, name="試験")
    for code in codes:
        StaticToken.objects.create(device=device, token=code)
    return device


def wrong(device):
    right = {code_of(device, step) for step in range(-3, 4)}
    return next(f"{n:06}" for n in range(100) if f"{n:06}" not in right)


def let_time_pass(device):
    """Long enough for the wait after a wrong code."""
    type(device).objects.update(throttling_failure_timestamp=timezone.now() - timedelta(days=1))


def some_address(route, words, public_id):
    """An address of the route: each argument an id or a number, as the route takes it."""
    kinds = [[int(word)] if word.isdecimal() else [public_id, 7, word] for word in words]
    for keys in product(*kinds):
        with suppress(NoReverseMatch):
            return reverse(route, args=keys)
    raise AssertionError(route)


def test_without_a_code_no_page_opens_and_none_leaks(client, viewer):
    case = a_case(viewer)
    an_app(viewer.user)
    shut = {name for name, view in routes() if getattr(view, "login_required", True)} | {"admin:index"}
    lines = {line.route: line for line in TABLE if line.route in shut - OPEN_AT_THE_CODE}
    assert len(lines) > 150
    for name, line in lines.items():
        for method in ("get", "post"):
            answer = getattr(client, method)(some_address(name, line.arguments, case.public_id))
            assert (answer.status_code, answer.headers.get("Location")) == (302, CODE), name
    for nowhere in ("/nowhere/", "/admin/nowhere/"):
        answer = client.get(nowhere)
        page = answer.content.decode()
        assert answer.wsgi_request.viewer is None
        assert viewer.user.name not in page
        assert "site-nav" not in page


def test_a_fragment_sends_the_whole_window_to_the_code(client, viewer):
    answer = client.get("/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == CODE


def test_the_first_log_in_leads_to_the_enrolment_and_its_code_opens_the_door(client, viewer):
    assert client.get(CODE)["Location"] == ENROL
    page = client.get(ENROL).content.decode()
    key = client.session["second_factor_key"]
    assert "<svg" in page
    assert "style=" not in page.split("<svg")[1].split("</svg>")[0]
    assert key not in page
    assert not TOTPDevice.objects.exists()
    answer = client.post(ENROL, {"code": f"{totp(bytes.fromhex(key)):06}"})
    assert answer["Location"] == "/account/code/recovery/"
    codes = re.findall(r"<code>(\w{4})-(\w{4})</code>", client.get(answer["Location"]).content.decode())
    assert {"".join(code) for code in codes} == set(StaticToken.objects.values_list("token", flat=True))
    assert len(codes) == 10
    assert client.get("/").status_code == 200
    assert client.post("/account/code/recovery/")["Location"] == "/"
    assert client.get("/account/code/recovery/")["Location"] == "/"
    assert "second_factor_key" not in client.session
    assert AuditEntry.objects.get(act__contains="アプリを登録").user == viewer.user


def test_the_recovery_codes_are_shown_before_a_first_password_is_changed(client, viewer):
    type(viewer.user).objects.update(must_change_password=True)
    client.get(ENROL)
    key = bytes.fromhex(client.session["second_factor_key"])
    shown = client.post(ENROL, {"code": f"{totp(key):06}"}, follow=True).content.decode()
    assert "控えました" in shown
    assert AuditEntry.objects.get(act__contains="アプリを登録").user == viewer.user
    assert client.post("/account/code/recovery/", follow=True).redirect_chain[-1] == (
        "/account/password/",
        302,
    )


def test_the_drawing_holds_what_the_letters_say(client, viewer):
    page = client.get(ENROL).content.decode()
    letters = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    assert letters == b32encode(bytes.fromhex(client.session["second_factor_key"])).decode()
    drawn = page.split('<div class="code-drawing">')[1].split("</div>")[0].strip()
    device = TOTPDevice(user=viewer.user, key=client.session["second_factor_key"])
    assert drawn == segno.make(device.config_url, error="m").svg_inline(
        border=3, light="#ffffff", omitsize=True
    )


def test_a_wrong_first_code_enrols_nothing(client, viewer):
    client.get(ENROL)
    assert "コードが違います" in client.post(ENROL, {"code": "abc"}).content.decode()
    assert not TOTPDevice.objects.exists()
    assert client.get("/")["Location"] == CODE


def test_a_key_belongs_to_its_session(client, viewer):
    client.get(ENROL)
    elsewhere = Client()
    elsewhere.force_login(viewer.user)
    elsewhere.get(ENROL)
    assert client.session["second_factor_key"] != elsewhere.session["second_factor_key"]


def test_whoever_knows_the_password_cannot_enrol_beside_the_app_there_is(client, viewer):
    client.get(ENROL)
    key = client.session["second_factor_key"]
    an_app(viewer.user)
    assert client.get(ENROL)["Location"] == CODE
    assert client.post(ENROL, {"code": f"{totp(bytes.fromhex(key)):06}"})["Location"] == CODE
    assert TOTPDevice.objects.count() == 1


@pytest.mark.parametrize("width", ["half", "full"])
def test_the_code_opens_the_door_once(client, viewer, width):
    device, before = an_app(viewer.user), client.session.session_key
    code = code_of(device)
    typed = (
        code if width == "half" else "".join(chr(ord(digit) + 0xFEE0) for digit in f"{code[:3]} {code[3:]}")
    )
    assert client.post(CODE, {"code": typed})["Location"] == "/"
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    again = Client()
    again.force_login(viewer.user)
    assert "コードが違います" in again.post(CODE, {"code": code}).content.decode()


def test_a_recovery_code_opens_the_door_once(client, viewer):
    an_app(viewer.user)
    device = recovery_of(viewer.user, "abcd2345", "wxyz6723")
    assert client.post(CODE, {"code": "ABCD-2345"})["Location"] == "/"
    again = Client()
    again.force_login(viewer.user)
    assert "使用済み" in again.post(CODE, {"code": "abcd2345"}).content.decode()
    assert device.token_set.count() == 1


def test_the_code_of_somebody_else_opens_nothing(client, viewer):
    an_app(viewer.user)
    other = an_app(UserFactory(), key="f" * 40)
    recovery_of(other.user, "abcd2345")
    client.post(CODE, {"code": code_of(other)})
    client.post(CODE, {"code": "abcd2345"})
    assert client.get("/")["Location"] == CODE


def test_guessing_becomes_slow(client, viewer):
    device = an_app(viewer.user)
    assert "コードが違います" in client.post(CODE, {"code": wrong(device)}).content.decode()
    assert "しばらく受け付けません" in client.post(CODE, {"code": code_of(device)}).content.decode()
    let_time_pass(device)
    assert client.post(CODE, {"code": code_of(device)}).status_code == 302


def test_too_many_wrong_codes_lock_out_like_wrong_passwords(client, viewer, settings):
    device = an_app(viewer.user)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(CODE, {"code": wrong(device)})
        let_time_pass(device)
    assert "休止しています" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    shut = client.post("/login/", {"username": viewer.user.username, "password": PASSWORD})
    assert shut.status_code != 302


def test_a_reset_takes_two_administrators_and_ends_the_sight(client, viewer):
    device = an_app(viewer.user)
    client.post(CODE, {"code": code_of(device)})
    one, two = a_viewer(Role.ROSTER), a_viewer(Role.ROSTER)
    desks = [Client(), Client()]
    for desk, clerk in zip(desks, (one, two), strict=True):
        desk.force_login(clerk.user)
        assert desk.post(CODE, {"code": code_of(an_app(clerk.user))}).status_code == 302
    posted = {"action": "reset_second_factor", "_selected_action": [viewer.user_id]}
    desks[0].post("/admin/agencies/user/", posted)
    assert client.get("/").status_code == 200
    approve = reverse("agencies:approval_approve", args=[Approval.objects.get().public_id])
    desks[0].post(approve)
    assert TOTPDevice.objects.filter(user=viewer.user).exists()
    assert desks[1].post(approve).status_code == 302
    assert client.get("/")["Location"] == CODE
    assert client.get(CODE)["Location"] == ENROL


def test_another_telephone_needs_a_code_of_the_old_one(client, viewer):
    device = an_app(viewer.user)
    recovery_of(viewer.user, "abcd2345")
    client.post(CODE, {"code": code_of(device)})
    renew = "/account/code/renew/"
    assert "使っていない回復コードは1個" in client.get(renew).content.decode()
    assert "コードが違います" in client.post(renew, {"code": wrong(device)}).content.decode()
    assert client.post(renew, {"code": "abcd-2345"})["Location"] == ENROL
    assert not TOTPDevice.objects.exists()
    assert client.get("/")["Location"] == CODE


def test_switched_off_nothing_of_it_exists(client, viewer, settings):
    settings.SECOND_FACTOR = False
    assert client.get("/").status_code == 200
    for path in (CODE, ENROL, "/account/code/recovery/", "/account/code/renew/"):
        assert client.get(path).status_code == 404


def test_it_is_on_unless_somebody_says_otherwise():
    text = (Path(project.BASE_DIR) / "nisshin_support/settings.py").read_text("utf-8")
    assert 'env.bool("NISSHIN_SECOND_FACTOR", default=True)' in text
