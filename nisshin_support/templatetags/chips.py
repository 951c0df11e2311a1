"""Chips: a word and a shape, so that colour is never alone."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# state → (mark, word, colour)
CHIPS = {
    "full": ("●", "同意あり", "green"),
    "partial": ("◐", "一部同意", "yellow"),
    "none": ("○", "同意なし", "plain"),
    "withdrawn": ("✕", "同意撤回", "red"),
    "unknown": ("?", "同意未確認", "plain"),
    "expired": ("✕", "同意の期限切れ", "orange"),
    "urgent": ("▲", "緊急", "orange"),
    "soon": ("△", "早めに", "yellow"),
    "overdue": ("▲", "期限超過", "orange"),
    "done": ("✓", "済み", "green"),
    "waiting": ("◷", "待ち", "blue"),
    "statute": ("■", "支援会議", "purple"),
    "consent": ("■", "重層的支援会議", "green"),
}
COLOURS = ("green", "blue", "yellow", "orange", "red", "purple", "plain", "grey")


@register.simple_tag
def chip(state: Any, word: str = "", colour: str = "", mark: str = "") -> SafeString:
    """A chip for a known state; an unknown state is its own word, plain."""
    code = str(getattr(state, "value", state))
    known_mark, known_word, known_colour = CHIPS.get(code, ("", code, "plain"))
    return format_html(
        '<span class="chip is-{}">{}{}</span>',
        colour if colour in COLOURS else known_colour,
        _mark(mark or known_mark),
        word or known_word,
    )


def _mark(mark: str) -> SafeString | str:
    if not mark:
        return ""
    half = " is-half" if mark == "◐" else ""
    return format_html('<span class="chip-mark{}" aria-hidden="true">{}</span>', half, mark)
