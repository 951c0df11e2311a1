"""The forms of one's own account."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from nisshin_support.forms import HouseForm

NOT_THE_SAME = "二度のパスワードが違います。同じものを入れてください。"


class CodeForm(HouseForm):
    """The six digits of the app (or, where the page says so, a recovery code)."""

    code = forms.CharField(
        label="確認コード",
        max_length=20,
        help_text="アプリに今出ている6桁の数字です。全角でもかまいません。",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class RecoveryCodeForm(HouseForm):
    """One of the codes on paper."""

    code = forms.CharField(
        label="回復コード",
        max_length=20,
        help_text="控えてある8文字です。一つのコードは一度だけ使えます。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OwnPasswordForm(HouseForm):
    """The password now, and the new one twice."""

    old = forms.CharField(
        label="いまのパスワード",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新しいパスワード",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="新しいパスワード(もう一度)",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self):
        validate_password(self.cleaned_data["new"], self.user)
        return self.cleaned_data["new"]

    def clean(self):
        typed = super().clean() or self.cleaned_data
        if "new" in typed and typed.get("again") != typed["new"]:
            self.add_error("again", ValidationError(NOT_THE_SAME, code="mismatch"))
        if "new" in typed and typed.get("old") == typed["new"]:
            self.add_error("new", ValidationError("いまと違うパスワードにしてください。", code="same"))
        return typed
