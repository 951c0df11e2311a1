"""Pages of the roster whose changes may give sight: such a change is proposed, the rest is saved at once (§3.5)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.urls import reverse
from django.utils.html import format_html

from agencies import sight
from agencies.approval_words import what_of
from agencies.models import Approval
from agencies.roster_site import RosterAdmin
from cases import audit

PROPOSED = "次の変更は、ほかの名簿管理の人が承認すると有効になります。それまでは何も変わりません。"


def propose(request, kind, model, *, thing=None, values=None, about=None):
    """Write one proposal down, and say on the next page that it waits."""
    label, values = model._meta.label, values or {}
    approval = Approval.objects.create(
        kind=kind,
        model=label,
        object_key=thing.pk if thing else None,
        before=sight.guarded_values_of(thing) if thing else {},
        values=values,
        what=what_of(kind, model, values, thing),
        about_id=about,
        proposed_by=request.user,
    )
    audit.did(request, "変更を申請する", things=[approval.public_id], rule="§3.5")
    proposals_of(request).append(approval)
    return approval


def proposals_of(request):
    """The proposals that this request made."""
    if not hasattr(request, "proposals"):
        request.proposals = []
    return request.proposals


def save_what_narrows(request, thing, changed, wanted_lists=None):
    """Save the changed fields as far as they give nobody more sight; propose the rest. Returns the lists to save."""
    model = type(thing)
    stored = model.objects.select_for_update().get(pk=thing.pk)
    before, typed = sight.values_of(stored), sight.values_of(thing) | (wanted_lists or {})
    after = before | {name: typed[name] for name in changed if name in typed}
    sight.put(thing, after)
    waiting = sight.widening(model._meta.label, before, after)
    sight.put(thing, {name: before[name] for name in waiting})
    if waiting and not _is_whole(thing):
        # Half of the change would be impossible by itself (a period moved as a whole): all of it waits.
        waiting = [name for name in after if after[name] != before[name]]
        sight.put(thing, before)
    at_once = [name for name in before if after[name] != before[name] and name not in waiting]
    thing.save(update_fields=[name for name in at_once if name not in (wanted_lists or {})])
    lists = {name: _without_new(before, after, name, waiting) for name in wanted_lists or {}}
    sight.put_lists(thing, lists)
    if waiting:
        values = {name: after[name] for name in waiting}
        about = values.get("user", getattr(thing, "user_id", None))
        about = thing.pk if sight.is_account(model._meta.label) else about
        propose(request, Approval.Kind.CHANGE, model, thing=thing, values=values, about=about)
    return lists


def _without_new(before, after, name, waiting):
    """What of a list stands at once: what stays of the old; the new agencies wait."""
    return sorted(set(before[name]) & set(after[name])) if name in waiting else after[name]


def _is_whole(thing):
    try:
        with transaction.atomic():
            thing.full_clean()
    except (ValidationError, DataError):  # a period that ends before it begins cannot even be compared
        return False
    return True


class ProposingAdmin(RosterAdmin):
    """A page whose changes may give sight."""

    def save_model(self, request, obj, form, change):
        if change:
            lists = save_what_narrows(request, obj, form.changed_data, self._wanted_lists(form))
            form.cleaned_data |= {name: list(keys) for name, keys in lists.items()}
        elif not sight.gives_sight_when_new(self.model):
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """What hangs from something that is only proposed goes into its proposal."""
        if form.instance.pk:
            super().save_related(request, form, formsets, change)
            return
        values = sight.values_of(form.instance) | self._wanted_lists(form)
        rows = [row for formset in formsets for row in formset.save(commit=False)]
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if rows:
            values["memberships"] = [
                {name: value for name, value in sight.values_of(row).items() if name != "user"}
                for row in rows
            ]
        about = values.get("user")
        propose(request, Approval.Kind.ADD, self.model, values=values, about=about)

    def save_formset(self, request, form, formset, change):
        if not sight.gives_sight(formset.model):
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for row, changed in formset.changed_objects:
            save_what_narrows(request, row, changed)
        for row in formset.new_objects:
            values = sight.values_of(row)
            propose(request, Approval.Kind.ADD, formset.model, values=values, about=values["user"])
        formset.save_m2m()

    def _wanted_lists(self, form):
        names = [
            f.name for f in self.model._meta.many_to_many if f.name in sight.WIDENING[self.model._meta.label]
        ]
        return {
            name: sorted(agency.pk for agency in form.cleaned_data[name])
            for name in names
            if name in form.cleaned_data
        }

    def log_addition(self, request, obj, message):
        if obj.pk:
            super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        super().log_change(request, obj, "承認を申請した" if proposals_of(request) else message)

    def response_add(self, request, obj, post_url_continue=None):
        if not proposals_of(request):
            return super().response_add(request, obj, post_url_continue)
        tell_of_proposals(request)
        return self.response_post_save_add(request, obj)

    def response_change(self, request, obj):
        if not proposals_of(request):
            return super().response_change(request, obj)
        tell_of_proposals(request)
        return self.response_post_save_change(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        waiting = list(Approval.objects.concerning(obj)) if obj else []
        context["waiting"] = [
            (one.what, reverse("agencies:approval", args=[one.public_id])) for one in waiting
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)


def tell_of_proposals(request):
    """Say what waits now, each with the way to its page."""
    messages.warning(request, PROPOSED)
    for approval in proposals_of(request):
        address = reverse("agencies:approval", args=[approval.public_id])
        messages.warning(request, format_html('<a href="{}">{}</a>', address, approval.what))
