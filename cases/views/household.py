"""世帯 and 連絡先: made of visible rows ① of the main subject only, never of the register or of other cases."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import audit
from cases.forms.household import ContactForm, HouseholdMemberForm, MemberEndForm
from cases.models import Case, Category, ContactDetail, HouseholdMember, Person, Record
from cases.views.case_page import saved, writable_case
from cases.views.records import people_to_write_about, would_see
from cases.visibility import Purpose
from cases.visibility.acts import takes_part
from cases.where_learnt import ask_where_corrected, ask_where_learnt, learnt_in, tell_where_it_went
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose


def section(request, case):
    """The household as told by the main subject: who belongs to it now, and who did."""
    members = _members(request, case)
    today = request.viewer.day
    editable = HouseholdMember.objects.editable_by(request.viewer, request.purpose).filter(case=case)
    return {
        "rows": members,
        "current": [member for member in members if member.until_day is None or member.until_day >= today],
        "former": [member for member in members if member.until_day is not None and member.until_day < today],
        "editable": set(editable.values_list("pk", flat=True)) if not case.is_closed else set(),
        **_act(request, case, "cases:household_new", "世帯員を加える"),
    }


def contacts_section(request, case):
    """Contact details that are not concealed, the newest first."""
    contacts = ContactDetail.objects.visible_to(request.viewer, request.purpose).filter(case=case)
    rows = list(contacts.select_related("recorded_by").order_by("type", "-happened_on", "-pk"))
    return {"rows": rows, **_act(request, case, "cases:contact_new", "連絡先を加える")}


def _act(request, case, route, label):
    if case.is_closed or not takes_part(request.viewer, case):
        return {}
    return {"act_url": reverse(route, args=[case.public_id]), "act_label": label}


def _members(request, case):
    members = HouseholdMember.objects.visible_to(request.viewer, request.purpose).filter(case=case)
    return list(members.select_related("recorded_by").order_by("from_day", "pk"))


def _people(request, case):
    return list(people_to_write_about(request, case).exclude(pk=case.main_subject_id))


@for_purpose(Purpose.SUPPORT)
@once
def household_new(request, public_id):
    """Add a member as told by the main subject; optionally make that person one whom the case supports too."""
    case = writable_case(request, public_id)
    people, others = _people(request, case), _members(request, case)
    form = HouseholdMemberForm(request.POST or None, people=people, others=others)
    ask_where_learnt(form, request.viewer, [case.main_subject])
    if form.is_valid():
        fields = form.member_fields()
        if form.cleaned_data["supports"]:
            fields["person"] = support_too(request, case, fields, learnt_in(form))
        member = HouseholdMember.write(
            case=case,
            author=request.viewer.membership,
            subjects=[case.main_subject],
            categories=[Category.IDENTITY],
            day=request.viewer.day,
            learnt=learnt_in(form),
            **fields,
        )
        audit.did(request, "世帯員を加える", case=case, rows=[member])
        saved(request, "世帯員を保存しました")
        tell_where_it_went(request, form)
        return _to_section(case, "household")
    return _household_form(request, case, form, "世帯員を加える")


def support_too(request, case, fields, learnt=None):
    """A new person of the register, and the row about them through which the agency knows of them (§1, S1)."""
    person = Person.objects.create(name=fields["name"])
    Record.write(
        case=case,
        author=request.viewer.membership,
        subjects=[person],
        categories=[Category.IDENTITY],
        day=request.viewer.day,
        learnt=learnt,
        text=f"{fields['name']}さん({fields['relation']})を支援の対象として登録しました。",
    )
    return person


@for_purpose(Purpose.SUPPORT)
@once
def household_edit(request, public_id):
    """Correct a member that one's agency recorded; the earlier text is kept as a version."""
    member = _own_member(request, public_id)
    case = member.case
    others = [other for other in _members(request, case) if other.pk != member.pk]
    form = HouseholdMemberForm(
        request.POST or None, instance=member, people=_people(request, case), others=others
    )
    ask_where_corrected(form, request.viewer, member)
    if form.is_valid():
        changed = form.instance
        if form.cleaned_data.get("supports"):
            changed.person = support_too(request, case, form.member_fields(), learnt_in(form))
        changed.rewrite(request.viewer.membership, learnt_in(form))
        audit.did(request, "世帯員を訂正する", case=case, rows=[changed])
        saved(request, "世帯員を保存しました")
        return _to_section(case, "household")
    return _household_form(request, case, form, "世帯員を編集する")


@for_purpose(Purpose.SUPPORT)
@once
def household_end(request, public_id):
    """Record that a member left the household: the row stays, as a former member."""
    member = _own_member(request, public_id)
    form = MemberEndForm(request.POST or None, member=member, initial={"until_day": request.viewer.day})
    ask_where_corrected(form, request.viewer, member)
    if form.is_valid():
        member.until_day = form.cleaned_data["until_day"]
        member.rewrite(request.viewer.membership, learnt_in(form))
        audit.did(request, "世帯から離れた日を記録する", case=member.case, rows=[member])
        saved(request)
        return _to_section(member.case, "household")
    audit.saw(request, "世帯員", case=member.case, rows=[member])
    context = {"case": member.case, "member": member, "form": form}
    return render(request, "cases/household_end.html", context)


@for_purpose(Purpose.SUPPORT)
@once
def contact_new(request, public_id):
    """Add a contact detail of the main subject: a row ①. A concealed one has a sheet of its own."""
    case = writable_case(request, public_id)
    form = ask_where_learnt(ContactForm(request.POST or None), request.viewer, [case.main_subject])
    if form.is_valid():
        contact = ContactDetail.write(
            case=case,
            author=request.viewer.membership,
            subjects=[case.main_subject],
            categories=[Category.IDENTITY],
            day=request.viewer.day,
            **form.cleaned_data,
        )
        audit.did(request, "連絡先を加える", case=case, rows=[contact])
        saved(request, "連絡先を保存しました")
        tell_where_it_went(request, form)
        return _to_section(case, "contacts")
    audit.saw(request, "連絡先の用紙", case=case)
    context = {"case": case, "form": form, "seen_by": _who_sees_identity(request, case)}
    return render(request, "cases/contact_form.html", context)


def _household_form(request, case, form, title):
    members = [*form.others, *([form.instance] if form.instance.pk else [])]
    audit.saw(request, "世帯員の用紙", case=case, rows=members, form=form)
    context = {"case": case, "form": form, "title": title, "seen_by": _who_sees_identity(request, case)}
    return render(request, "cases/household_form.html", context)


def _who_sees_identity(request, case):
    return would_see(request, case, [case.main_subject], [Category.IDENTITY])


def _own_member(request, public_id):
    members = HouseholdMember.objects.editable_by(request.viewer, request.purpose).select_related(
        "case__main_subject"
    )
    return get_object_or_404(members.exclude(case__stage__in=Case.Stage.closed()), public_id=public_id)


def _to_section(case, anchor):
    return redirect(f"{reverse('cases:case', args=[case.public_id])}#{anchor}")
