"""{% form_key %}: the hidden key that makes a form sent twice act once (see nisshin_support.once)."""

from django import template
from django.utils.html import format_html

from nisshin_support.once import KEY_FIELD, new_key

register = template.Library()


@register.simple_tag
def form_key():
    """A hidden input with a fresh key; inside every form that changes something."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, new_key())
