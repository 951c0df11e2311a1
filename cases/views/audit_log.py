"""監査記録: who saw or did what, for which purpose, when; case numbers, no contents and no names of people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agencies.models import Role
from cases import audit
from cases.forms.audit import AuditFilterForm
from cases.models import AuditCheck, AuditEntry, StoredSearch
from cases.visibility import Purpose
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year_label

PAGE = 50
LATE = timedelta(days=1)
ROLES, PURPOSES = dict(Role.choices), dict(Purpose.choices)


@dataclass(frozen=True)
class Line:
    """One entry as the auditor reads it."""

    at: datetime
    user: str
    agency: str
    role: str
    purpose: str
    act: str
    rule: str
    number: str


@dataclass(frozen=True)
class Sealing:
    """How far the trail is sealed, and what the last verification found."""

    sealed: AuditCheck | None
    verified: AuditCheck | None
    waiting: int

    @property
    def is_late(self):
        """Whether entries have waited for more than a day: then the timer does not run."""
        return bool(self.waiting) and (not self.sealed or timezone.now() - self.sealed.at > LATE)


@for_purpose(Purpose.AUDIT)
@require_http_methods(["GET", "POST"])
def audit_log(request):
    """The trail, newest first. What is looked for is posted and kept under an opaque id."""
    if request.method == "POST":
        return _keep_words(request)
    search = _search(request)
    form = AuditFilterForm(search.words if search else None)
    entries = AuditEntry.objects.visible_to(request.viewer, request.purpose).for_audit_page()
    found = _narrowed(entries, form.cleaned_data) if search and form.is_valid() else entries
    page, older, newer = page_of(found, _key(request, "before"), _key(request, "after"))
    audit.saw(request, "監査記録")
    context = {
        "form": form,
        "sealing": _sealing(entries),
        "is_filtered": bool(search),
        "lines": [_line(entry) for entry in page],
        "previous_url": _address(search, "after", page[0]["pk"]) if newer else "",
        "next_url": _address(search, "before", page[-1]["pk"]) if older else "",
    }
    return render(request, "cases/audit_log.html", context)


def _sealing(entries):
    checks = AuditCheck.objects
    sealed, verified = checks.newest(AuditCheck.Act.SEAL), checks.newest(AuditCheck.Act.VERIFY)
    return Sealing(sealed, verified, entries.not_sealed_since(checks.newest()).count())


def _keep_words(request):
    form = AuditFilterForm(request.POST)
    if not form.is_valid():
        return render(
            request, "cases/audit_log.html", {"form": form, "sealing": None, "is_filtered": True, "lines": []}
        )
    words = {name: request.POST.get(name, "") for name in form.fields}
    return redirect(_address(StoredSearch.keep(request.user, **words)))


def _search(request):
    """One's own search by its opaque id; anybody else's does not exist."""
    return StoredSearch.of(request.user, request.GET.get("search", ""))


def _narrowed(entries, chosen):
    conditions = {
        "at__date__gte": chosen["from_day"],
        "at__date__lte": chosen["until_day"],
        "user__name__contains": chosen["staff"],
        "purpose": chosen["purpose"],
    }
    if chosen["number"]:
        conditions["year"], conditions["serial"] = chosen["number"]
    return entries.filter(**{name: value for name, value in conditions.items() if value})


def page_of(entries, before=None, after=None):
    """Fifty entries by key, newest first; whether there are older ones, whether there are newer ones."""
    if after:
        found = list(entries.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        return found[:PAGE][::-1], True, len(found) > PAGE
    found = list((entries.filter(pk__lt=before) if before else entries).order_by("-pk")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE, bool(before and found)


def _key(request, name):
    key = request.GET.get(name, "")
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None


def _address(search=None, name="", key=None):
    words = [f"search={search.public_id}"] if search else []
    words += [f"{name}={key}"] if key else []
    return f"{reverse('cases:audit')}{'?' if words else ''}{'&'.join(words)}"


def _line(entry):
    number = f"{fiscal_year_label(entry['year'])}-{entry['serial']:04d}" if entry["serial"] else ""
    return Line(
        at=entry["at"],
        user=entry["user__name"] or "",
        agency=entry["agency__short_name"] or "",
        role=ROLES.get(entry["membership__role"], ""),
        purpose=PURPOSES.get(entry["purpose"], ""),
        act=entry["act"],
        rule=entry["rule"],
        number=number,
    )
