"""市の設定 and 閉庁日."""

from django.contrib import admin
from django.shortcuts import redirect

from agencies.admin.proposing import ProposingAdmin
from agencies.models import CitySetting, Holiday
from agencies.roster_site import RosterAdmin


@admin.register(CitySetting)
class CitySettingAdmin(ProposingAdmin):
    """One row; its list is its page."""

    fieldsets = [
        (None, {"fields": ["city_name", "consent_meeting_name", "statute_meeting_name"]}),
        ("同意", {"fields": ["consent_months", "oral_consent_counts"]}),
        (
            "期限",
            {"fields": ["referral_answer_days", "review_months", "meeting_open_days", "idle_lock_minutes"]},
        ),
        ("保存と公表", {"fields": ["retention_years", "published_threshold"]}),
        ("守秘の確認", {"fields": ["secrecy_text", "secrecy_version"]}),
    ]

    def has_add_permission(self, request):
        return False

    def changelist_view(self, request, extra_context=None):
        if self.has_view_permission(request):
            CitySetting.objects.get_or_create(pk=1)
        return redirect("admin:agencies_citysetting_change", 1)


@admin.register(Holiday)
class HolidayAdmin(RosterAdmin):
    list_display = ["day", "name"]
    date_hierarchy = "day"
    may_delete = True
