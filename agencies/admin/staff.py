"""職員 and 所属. A log-in opens nothing by itself; rights are the roles of memberships in force."""

from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch

from agencies.admin.periods import PeriodFormSet
from agencies.admin.proposing import ProposingAdmin, propose, tell_of_proposals
from agencies.admin.units import ActiveFilter, MembershipForm
from agencies.models import Approval, Membership, User
from agencies.roster_site import RosterRules
from nisshin_support import clock


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
class UserAdmin(ProposingAdmin):
    form = UserForm
    list_display = ["name", "kana", "username", "acts_as", "is_active"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["name", "kana", "username"]
    inlines = [MembershipInline]
    actions = ["renew_password", "reset_second_factor", "unlock"]

    def get_queryset(self, request):
        now = Membership.objects.in_force(clock.today()).select_related("agency")
        return (
            super().get_queryset(request).prefetch_related(Prefetch("memberships", now, to_attr="held_now"))
        )

    @admin.display(description="現在の所属")
    def acts_as(self, user):
        held = [f"{one.agency.short_name} {one.get_role_display()}" for one in user.held_now]
        return "、".join(held) or "なし"

    @admin.action(description="パスワードの作り直しを申請する(一人ずつ)")
    def renew_password(self, request, users):
        """Ask for a new password for one person; it is made when a second person approves."""
        self._propose_for_one(request, users, Approval.Kind.PASSWORD)

    @admin.action(description="確認コードの登録を解くことを申請する(一人ずつ)")
    def reset_second_factor(self, request, users):
        """Ask to let one person enrol anew: for a telephone that was lost."""
        self._propose_for_one(request, users, Approval.Kind.SECOND_FACTOR)

    def _propose_for_one(self, request, users, kind):
        chosen = list(users[:2])
        if len(chosen) != 1:
            messages.error(request, "一人ずつ申請します。職員を一人だけ選んでください。")
            return
        propose(request, kind, User, thing=chosen[0], about=chosen[0].pk)
        tell_of_proposals(request)

    @admin.action(description="ログインの締め出しを解く")
    def unlock(self, request, users):
        """Forget wrong tries, so that the right person may try again at once."""
        for user in users:
            reset(username=user.username)
        messages.success(request, "締め出しを解きました。")


@admin.register(Membership)
class MembershipAdmin(ProposingAdmin):
    """All memberships in one list: for the turn of the year, who ends and who begins."""

    list_display = ["user", "agency", "role", "period"]
    list_filter = [ActiveFilter, "role", "agency"]
    list_select_related = ["user", "agency"]
    search_fields = ["user__name", "user__kana", "agency__name"]
    autocomplete_fields = ["user", "agency"]
    fields = ["user", "agency", "role", "from_day", "until_day"]
