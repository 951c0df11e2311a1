"""Dated rows edited side by side: overlaps are said beside the row, and closing one while opening the next works."""

from datetime import date
from itertools import combinations

from django import forms

OVERLAP = "期間が重なっています。前の期間の終了日か、次の期間の開始日を直してください。"
SWAP = "この変更は一度に保存できません。先に終わる期間の終了日だけを直して保存し、そのあとで次の期間を直してください。"


class PeriodForm(forms.ModelForm):
    """One dated row of an inline. The overlap is judged over all rows together, so not here against stored ones."""

    def validate_constraints(self):
        exclude = self._get_validation_exclusions() | set(self.same)
        try:
            self.instance.validate_constraints(exclude=exclude)
        except forms.ValidationError as problem:
            self._update_errors(problem)


class PeriodFormSet(forms.BaseInlineFormSet):
    """The rows of one parent. `same`: what must be equal for two rows to count as the same commission or role."""

    def clean(self):
        super().clean()
        rows = [form for form in self.forms if self._is_whole(form)]
        for earlier, later in combinations(rows, 2):
            if not self._is_same(earlier, later):
                continue
            if _overlap(_typed(earlier), _typed(later)):
                later.add_error("from_day", OVERLAP)
            elif later.instance.pk and _overlap(_typed(earlier), _stored(later)):
                later.add_error("from_day", SWAP)

    def _is_whole(self, form):
        if not getattr(form, "cleaned_data", None) or form.errors or form.cleaned_data.get("DELETE"):
            return False
        return form.cleaned_data.get("from_day") is not None

    def _is_same(self, one, other):
        return all(one.cleaned_data.get(name) == other.cleaned_data.get(name) for name in self.form.same)


def _typed(form):
    return form.cleaned_data["from_day"], form.cleaned_data.get("until_day")


def _stored(form):
    return form.initial["from_day"], form.initial.get("until_day")


def _overlap(one, other):
    """Whether two closed periods share a day; an open end is the last day there is."""
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)
