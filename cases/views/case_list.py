"""ケースの一覧: 担当分 / 支援中 / 全件, and the same as a workbook."""

from django.http import HttpResponse
from django.shortcuts import render

from cases import audit
from cases.case_list import lines, workbook
from cases.models import Case
from cases.visibility import Purpose
from nisshin_support.purpose import for_purpose

SUPPORT = Purpose.SUPPORT
PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCOPES = [("mine", "担当分"), ("open", "支援中"), ("all", "全件")]
# No order by name: where a name may not be seen, its place in the list would tell it.
ORDERS = [("new", "新しい順", ("-fiscal_year", "-serial")), ("old", "開始日が古い順", ("opened_on", "pk"))]


@for_purpose(SUPPORT)
def cases(request):
    """The cases that exist for the viewer, 25 on a page."""
    scope, order = _asked(request)
    number = _page_number(request)
    start = (number - 1) * PAGE
    found = list(_found(request, scope, order)[start : start + PAGE + 1])
    shown = lines(found[:PAGE], request.viewer, SUPPORT)
    audit.saw(request, "ケースの一覧", things=[line.case.public_id for line in shown])
    same = f"?show={scope}&order={order}"
    context = {
        "lines": shown,
        "scope": scope,
        "order": order,
        "scopes": SCOPES,
        "orders": [(code, label) for code, label, _ in ORDERS],
        "previous_url": f"{same}&page={number - 1}" if number > 1 else "",
        "next_url": f"{same}&page={number + 1}" if len(found) > PAGE else "",
        "range_label": f"{start + 1}〜{start + len(shown)}件目",
    }
    return render(request, "cases/case_list.html", context)


@for_purpose(SUPPORT)
def case_export(request):
    """The same list, whole, for Excel: exactly what the screen shows, no more."""
    scope, order = _asked(request)
    shown = lines(list(_found(request, scope, order)), request.viewer, SUPPORT)
    audit.saw(request, "ケース一覧のExcel", things=[line.case.public_id for line in shown])
    response = HttpResponse(workbook(shown, request.viewer.day), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="cases.xlsx"'
    return response


def _asked(request):
    scope = request.GET.get("show", "")
    order = request.GET.get("order", "")
    known = [code for code, _ in SCOPES]
    return scope if scope in known else known[0], order if order in [code for code, *_ in ORDERS] else "new"


def _found(request, scope, order):
    found = Case.objects.visible_to(request.viewer, SUPPORT)
    if scope == "mine":
        found = found.open().led_by(request.viewer.agency, request.viewer.day)
    elif scope == "open":
        found = found.open()
    return found.order_by(*next(fields for code, _, fields in ORDERS if code == order))


def _page_number(request):
    page = request.GET.get("page", "")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1
