"""職員 and 所属. A log-in opens nothing by itself; rights are the roles of memberships in force."""

import secrets

from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch

from agencies.admin.periods import PeriodFormSet
from agencies.admin.units import ActiveFilter, MembershipForm
from agencies.models import Membership, User
from agencies.roster_site import RosterAdmin, RosterRules
from nisshin_support import clock

# Without characters that are taken for one another when read from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def first_password():
    """A password to be handed over once, easy to read out: abcd-efgh-jkmn-pqrs."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


class MembershipInline(RosterRules, admin.TabularInline):
    model = Membership
    form, formset = MembershipForm, PeriodFormSet
    extra = 0
    fields = ["agency", "role", "from_day", "until_day"]
    autocomplete_fields = ["agency"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("agency", "user")


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "kana", "is_active"]
        labels = {"username": "ログイン名", "is_active": "ログインできる"}
        help_texts = {
            "username": "半角の英数字と @ . + - _ が使えます。",
            "is_active": "退職などで使わなくなったら外します。記録が残るため、削除はできません。",
        }


@admin.register(User)
class UserAdmin(RosterAdmin):
    form = UserForm
    list_display = ["name", "kana", "username", "acts_as", "is_active"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["name", "kana", "username"]
    inlines = [MembershipInline]
    actions = ["renew_password", "unlock"]

    def get_queryset(self, request):
        now = Membership.objects.in_force(clock.today()).select_related("agency")
        return (
            super().get_queryset(request).prefetch_related(Prefetch("memberships", now, to_attr="held_now"))
        )

    @admin.display(description="現在の所属")
    def acts_as(self, user):
        held = [f"{one.agency.short_name} {one.get_role_display()}" for one in user.held_now]
        return "、".join(held) or "なし"

    def save_model(self, request, obj, form, change):
        """A new log-in gets a password of chance, shown this once."""
        if change:
            super().save_model(request, obj, form, change)
            return
        password = first_password()
        obj.set_password(password)
        super().save_model(request, obj, form, change)
        self._tell(request, obj, password)

    @admin.action(description="合言葉を作り直す(一人ずつ)")
    def renew_password(self, request, users):
        """Give one person a new password, shown this once."""
        chosen = list(users[:2])
        if len(chosen) != 1:
            messages.error(request, "合言葉は一人ずつ作り直します。職員を一人だけ選んでください。")
            return
        password = first_password()
        chosen[0].set_password(password)
        chosen[0].save(update_fields=["password"])
        self.log_change(request, chosen[0], "合言葉を作り直した")
        self._tell(request, chosen[0], password)

    @admin.action(description="ログインの締め出しを解く")
    def unlock(self, request, users):
        """Forget wrong tries, so that the right person may try again at once."""
        for user in users:
            reset(username=user.username)
        messages.success(request, "締め出しを解きました。")

    def _tell(self, request, user, password):
        words = f"{user.name}さんの合言葉: {password} (表示はこの一度だけです。本人に直接渡してください。)"
        messages.warning(request, words)


@admin.register(Membership)
class MembershipAdmin(RosterAdmin):
    """All memberships in one list: for the turn of the year, who ends and who begins."""

    list_display = ["user", "agency", "role", "period"]
    list_filter = [ActiveFilter, "role", "agency"]
    list_select_related = ["user", "agency"]
    search_fields = ["user__name", "user__kana", "agency__name"]
    autocomplete_fields = ["user", "agency"]
    fields = ["user", "agency", "role", "from_day", "until_day"]
