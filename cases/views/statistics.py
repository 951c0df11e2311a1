"""統計: the fixed tables of a 年度, on the screen and for Excel."""

from io import BytesIO

from django.http import HttpResponse
from django.shortcuts import render
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from agencies.models import CitySetting
from cases import audit
from cases.statistics import meetings_held, tables_of
from cases.visibility import Purpose
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_label

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YEARS = 6
NOTE = "{threshold}未満の数と、それが分かってしまう数は「－」にしています。0はそのまま出します。"


@for_purpose(Purpose.STATISTICS)
def statistics(request):
    """The tables of one year; small numbers are hidden."""
    year = asked_year(request)
    context = {
        "year": year,
        "year_label": fiscal_year_label(year),
        "years": [(number, fiscal_year_label(number)) for number in years(request)],
        "meetings": meetings_held(request.viewer, request.purpose, year),
        "tables": tables_of(request.viewer, request.purpose, year),
        "note": NOTE.format(threshold=CitySetting.current().published_threshold),
    }
    audit.saw(request, "統計", things=[year])
    return render(request, "cases/statistics_page.html", context)


@for_purpose(Purpose.STATISTICS)
def statistics_file(request):
    """The same tables for Excel, one below the other."""
    year = asked_year(request)
    held = meetings_held(request.viewer, request.purpose, year)
    tables = tables_of(request.viewer, request.purpose, year)
    audit.did(request, "統計のExcel", things=[year])
    response = HttpResponse(workbook(year, held, tables), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="toukei_{year}.xlsx"'
    return response


def years(request):
    """The years that can be asked for: this one and the five before."""
    this = fiscal_year(request.viewer.day)
    return range(this, this - YEARS, -1)


def asked_year(request):
    """The year in the address, or this one."""
    known = {str(year): year for year in years(request)}
    return known.get(request.GET.get("year", ""), years(request)[0])


def workbook(year, held, tables):
    """The sheet as bytes."""
    book = Workbook()
    sheet = book.active
    sheet.title = fiscal_year_label(year)
    sheet.append([f"重層的支援体制整備事業 統計 {fiscal_year_label(year)}"])
    sheet.append([NOTE.format(threshold=CitySetting.current().published_threshold)])
    _append(sheet, "会議の開催回数", ["会議", "回数"], held)
    for table in tables:
        _append(
            sheet, table.title, [table.heading, *table.headings], [(label, *row) for label, row in table.rows]
        )
        if table.note:
            sheet.append([table.note])
    sheet.column_dimensions["A"].width = 44
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _append(sheet, title, headings, rows):
    sheet.append([])
    sheet.append([title])
    sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    sheet.append(headings)
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row][1:]:
            cell.alignment = Alignment(horizontal="right")
