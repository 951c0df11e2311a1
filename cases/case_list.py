"""The lines of the case list: the same queries for three cases and for three hundred; its rows for the workbook."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from agencies.models.agency import in_force
from cases.models import Case, Category, Consent, LeadTerm, Participation, Plan, Row
from cases.visibility import cases_with_whole_consents, visible_participations
from nisshin_support.wareki import age_on, wareki_short

CONSENT_WORDS = {
    "full": "● 同意あり",
    "partial": "◐ 一部",
    "none": "○ なし",
    "unknown": "○ 未確認",
    "withdrawn": "✕ 撤回",
    "expired": "✕ 期限切れ",
}


@dataclass(frozen=True)
class Line:
    """One case in the list; what the viewer may not know is empty."""

    case: Any
    person: Any = None
    lead: Any = None
    consent: str = ""
    consent_until: date | None = None
    review_on: date | None = None
    last_record_on: date | None = None

    @property
    def consent_word(self):
        return CONSENT_WORDS.get(self.consent, "")


def lines(cases, viewer, purpose):
    """A line for each of these visible cases."""
    keys = [case.pk for case in cases]
    headers = Case.objects.with_header_for(viewer, purpose).filter(pk__in=keys).select_related("main_subject")
    people = {case.pk: case.main_subject for case in headers}
    leads = _leads(keys, viewer, purpose)
    consents = _consents(cases, viewer, purpose)
    rows = Row.objects.visible_to(viewer, purpose).filter(case__in=keys, kind=Row.Kind.RECORD).order_by()
    last = dict(rows.values_list("case").annotate(last=Max("happened_on")))
    running = Plan.objects.visible_to(viewer, purpose).filter(state__in=Plan.NEXT_STATES)
    reviews = dict(
        running.filter(case__in=keys).order_by().values_list("case").annotate(next=Min("review_on"))
    )
    return [
        Line(
            case=case,
            person=people.get(case.pk),
            lead=leads.get(case.pk),
            **consents.get(case.pk, {}),
            review_on=reviews.get(case.pk),
            last_record_on=last.get(case.pk),
        )
        for case in cases
    ]


def _leads(keys, viewer, purpose):
    """The 主担当機関 of each case, as far as the viewer may know who takes part (§1)."""
    leading = LeadTerm.objects.filter(in_force(viewer.day), case=OuterRef("case"), agency=OuterRef("agency"))
    shown = visible_participations(Participation.objects.filter(case__in=keys), viewer, purpose)
    return {each.case_id: each.agency for each in shown.filter(Exists(leading)).select_related("agency")}


# --- consent, in one word --------------------------------------------------------------------------------------------


def _consents(cases, viewer, purpose):
    """For cases whose consents the viewer sees whole: how they stand today. One query for the statements."""
    shown = Case.objects.order_by().filter(pk__in=[case.pk for case in cases])
    whole = set(cases_with_whole_consents(shown, viewer, purpose).values_list("pk", flat=True))
    excludes = Consent.excluded.through.objects.filter(consent=OuterRef("pk"))
    stated = (
        Consent.objects.visible_to(viewer, purpose).filter(case__in=whole).annotate(excludes=Exists(excludes))
    )
    said = {key: [] for key in whole}
    subjects = {case.pk: case.main_subject_id for case in cases}
    for statement in stated:
        if statement.person_id == subjects[statement.case_id]:
            said[statement.case_id].append(statement)
    return {key: _standing(statements, viewer.day) for key, statements in said.items()}


def _standing(statements, day):
    """full / partial / none / withdrawn / expired / unknown, and until when; a sign, not the gate's answer."""
    given = [each for each in statements if each.kind == Consent.Kind.GIVEN]
    against = [each for each in statements if each.kind in (Consent.Kind.REFUSED, Consent.Kind.NARROWED)]
    holding = [each for each in given if each.from_day <= day <= each.until_day and not each.withdrawn_on]
    holding = [each for each in holding if not any(_closes_all(no, each) for no in against)]
    if holding:
        until = max(each.until_day for each in holding)
        covered = {category for each in holding for category in each.categories}
        limited = any(each.excludes for each in statements) or any(
            no.given_on >= each.given_on for no in against for each in holding
        )
        whole = covered == set(Category.values) and not limited
        return {"consent": "full" if whole else "partial", "consent_until": until}
    if any(each.withdrawn_on for each in given):
        return {"consent": "withdrawn"}
    if against:
        return {"consent": "none"}
    return {"consent": "expired" if any(each.until_day < day for each in given) else "unknown"}


def _closes_all(refusal, consent):
    everything = not refusal.categories or set(refusal.categories) == set(Category.values)
    return refusal.all_agencies and everything and refusal.given_on >= consent.given_on


# --- the workbook ----------------------------------------------------------------------------------------------------

HEADINGS = [
    ("番号", 16), ("氏名", 18), ("ふりがな", 22), ("生年月日", 14), ("年齢", 6), ("段階", 16), ("緊急度", 10),
    ("主担当機関", 28), ("同意", 12), ("同意の期限", 12), ("次の見直し", 12), ("最後の記録", 12), ("開始日", 12),
]  # fmt: skip


def workbook(shown, day):
    """The list as .xlsx: text stays text whatever it begins with."""
    book = Workbook()
    sheet = book.active
    sheet.title = "ケース"
    for row, values in enumerate(
        [[heading for heading, _ in HEADINGS], *(_cells(line, day) for line in shown)], 1
    ):
        for column, value in enumerate(values, 1):
            _write(sheet.cell(row, column), value)
    for column, (_, width) in zip(sheet.iter_cols(max_row=1), HEADINGS, strict=True):
        column[0].font, column[0].alignment = Font(bold=True), Alignment(vertical="center")
        sheet.column_dimensions[column[0].column_letter].width = width
    sheet.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell, value):
    cell.value = value
    if isinstance(value, str):
        # A name that begins with "=" is a name, never a formula.
        cell.data_type = "s"


def _cells(line, day):
    case, person = line.case, line.person
    born = person.birth if person else None
    return [
        case.number,
        person.name if person else "",
        person.kana if person else "",
        str(born) if born else "",
        age_on(born.date, day) if born else None,
        case.get_stage_display(),
        case.get_urgency_display(),
        str(line.lead) if line.lead else "",
        line.consent_word,
        *(
            wareki_short(each) if each else ""
            for each in (line.consent_until, line.review_on, line.last_record_on)
        ),
        wareki_short(case.opened_on),
    ]
