"""同意: recorded by whoever takes part, seen whole by the lead, by others only as far as it is about them (§§1, 2)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from agencies.models import Agency, AgencyList, CitySetting
from cases import audit
from cases.consent_words import CATEGORY_WORDS, EXPLAINED, Concerned, Statement, said_of
from cases.forms.consent import ConsentForm, last_day_after
from cases.models import Authority, Category, Consent, HouseholdMember, Person, RecallEntry, Row
from cases.models.consent import DAYS_SOON
from cases.views.case_page import saved, writable_case
from cases.views.consent_preview import goes_back, step_before
from cases.views.referrals import participants
from cases.visibility import Purpose
from cases.visibility.consenting import categories_in_force, sees_consents_whole, shared_now
from nisshin_support.once import once
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import age_on

CHILD = 15
Kind, GivenBy, Method = Consent.Kind, Consent.GivenBy, Consent.Method
SAID = {
    Kind.REFUSED: ("none", "拒否"),
    Kind.NARROWED: ("partial", "一部撤回"),
    Kind.NOT_ASKED: ("unknown", "未確認"),
}


# --- the section on the case page ------------------------------------------------------------------------------------


def section(request, case):
    """The case page's section: statements and the matrix for who sees them whole, else what concerns the viewer."""
    links = {"act_url": "", "act_label": "同意を記録する"}
    if case.participations.filter(agency=request.viewer.agency_id).exists() and not case.is_closed:
        links["act_url"] = reverse("cases:consent_new", args=[case.public_id])
    if sees_consents_whole(request.viewer, case):
        found = _whole(request, case)
        return {"whole": True, **found, "shown": [one.consent for one in found["statements"]], **links}
    concerned = _concerned(request, case)
    named = [f"consent:{one.public_id}" for one in concerned]
    return {"whole": False, "concerned": concerned, "things": named, **links}


def _whole(request, case):
    visible = Consent.objects.visible_to(request.viewer, request.purpose).filter(case=case)
    consents = list(visible.for_list())
    people = list({one.person_id: one.person for one in consents}.values()) or [case.main_subject]
    named = {agency.pk: agency for consent in consents for agency in consent.recipients.all()}
    named |= {agency.pk: agency for agency in [request.viewer.agency, *participants(request, case)]}
    agencies = sorted(named.values(), key=lambda agency: (agency.order, agency.name))
    shared = shared_now(people, agencies, request.viewer.day)
    return {
        "statements": statements_of(consents, shared, request.viewer.day),
        "matrix": _matrix(people, agencies, shared),
        "categories": list(Category),
    }


def _matrix(people, agencies, shared):
    """For each person: a line an agency, a cell a category."""
    return [
        (
            person.name,
            [
                (agency, [c in shared.get((person.pk, agency.pk), ()) for c in Category])
                for agency in agencies
            ],
        )
        for person in people
    ]


def statements_of(consents, shared, day):
    """The statements with the chip that says whether they still open anything, and to everybody they name."""
    live = categories_in_force(consents, day)
    return [
        Statement(
            consent=consent,
            state=state_of(consent, live[consent.pk], day, _someone_lacks(consent, shared)),
            categories=consent.category_list(),
            is_ending=bool(live[consent.pk]) and consent.until_day <= day + DAYS_SOON,
        )
        for consent in consents
    ]


def _someone_lacks(consent, shared):
    """Whether an agency that the consent names does not see all of its categories today."""
    wanted = set(consent.categories)
    return any(wanted - shared.get((consent.person_id, one.pk), set()) for one in consent.recipients.all())


def state_of(consent, live, day, is_cut=False):
    """Its chip: a fact of its own for what is no consent, else what it still opens."""
    if consent.kind in SAID:
        return SAID[consent.kind]
    if consent.is_withdrawn:
        return "withdrawn", "撤回"
    if consent.until_day < day:
        return "expired", "期限切れ"
    if consent.from_day > day:
        return "waiting", "開始前"
    if live:
        is_whole = live == set(consent.category_list()) and not is_cut
        return ("full", "同意あり") if is_whole else ("partial", "一部同意")
    return "none", "効力なし"


def _concerned(request, case):
    """Cut to the viewer's own agency; what closed it, and whoever else is named, is not told."""
    viewer = request.viewer
    found = Consent.objects.concerning(viewer, request.purpose).filter(case=case, kind=Kind.GIVEN)
    consents = list(found.select_related("person"))
    live = categories_in_force(consents, viewer.day, viewer.agency)
    return [_cut(consent, live[consent.pk], case, viewer.day) for consent in consents]


def _cut(consent, live, case, day):
    state = state_of(consent, live, day)
    if state[0] in ("withdrawn", "none"):
        state = ("none", "終了")
    shown = sorted(live) if state[0] == "partial" else consent.category_list()
    return Concerned(
        public_id=consent.public_id,
        whose=case.main_subject.name if consent.person_id == case.main_subject_id else "世帯の方",
        categories=shown,
        given_on=consent.given_on,
        from_day=consent.from_day,
        until_day=consent.until_day,
        state=("full", "同意あり") if state[0] == "partial" else state,
        may_be_withdrawn=bool(live),
    )


# --- recording -------------------------------------------------------------------------------------------------------


def people_of(request, case):
    """Whose consent may be recorded: the main subject, subjects of visible rows, linked household members told of."""
    viewer, purpose = request.viewer, request.purpose
    rows = Row.objects.visible_to(viewer, purpose).filter(case=case).order_by()
    keys = set(rows.values_list("matters__subject", flat=True))
    subjects = Person.objects.visible_to(viewer, purpose).filter(pk__in=keys)
    members = HouseholdMember.objects.visible_to(viewer, purpose).filter(case=case, person__isnull=False)
    found = {case.main_subject_id: case.main_subject} | {person.pk: person for person in subjects}
    for member in members.select_related("person"):
        # The name as it was told in this case: the register's own is not shown through a household.
        member.person.name = member.name
        found.setdefault(member.person_id, member.person)
    return list(found.values())


@for_purpose(Purpose.SUPPORT)
@once
def consent_new(request, public_id):
    """Record a consent; a sentence says before saving what it will open to whom."""
    case = writable_case(request, public_id)
    form = _consent_form(request, case)
    valid = form.is_bound and form.is_valid()
    warnings = _warnings(form, participants(request, case), request.viewer.day) if form.is_bound else []
    if valid and not goes_back(request):
        return _state(request, case, form.fields_to_state(), warnings)
    audit.saw(request, "同意の記入", case=case, form=form)
    said = form.sentence() if form.is_bound else ""
    return render(
        request, "cases/consent_form.html", {"case": case, "form": form, "said": said, "warnings": warnings}
    )


def _state(request, case, said, warnings):
    def act():
        return Consent.state(case=case, author=request.viewer.membership, kind=Kind.GIVEN, **said)

    words = {"title": "同意を記録する", "button": "同意を記録する", "warnings": warnings}
    words["day"] = max(request.viewer.day, said["from_day"])
    if page := step_before(request, case, said["person"], act, **words):
        return page
    consent = act()
    audit.did(request, "同意を記録する", case=case, things=[consent.public_id])
    for warning in warnings:
        messages.warning(request, warning)
    saved(request, "同意を記録しました")
    return redirect(after(request, consent))


def _consent_form(request, case):
    viewer, setting, people = request.viewer, CitySetting.current(), people_of(request, case)
    powers = Authority.objects.visible_to(viewer, request.purpose)
    return ConsentForm(
        request.POST or None,
        initial={
            "person": case.main_subject.public_id,
            "given_on": viewer.day,
            "from_day": viewer.day,
            "until_day": last_day_after(viewer.day, setting.consent_months),
            "explainer": viewer.user.name,
        },
        people=people,
        authorities=list(powers.filter(person__in=[person.pk for person in people])),
        agencies=list(Agency.objects.active_on(viewer.day)),
        participants=[viewer.agency, *participants(request, case)],
        lists=list(AgencyList.objects.filter(from_day__lte=viewer.day)),
        today=viewer.day,
        oral_counts=setting.oral_consent_counts,
    )


def _warnings(form, taking_part, day):
    """What the person recording should know; none of it keeps from saving."""
    cleaned, words = form.cleaned_data, []
    person, given_by = cleaned.get("person"), cleaned.get("given_by")
    if person and given_by == GivenBy.SELF and person.birth_date and age_on(person.birth_date, day) < CHILD:
        words.append("本人は15歳未満です。親権者の同意も確かめてください。")
    if given_by == GivenBy.RELATIVE:
        words.append("代理権のない人の言葉は参考として残ります。この同意では記録は見られるようになりません。")
    if cleaned.get("method") == Method.ORAL and not CitySetting.current().oral_consent_counts:
        words.append(
            "いまの市の設定では、口頭の同意は有効になりません。書面を受け取ったら記録し直してください。"
        )
    involved = [agency.name for agency in cleaned.get("excluded") or [] if agency in taking_part]
    if involved:
        words.append(f"除く機関のうち、{'、'.join(involved)}は、いまこのケースに関わっています。")
    return words


def after(request, consent):
    """The statement itself for who sees it whole, else the case."""
    if sees_consents_whole(request.viewer, consent.case):
        return reverse("cases:consent", args=[consent.public_id])
    return reverse("cases:case", args=[consent.case.public_id]) + "#consents"


# --- reading ---------------------------------------------------------------------------------------------------------


def whole_consent(request, public_id):
    visible = Consent.objects.visible_to(request.viewer, request.purpose).for_list()
    found = visible.select_related(
        "case__main_subject", "author__user", "authority", "withdrawn_by__user", "narrows"
    )
    return get_object_or_404(found, public_id=public_id)


@for_purpose(Purpose.SUPPORT)
def consent(request, public_id):
    """A statement, whole: for the lead and the coordinator's agency taking part; 404 for all others."""
    found = whole_consent(request, public_id)
    audit.saw(request, "同意", case=found.case, things=[public_id])
    shared = shared_now([found.person], found.recipients.all(), request.viewer.day)
    statement = statements_of([found], shared, request.viewer.day)[0]
    context = {
        "statement": statement,
        "consent": found,
        "said": said_of(found),
        "in_force": is_changeable(found),
        "recalls": _recalls(request, found),
    }
    return render(request, "cases/consent_detail.html", context)


def _recalls(request, consent):
    """How many lines of its recall list wait, None without a list."""
    entries = RecallEntry.objects.visible_to(request.viewer, request.purpose).filter(statement=consent)
    outcomes = list(entries.values_list("outcome", flat=True))
    return {"left": outcomes.count("")} if outcomes else None


def is_changeable(consent):
    return consent.kind == Kind.GIVEN and not consent.is_withdrawn


@for_purpose(Purpose.SUPPORT)
def consent_print(request, public_id):
    """同意書 on A4, filled with this statement."""
    found = whole_consent(request, public_id)
    audit.saw(request, "同意書の印刷", case=found.case, things=[public_id])
    return render(
        request, "cases/consent_print.html", {**_print_words(), "consent": found, "case": found.case}
    )


@for_purpose(Purpose.SUPPORT)
def consent_blank(request, public_id):
    """同意書 on A4, to be filled in by hand: only the case's number stands on it."""
    case = writable_case(request, public_id)
    audit.saw(request, "同意書(白紙)の印刷", case=case)
    return render(request, "cases/consent_print.html", {**_print_words(), "consent": None, "case": case})


def _print_words():
    return {"category_words": list(CATEGORY_WORDS.items()), "explained": EXPLAINED}


def ending_soon(viewer):
    """Consents that the viewer sees whole and that end within 30 days, for the home screen."""
    return Consent.objects.visible_to(viewer, Purpose.SUPPORT).ending_soon(viewer.day)
