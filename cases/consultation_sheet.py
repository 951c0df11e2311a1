"""The sheet of one consultation, and its line in a list: plain values, so that no template has to ask."""

from dataclasses import dataclass
from typing import Any

from nisshin_support.wareki import both_calendars, wareki_long


@dataclass(frozen=True)
class Block:
    """One block of the sheet: its heading and what is filled in, (label, value) each."""

    title: str
    facts: list


@dataclass(frozen=True)
class Line:
    """One consultation in the list; `case` only if the viewer sees it."""

    consultation: Any
    person: Any
    case: Any
    by: str


def lines(consultations, visible_cases, viewer):
    """List lines of these consultations; `visible_cases` are those the viewer sees, by key."""
    return [
        Line(
            consultation=each,
            person=each.person,
            case=visible_cases.get(each.case_id),
            by=each.author.user.name if each.agency_id == viewer.agency_id else str(each.agency),
        )
        for each in consultations
    ]


def blocks(consultation, *, with_contact):
    """What is filled in, block by block; the contact details only where they may stand."""
    whole = [
        Block("受付", _taken(consultation)),
        Block("本人", _person(consultation)),
        Block("連絡先", _contact(consultation, with_contact)),
        Block("相談", _told(consultation)),
        Block("世帯・同意・見立て", _around(consultation)),
    ]
    filled = [
        Block(block.title, [(label, value) for label, value in block.facts if value]) for block in whole
    ]
    return [block for block in filled if block.facts]


def _taken(given):
    moment = f" {given.taken_at:%H:%M}" if given.taken_at else ""
    fair = (
        f"{given.consultation_day.place}({both_calendars(given.consultation_day.day)})"
        if given.consultation_day
        else ""
    )
    return [
        ("受付日", f"{wareki_long(given.taken_on)}{moment}"),
        ("受付", f"{given.agency} {given.author.user.name}"),
        ("相談方法", given.get_channel_display()),
        ("相談会", fair),
        ("緊急度", given.get_urgency_display()),
        ("相談経路", given.get_route_display()),
        ("紹介元", given.introduced_by),
    ]


def _person(given):
    if given.person is None:
        return [("氏名", "匿名")]
    person = given.person
    return [
        ("氏名", person.name),
        ("ふりがな", person.kana),
        ("生年月日", str(person.birth) if person.birth else ""),
        ("性別", person.get_sex_display()),
    ]


def _contact(given, with_contact):
    facts = []
    if given.address_concealed:
        facts.append(("住所秘匿", "あり。住所や電話を伝えたり、書き写したりしないでください。"))
    if with_contact:
        facts += [
            ("住所", given.address),
            ("電話", given.telephone),
            ("連絡の制限", given.contact_restriction),
        ]
    caller = " ".join(part for part in (given.caller_name, given.caller_relation) if part)
    return [*facts, ("来談者", caller), ("来談者の電話", given.caller_telephone)]


def _told(given):
    return [
        ("相談の内容", given.summary),
        ("希望・配慮してほしいこと", given.wish),
        ("相談内容", _marked(given, "topics", "main_topic")),
        ("分野", _marked(given, "fields", "main_field")),
    ]


def _marked(given, group, main):
    """The chosen ones in the order of the sheet, the main one with ◎."""
    words = dict(given._meta.get_field(main).choices)
    chosen = getattr(given, group)
    return "、".join(
        f"◎{words[code]}" if code == getattr(given, main) else words[code] for code in words if code in chosen
    )


def _around(given):
    return [
        ("世帯のようす", given.household_note),
        ("情報共有への同意(聞き取り)", given.get_consent_said_display()),
        ("スクリーニングの結果", given.screening_note),
    ]
