"""An edit of something changed meanwhile is not saved over it: both versions are shown."""

from django import forms
from django.utils.datastructures import MultiValueDict

CHANGED = "ほかの人が先に保存しました。下で両方の内容を比べて、必要なら直してからもう一度保存してください。"


class VersionRules(forms.ModelForm):
    """Put it before HouseModelForm: carries the version that was read, and refuses an older one.

    After a refusal `changed_meanwhile` lists (label, theirs, mine) for each differing field, for
    `_changed_meanwhile.html`; the form then carries the newer version, so that saving again is a decision.
    """

    changed_meanwhile: list[tuple[object, object, object]] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        version = forms.IntegerField(widget=forms.HiddenInput, required=False)
        self.fields["version"] = version
        self.initial["version"] = self.instance.version

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and cleaned.get("version") != self._stored_version():
            self._show_both()
        return cleaned

    def _stored_version(self):
        # The version may live in a parent's table (kinds of row): that one is locked until the transaction ends.
        owner = type(self.instance)._meta.get_field("version").model
        return (
            owner._base_manager.select_for_update()
            .filter(pk=self.instance.pk)
            .values_list("version", flat=True)
            .get()
        )

    def _show_both(self):
        stored = type(self.instance)._base_manager.get(pk=self.instance.pk)
        theirs = forms.models.model_to_dict(stored)
        self.changed_meanwhile = [
            (self.fields[name].label, theirs.get(name), self.cleaned_data.get(name))
            for name in self.fields
            if name in theirs and name in self.cleaned_data and theirs[name] != self.cleaned_data[name]
        ]
        self.add_error(None, forms.ValidationError(CHANGED, code="changed"))
        self.data = MultiValueDict({name: self.data.getlist(name) for name in self.data})  # type: ignore[attr-defined]
        self.data[self.add_prefix("version")] = stored.version

    def save(self, commit=True):
        self.instance.version = (self.instance.version or 0) + (1 if self.instance.pk else 0)
        return super().save(commit)
