"""計画の行 and their numbers by 年度."""

from django.contrib import admin

from agencies.models import PlannedNumber, PlanRow
from agencies.roster_site import RosterAdmin, RosterRules


class PlannedNumberInline(RosterRules, admin.TabularInline):
    model = PlannedNumber
    extra = 0
    may_delete = True
    fields = ["fiscal_year", "layer", "form", "number", "unit", "status"]


@admin.register(PlanRow)
class PlanRowAdmin(RosterAdmin):
    list_display = ["name", "programme", "group", "measure", "order"]
    list_filter = ["programme", "measure"]
    search_fields = ["name", "group"]
    ordering = ["order"]
    inlines = [PlannedNumberInline]
    fields = ["code", "programme", "group", "name", "measure", "note", "order"]
