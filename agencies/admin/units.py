"""機関, 別表 and 場."""

from django.contrib import admin, messages
from django.db.models import Q

from agencies.admin.periods import PeriodForm, PeriodFormSet
from agencies.admin.proposing import ProposingAdmin
from agencies.models import Agency, AgencyList, Commission, Membership, Place
from agencies.models.agency import in_force
from agencies.roster_site import RosterAdmin, RosterRules
from nisshin_support import clock


class ActiveFilter(admin.SimpleListFilter):
    """Things in force today, over, or still to come."""

    title = "状態"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("active", "現在"), ("ended", "終了"), ("coming", "これから")]

    def queryset(self, request, queryset):
        today = clock.today()
        conditions = {
            "active": in_force(today),
            "ended": Q(until_day__lt=today),
            "coming": Q(from_day__gt=today),
        }
        return queryset.filter(conditions[self.value()]) if self.value() in conditions else queryset


class CommissionForm(PeriodForm):
    same = ("agency", "plan_row", "layer")


class CommissionInline(RosterRules, admin.TabularInline):
    model = Commission
    form, formset = CommissionForm, PeriodFormSet
    extra = 0
    may_delete = True
    fields = ["plan_row", "layer", "form", "headcount", "from_day", "until_day"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("agency", "plan_row")


class MembershipForm(PeriodForm):
    same = ("user", "agency", "role")


class AgencyMembershipInline(RosterRules, admin.TabularInline):
    model = Membership
    form, formset = MembershipForm, PeriodFormSet
    extra = 0
    fields = ["user", "role", "from_day", "until_day"]
    autocomplete_fields = ["user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "agency")


@admin.register(Agency)
class AgencyAdmin(ProposingAdmin):
    list_display = ["name", "short_name", "kind", "provisional", "function", "period"]
    list_filter = [ActiveFilter, "kind", "provisional"]
    search_fields = ["name", "short_name", "kana"]
    ordering = ["order", "kana", "pk"]
    inlines = [CommissionInline, AgencyMembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "kana", "short_name", "kind", "provisional", "function", "order"]}),
        ("連絡先", {"fields": ["postal_address", "telephone"]}),
        ("期間", {"fields": ["from_day", "until_day"]}),
    ]


@admin.register(AgencyList)
class AgencyListAdmin(ProposingAdmin):
    """A version may be named in consents: from its first day on it stays as it is."""

    list_display = ["name", "version", "from_day"]
    filter_horizontal = ["agencies"]

    def has_change_permission(self, request, obj=None):
        open_still = obj is None or obj.from_day > clock.today()
        return open_still and super().has_change_permission(request, obj)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        if found and not self.has_change_permission(request, found):
            messages.info(
                request,
                "施行日を過ぎた版は、同意の相手として使われるため変えられません。新しい版を追加してください。",
            )
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(Place)
class PlaceAdmin(RosterAdmin):
    list_display = ["name", "provisional", "plan_row", "agency", "town", "period"]
    list_filter = [ActiveFilter, "plan_row__programme", "provisional"]
    list_select_related = ["plan_row", "agency"]
    search_fields = ["name", "town"]
    ordering = ["plan_row__order", "name", "pk"]
    fields = ["plan_row", "name", "provisional", "agency", "town", "note", "from_day", "until_day"]
    autocomplete_fields = ["agency"]
