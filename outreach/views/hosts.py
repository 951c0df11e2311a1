"""受入れ先: the hosts of the city's 参加支援, without the people whom they host."""

from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render

from cases import audit
from cases.visibility import Purpose
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import fiscal_year
from outreach.forms.host import HostEditForm, HostForm, HostMenuFormSet
from outreach.models import Host, HostMenu, Placement
from outreach.views.shown import name_rows, page_of, say_saved


@for_purpose(Purpose.SUPPORT)
def hosts(request):
    """All hosts; the number of people there counts only placements that this viewer may see."""
    past = request.GET.get("state") == "all"
    chosen = Host.objects.with_menus() if past else Host.objects.active_on(request.viewer.day).with_menus()
    page = page_of(request, chosen)
    seen = _running(request).filter(host__in=[host.pk for host in page.rows])
    numbers = dict(seen.order_by().values_list("host").annotate(Count("pk")))
    for host in page.rows:
        host.seen_here = numbers.get(host.pk, 0)
    audit.saw(request, "受入れ先の一覧", things=[host.public_id for host in page.rows])
    context = {"page": page, "hosts": page.rows, "all": past, "tab": "hosts"}
    return render(request, "outreach/hosts.html", context | {"year": fiscal_year(request.viewer.day)})


@for_purpose(Purpose.SUPPORT)
@once
def host_new(request):
    """Register a host with its menus."""
    form = HostForm(request.POST or None, initial={"from_day": request.viewer.day})
    form.instance.agency = request.viewer.agency
    menus = HostMenuFormSet(request.POST or None, instance=form.instance, queryset=HostMenu.objects.none())
    return _answer(request, form, menus, "受入れ先の登録")


@for_purpose(Purpose.SUPPORT)
def host(request, public_id):
    """One host, its menus, and the placements there that the viewer may see."""
    found = get_object_or_404(Host.objects.with_menus(), public_id=public_id)
    rows = name_rows(request, list(_visible(request).filter(host=found).for_list().by_stage()))
    audit.saw(request, "受入れ先", rows=rows, things=[found.public_id])
    may_edit = found.agency_id == request.viewer.agency_id
    return render(request, "outreach/host.html", {"host": found, "placements": rows, "may_edit": may_edit})


@for_purpose(Purpose.SUPPORT)
@once
def host_edit(request, public_id):
    """Keep one's own host up to date; a menu taken away is retired, whether or not it is in use."""
    found = get_object_or_404(Host.objects.kept_by(request.viewer.agency), public_id=public_id)
    form = HostEditForm(request.POST or None, instance=found)
    menus = HostMenuFormSet(request.POST or None, instance=found, queryset=HostMenu.objects.offered())
    return _answer(request, form, menus, "受入れ先の変更")


def _answer(request, form, menus, act):
    """Save host and menus together and show the host; or show the form again with what was typed."""
    if request.method == "POST" and form.is_valid() & menus.is_valid():
        with transaction.atomic():
            menus.instance = form.save()
            _save_menus(menus, request.viewer.day)
        audit.did(request, act, things=[form.instance.public_id])
        say_saved(request)
        return redirect("outreach:host", form.instance.public_id)
    return render(request, "outreach/host_form.html", {"form": form, "menus": menus, "host": form.instance})


def _save_menus(menus, day):
    for menu in menus.save(commit=False):
        menu.save()
    for menu in menus.deleted_objects:
        menu.retire(day)


def _visible(request):
    return Placement.objects.visible_to(request.viewer, request.purpose)


def _running(request):
    return _visible(request).running()
