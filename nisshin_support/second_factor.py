"""二つ目の確認: a code from an app (TOTP), or one of ten recovery codes kept on paper.

A new key stays in the session until its first code is typed: nobody who looked earlier knows it. The devices belong
to django-otp, which also makes guessing slower with every wrong code.
"""

import unicodedata
from dataclasses import dataclass

import segno
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.signals import user_login_failed
from django.utils.safestring import mark_safe
from django_otp import devices_for_user
from django_otp import login as otp_login
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

NEW_KEY, SHOWN_CODES = "second_factor_key", "recovery_codes"
DIGITS, RECOVERY_CODES = 6, 10
WRONG = "コードが違います。アプリに今出ている6桁の数字を入れてください。"
WRONG_RECOVERY = "回復コードが違うか、使用済みです。"
WAIT = "コードの間違いが続いたため、しばらく受け付けません。時間をおいてから、もう一度入れてください。"


@dataclass(frozen=True)
class NewKey:
    """What the enrolment page shows: the drawing for the camera, and the same as letters."""

    drawing: str
    letters: str


def is_enrolled(user):
    """Whether the person has an app."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def normalised(typed):
    """A code as it is kept, however it was typed: 全角, capitals, spaces and hyphens."""
    text = unicodedata.normalize("NFKC", typed).lower()
    return "".join(letter for letter in text if letter.isalnum())


def problem_with(request, typed):
    """Check a code for the person logged in; "" when it is right, and the session is verified from then on."""
    code = normalised(typed)
    is_app = len(code) == DIGITS
    kind = TOTPDevice if is_app else StaticDevice
    for device in kind.objects.filter(user=request.user, confirmed=True).select_for_update():
        if not device.verify_is_allowed()[0]:
            return WAIT
        if device.verify_token(code):
            verify_session(request, device)
            return ""
    _count_as_wrong(request)
    return WRONG if is_app else WRONG_RECOVERY


def verify_session(request, device):
    """From now on this session is verified; it gets a new key, as at the log-in itself."""
    request.session.cycle_key()
    otp_login(request, device)


def new_key(request):
    """The key of this session's enrolment, for the page: never in an address, gone with the session."""
    key = request.session.setdefault(NEW_KEY, random_hex(20))
    device = TOTPDevice(user=request.user, key=key)
    drawing = segno.make(device.config_url, error="m").svg_inline(border=3, light="#ffffff", omitsize=True)
    letters = device.config_url.split("secret=")[1].split("&")[0]
    grouped = " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    return NewKey(mark_safe(drawing), grouped)  # noqa: S308 (made here, of letters and numbers)


def enrol(request, typed):
    """Keep the new key when its code is right, with fresh recovery codes; False when it is wrong."""
    get_user_model().objects.select_for_update().get(pk=request.user.pk)
    key = request.session.get(NEW_KEY)
    if not key or is_enrolled(request.user) or (step := _step_of(key, normalised(typed))) is None:
        return False
    device = TOTPDevice.objects.create(user=request.user, name="アプリ", key=key, last_t=step)
    del request.session[NEW_KEY]
    verify_session(request, device)
    request.session[SHOWN_CODES] = renew_recovery_codes(request.user)
    return True


def renew_recovery_codes(user):
    """Ten new recovery codes; the old ones are void."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="回復コード")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def recovery_codes_left(user):
    """How many recovery codes the person has not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def forget_devices(user):
    """The person enrols anew before anything else."""
    for device in devices_for_user(user, confirmed=None):
        device.delete()


def _step_of(key, code):
    """The time step whose code this is, or None."""
    totp = TOTP(bytes.fromhex(key))
    return totp.t() if code.isdecimal() and totp.verify(int(code), tolerance=1) else None


def _count_as_wrong(request):
    """A wrong code counts like a wrong password: too many, and this address is locked out for a while."""
    credentials = {"username": request.user.get_username()}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    if getattr(request, "axes_locked_out", False):
        logout(request)
