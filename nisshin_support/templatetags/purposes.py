"""What the purpose bar says: in words, with an icon and a colour."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# purpose → (label, colour, icon, note)
FACES = {
    "support": ("支援", "blue", "support", "担当する支援のために見ています"),
    "preparation": ("会議準備", "grey", "preparation", "会議の資料を整えるために見ています"),
    "meeting": ("会議", "grey", "meeting", "会議のために見ています"),
    "meeting_record": ("会議記録", "grey", "record", "会議の記録をつくるために見ています"),
    "emergency": ("緊急提供", "orange", "emergency", "理由と相手が記録に残ります"),
    "identity": ("本人の確認", "grey", "identity", "同じ人かどうかを確かめるために見ています"),
    "roster": ("名簿管理", "grey", "roster", "ケースの内容は見えません"),
    "statistics": ("統計", "grey", "statistics", "個人が分かる内容は見えません"),
    "audit": ("監査", "grey", "audit", "だれが何を見たかを確かめています"),
}
# legal basis of the meeting → (label, colour, icon, note)
BASES = {
    "consent": ("重層的支援会議", "green", "meeting", "本人同意に基づく共有"),
    "statute": ("支援会議", "purple", "statute", "法106条の6・守秘義務・この会議限り"),
}
MEETING_ACTS = {"preparation": "の準備", "meeting": "", "meeting_record": "の記録"}


def purpose_face_of(purpose: str, basis: str = "") -> dict[str, Any] | None:
    """The bar for a purpose (its code) and, at a meeting, the meeting's legal basis."""
    if purpose in MEETING_ACTS and basis in BASES:
        label, colour, icon, note = BASES[basis]
        label += MEETING_ACTS[purpose]
    elif purpose in FACES:
        label, colour, icon, note = FACES[purpose]
    else:
        return None
    return {"label": label, "colour": colour, "icon": icon, "note": note, "statute": colour == "purple"}


@register.simple_tag(takes_context=True)
def purpose_face(context: template.Context) -> dict[str, Any] | None:
    """The purpose bar of this page, or None where nobody looks at anything yet."""
    purpose = getattr(context.get("request"), "purpose", None)
    return purpose_face_of(str(getattr(purpose, "value", "")), str(context.get("segment_basis", "")))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small line drawing beside a word. It never stands alone."""
    address = static("img/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', address, name)
