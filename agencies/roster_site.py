"""名簿と設定: the admin as the roster administrators' workplace. It knows agencies and staff, and no case.

Entry is by the purpose 名簿管理 of the membership in use alone; is_staff and is_superuser open nothing.
"""

from functools import wraps

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404
from django.urls import reverse

from agencies.models import Approval
from cases.visibility import Purpose
from nisshin_support import wareki
from nisshin_support.forms import DATE_HELP, KanaField, WarekiDateField, WarekiDateInput
from nisshin_support.kana import katakana

ORDER = [
    "User",
    "Membership",
    "Agency",
    "AgencyList",
    "Place",
    "PlanRow",
    "RosterTerm",
    "Holiday",
    "CitySetting",
]  # of the index: staff change most often, settings least


class RosterSite(admin.AdminSite):
    site_title = site_header = "名簿と設定"
    index_title = "機関・職員・計画・会議の構成員"

    def has_permission(self, request):
        """Whether the membership in use has the purpose 名簿管理."""
        viewer = getattr(request, "viewer", None)
        return bool(viewer and viewer.may_act_for(Purpose.ROSTER))

    def admin_view(self, view, cacheable=False):
        """Each page states its purpose; for anybody else it does not exist."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def serve(request, *args, **kwargs):
            if not self.has_permission(request):
                raise Http404
            request.purpose = Purpose.ROSTER
            return inner(request, *args, **kwargs)

        return serve

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only what follows the rules below; other packages' models have no place in here."""
        if admin_class and issubclass(admin_class, RosterRules):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request, app_label=None):
        """The models in the order of the work."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: ORDER.index(model["object_name"]))
        return sorted(apps, key=lambda app: ORDER.index(app["models"][0]["object_name"]))

    def each_context(self, request):
        """Each page says how many changes wait for a second person."""
        waiting = Approval.objects.waiting().count() if self.has_permission(request) else 0
        return super().each_context(request) | {"waiting_count": waiting}

    def get_urls(self):
        """Without the admin's own log-out and passwords, and without the address that looks up any object by number."""
        left_out = {"logout", "view_on_site", "password_change", "password_change_done"}
        return [entry for entry in super().get_urls() if getattr(entry, "name", "") not in left_out]

    @login_not_required
    def login(self, request, extra_context=None):
        """Lead to the product's own log-in; whoever is logged in already finds nothing here."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(reverse("admin:index"))


class RosterDateField(WarekiDateField):
    """A day in either calendar, with its example even where the model has no help text."""

    def __init__(self, **options):
        options["help_text"] = options.get("help_text") or DATE_HELP
        super().__init__(**options)


class RosterRules:
    """What every roster page and inline does: one permission for all, 和暦, kana, nothing deleted but ended."""

    formfield_overrides = {models.DateField: {"form_class": RosterDateField, "widget": WarekiDateInput}}
    may_delete = False

    def has_view_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.may_delete and self.admin_site.has_permission(request)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "kana":
            return KanaField(label=db_field.verbose_name, max_length=db_field.max_length, required=False)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for power in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
            if field and hasattr(field.widget, power):
                setattr(field.widget, power, False)
        return field


class RosterAdmin(RosterRules, admin.ModelAdmin):
    """A page of the roster."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request):
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request):
        return self.admin_site.has_permission(request)

    def changelist_view(self, request, extra_context=None):
        title = f"{self.model._meta.verbose_name}の一覧"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_search_results(self, request, queryset, search_term):
        """Find a reading however its kana are typed."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        as_katakana = katakana(search_term)
        if as_katakana != search_term:
            more, more_duplicates = super().get_search_results(request, queryset, as_katakana)
            found, duplicates = found | more, duplicates or more_duplicates
        return found, duplicates

    @admin.display(description="期間", ordering="from_day")
    def period(self, thing):
        """R7.4.1〜R8.3.31"""
        until = wareki.wareki_short(thing.until_day) if thing.until_day else ""
        return f"{wareki.wareki_short(thing.from_day)}〜{until}"
