"""The reason of a rejection: it is told to the person who asked."""

from django import forms

from nisshin_support.forms import HouseForm


class RejectionForm(HouseForm):
    reason = forms.CharField(
        label="却下の理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="申請した人が読みます。ケースや対象者のことは書かないでください。",
    )
