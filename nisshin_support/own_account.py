"""One's own account: the code of the second factor, the app behind it, and one's own password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from cases import audit
from nisshin_support import second_factor, second_wall
from nisshin_support.log_in_steps import CODE, PASSWORD, passes
from nisshin_support.middleware import viewer_of
from nisshin_support.once import once
from nisshin_support.own_account_forms import CodeForm, OwnPasswordForm, RecoveryCodeForm
from nisshin_support.purpose import open_to_staff

OWN = "one's own account; nothing confidential"
WRONG_PASSWORD = "いまのパスワードが違います。"


@passes(CODE)
@open_to_staff(OWN)
@once
def second_factor_code(request):
    """Ask for the code after the password; whoever has no app yet enrols one first."""
    _only_where_it_is_on()
    if request.user.is_verified():
        return redirect("home")
    if not second_factor.is_enrolled(request.user):
        return redirect("second_factor_enrol")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        problem = second_factor.problem_with(request, form.cleaned_data["code"])
        if not problem:
            return redirect("home")
        form.add_error("code", problem)
    context = {"form": form, "recovery_form": RecoveryCodeForm(auto_id="id_recovery_%s")}
    return render(request, "registration/second_factor.html", context)


@passes(CODE)
@open_to_staff(OWN)
@once
def second_factor_enrol(request):
    """Enrol an app: the drawing, its first code, then the recovery codes."""
    _only_where_it_is_on()
    if second_factor.is_enrolled(request.user):
        return redirect(CODE)
    key, form = second_factor.new_key(request), CodeForm(request.POST or None)
    if form.is_valid():
        if second_factor.enrol(request, form.cleaned_data["code"]):
            _remember(request, "確認コードのアプリを登録する")
            return redirect("recovery_codes")
        form.add_error("code", second_factor.WRONG)
    return render(request, "registration/second_factor_enrol.html", {"form": form, "key": key})


@passes(PASSWORD)
@open_to_staff(OWN)
@once
def recovery_codes(request):
    """The recovery codes of the enrolment of this session, until the person says that they are written down."""
    _only_where_it_is_on()
    codes = request.session.get(second_factor.SHOWN_CODES)
    if request.method == "POST" or not codes:
        request.session.pop(second_factor.SHOWN_CODES, None)
        return redirect("home")
    shown = [f"{code[:4]}-{code[4:]}" for code in codes]
    return render(request, "registration/recovery_codes.html", {"codes": shown})


@open_to_staff(OWN)
@once
def second_factor_renew(request):
    """Another telephone: with a code of the old app or a recovery code, the person enrols anew."""
    _only_where_it_is_on()
    form = CodeForm(request.POST or None)
    if form.is_valid():
        problem = second_factor.problem_with(request, form.cleaned_data["code"])
        if not problem:
            _remember(request, "確認コードのアプリを替える")
            second_factor.forget_devices(request.user)
            return redirect("second_factor_enrol")
        form.add_error("code", problem)
    left = second_factor.recovery_codes_left(request.user)
    return render(request, "registration/second_factor_renew.html", {"form": form, "left": left})


@passes(PASSWORD)
@open_to_staff(OWN)
@sensitive_post_parameters()
@once
def password_change(request):
    """Change one's own password; every other session of the account ends."""
    form = OwnPasswordForm(request.POST or None, user=request.user)
    if form.is_valid() and _knows_password(request, form):
        request.user.set_password(form.cleaned_data["new"])
        request.user.must_change_password = False
        request.user.save(update_fields=["password", "must_change_password"])
        update_session_auth_hash(request, request.user)
        _remember(request, "自分のパスワードを変える")
        messages.success(request, "パスワードを変えました。ほかの端末でのログインは終わりました。")
        return redirect("home")
    context = {
        "form": form,
        "rules": password_validators_help_texts(),
        "is_first": request.user.must_change_password,
    }
    return render(request, "registration/own_password.html", context)


def _knows_password(request, form):
    # Through the log-in's own check: wrong tries are counted, and too many lock this address out.
    name, typed = request.user.get_username(), form.cleaned_data["old"]
    if authenticate(request, username=name, password=typed) == request.user:
        return True
    form.add_error("old", WRONG_PASSWORD)
    return False


def _remember(request, act):
    """Remember a step of the log-in, after which nothing but a redirect follows; until then there was no viewer."""
    if request.viewer is None:
        request.viewer = viewer_of(request)
        if request.viewer:
            second_wall.enter(request.viewer)
    audit.did(request, act)


def _only_where_it_is_on():
    if not settings.SECOND_FACTOR:
        raise Http404
