"""支援会議の構成員: standing terms only; whom a chair designated for one item is not shown here."""

from django import forms
from django.contrib import admin

from agencies.admin.proposing import ProposingAdmin
from agencies.admin.units import ActiveFilter
from meetings.models import RosterTerm


class RosterTermForm(forms.ModelForm):
    """A standing term. `item` stands in no form, but the rule against overlaps has to know that it is empty."""

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"item"}


@admin.register(RosterTerm)
class RosterTermAdmin(ProposingAdmin):
    form = RosterTermForm
    list_display = ["user", "agency", "member_kind", "period", "acknowledged_on"]
    list_filter = [ActiveFilter, "member_kind", ("acknowledged_on", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "agency"]
    search_fields = ["user__name", "user__kana", "agency__name"]
    autocomplete_fields = ["user", "agency"]
    fields = [
        "user",
        "agency",
        "member_kind",
        "from_day",
        "until_day",
        "acknowledged_on",
        "acknowledged_version",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(item__isnull=True)
