"""相談受付: taken at the counter, settled, and made a case with one click."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from agencies.models import ConsultationDay
from cases import audit
from cases.consultation_sheet import blocks, lines
from cases.forms.consultation import ConsultationFilterForm, ConsultationForm, IdentityForm
from cases.models import Case, Consultation, Person
from cases.search import candidates
from cases.where_learnt import learnt_in, where_learnt_form
from nisshin_support.once import once
from nisshin_support.purpose import Purpose, for_purpose
from nisshin_support.wareki import fiscal_year, fiscal_year_start

SUPPORT = Purpose.SUPPORT
Outcome, Stage = Consultation.Outcome, Case.Stage
PAGE = 50
FAIR_DAYS_BACK = timedelta(days=90)
# Where the work stands after each outcome; 情報提供で終了 needs no case.
STAGE_AFTER = {
    Outcome.OWN_SUPPORT: Stage.INTAKE,
    Outcome.REFER: Stage.RECEIVED,
    Outcome.TOWARDS_CONSENT: Stage.APPROACH,
    Outcome.COORDINATION: Stage.RECEIVED,
}
REFERRAL_KIND = {Outcome.REFER: "referral", Outcome.COORDINATION: "coordination"}
NOT_IN_CONSULTATIONS = (
    "支援会議で知ったことは、受付からケースに写せません。受付を直すか、自ら確認したことだけにしてください。"
)
ANONYMOUS = "本人が分からない受付は、ケースにできません。「編集」で氏名かふりがなを入力するか、登録されている人を選んでください。"


# --- list ------------------------------------------------------------------------------------------------------------


@for_purpose(SUPPORT)
def consultations(request):
    """Consultations the viewer may see: the unsettled ones first of all, or all of them."""
    form = ConsultationFilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    show_all = chosen.get("show") == "all"
    found = Consultation.objects.visible_to(request.viewer, SUPPORT)
    found = _narrowed(found if show_all else found.open(), request.viewer, chosen)
    number = _page_number(request)
    start = (number - 1) * PAGE
    shown = list(found.select_related("person", "agency", "author__user")[start : start + PAGE + 1])
    cases = Case.objects.visible_to(request.viewer, SUPPORT).in_bulk(
        {each.case_id for each in shown if each.case_id}
    )
    audit.saw(request, "相談受付の一覧", things=[each.public_id for each in shown[:PAGE]])
    context = {
        "lines": lines(shown[:PAGE], cases, request.viewer),
        "form": form,
        "show_all": show_all,
        "narrowed": any(value for name, value in chosen.items() if name != "show"),
        "previous_url": _page_url(request, number - 1) if number > 1 else "",
        "next_url": _page_url(request, number + 1) if len(shown) > PAGE else "",
        "range_label": f"{start + 1}〜{start + len(shown[:PAGE])}件目",
    }
    return render(request, "cases/consultation_list.html", context)


def _narrowed(found, viewer, chosen):
    for name in ("channel", "urgency"):
        if chosen.get(name):
            found = found.filter(**{name: chosen[name]})
    if chosen.get("mine"):
        found = found.filter(author__user=viewer.user)
    if chosen.get("period"):
        found = found.filter(taken_on__gte=_since(chosen["period"], viewer.day))
    return found


def _since(period, today):
    return fiscal_year_start(fiscal_year(today)) if period == "year" else today - timedelta(days=int(period))


def _page_number(request):
    page = request.GET.get("page", "")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1


def _page_url(request, number):
    asked = request.GET.copy()
    asked["page"] = number
    return f"?{asked.urlencode()}"


# --- the form --------------------------------------------------------------------------------------------------------


@for_purpose(SUPPORT)
@once
def consultation_new(request):
    """Take a consultation: date, channel and one line are enough."""
    viewer = request.viewer
    blank = Consultation(agency=viewer.agency, author=viewer.membership)
    initial = {"taken_on": viewer.day, "taken_at": timezone.localtime().time(), "channel": "visit"}
    form = _form(request, blank, initial=initial | _fair_asked_for(request))
    if request.method == "POST" and form.is_valid():
        consultation = form.save()
        audit.did(request, "相談受付", things=[consultation.public_id])
        _saved(request)
        return redirect("cases:consultation", consultation.public_id)
    return _form_page(request, form)


@for_purpose(SUPPORT)
@once
def consultation_edit(request, public_id):
    """Write on: what was left out, who the anonymous caller turned out to be."""
    consultation = _own(request, public_id)
    form = _form(request, consultation)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.did(request, "相談受付の編集", case=_visible_case(request, consultation), things=[public_id])
        _saved(request)
        return redirect("cases:consultation", public_id)
    return _form_page(request, form)


@for_purpose(SUPPORT)
@require_POST
def consultation_candidates(request):
    """While a name is typed: people the typist may know of who may be the same (htmx)."""
    people = Person.objects.visible_to(request.viewer, SUPPORT)
    chosen = request.POST.get("person", "")
    offered = candidates(people, **IdentityForm(request.POST).known(), chosen=chosen)
    if offered:
        audit.saw(request, "同じ人の候補", things=[person.public_id for person in offered])
    context = {"candidates": offered, "chosen": chosen}
    return render(request, "cases/_consultation_candidates.html", context)


def _form(request, consultation, **options):
    people = Person.objects.visible_to(request.viewer, SUPPORT)
    return ConsultationForm(
        request.POST if request.method == "POST" else None,
        instance=consultation,
        viewer=request.viewer,
        people=people,
        fairs=_fairs(request.viewer, consultation),
        **options,
    )


def _fairs(viewer, consultation):
    """相談会 of the last weeks, and the one it was logged to."""
    recent = ConsultationDay.objects.filter(day__gt=viewer.day - FAIR_DAYS_BACK, day__lte=viewer.day)
    logged = ConsultationDay.objects.filter(pk=consultation.consultation_day_id)
    return (recent | logged).select_related("place")


def _fair_asked_for(request):
    """`?day=` on the link of a 相談会: its consultations are logged there without choosing again."""
    fair = ConsultationDay.objects.filter(public_id=request.GET.get("day", "")).first()
    return {"channel": "fair", "consultation_day": fair} if fair else {}


def _form_page(request, form):
    consultation = form.instance
    identity = IdentityForm(request.POST).known() if request.method == "POST" else {}
    people = Person.objects.visible_to(request.viewer, SUPPORT)
    context = {
        "form": form,
        "consultation": consultation if consultation.pk else None,
        "candidates": candidates(people, **identity, chosen=form.chosen),
        "chosen": form.chosen,
        "has_case": bool(consultation.case_id),
        "seen_by": [str(request.viewer.agency)],
    }
    if consultation.pk:
        audit.saw(request, "相談受付の編集画面", things=[consultation.public_id])
    return render(request, "cases/consultation_form.html", context)


def _saved(request):
    messages.success(request, f"保存しました {timezone.localtime():%H:%M}")


# --- one consultation ------------------------------------------------------------------------------------------------


@for_purpose(SUPPORT)
def consultation(request, public_id):
    """The whole sheet, and what to do next."""
    found = _visible(request, public_id)
    case = _visible_case(request, found)
    own = found.agency_id == request.viewer.agency_id
    audit.saw(request, "相談受付", case=case, things=[public_id])
    context = {
        "consultation": found,
        "blocks": blocks(found, with_contact=own),
        "case": case,
        "own": own,
        "outcomes": _outcomes(found),
        "running": _running_cases(request, found) if own and not found.case_id else [],
        "anonymous": ANONYMOUS,
        "asked": _where_learnt(request, found) if own else None,
        "asked_again": _where_learnt(request, found, auto_id="again_%s") if own else None,
        "may_correct_person": own and not found.is_anonymous,
    }
    return render(request, "cases/consultation_detail.html", context)


@for_purpose(SUPPORT)
def consultation_print(request, public_id):
    """A4; a concealed address never stands on paper."""
    found = _visible(request, public_id)
    own = found.agency_id == request.viewer.agency_id
    audit.saw(request, "相談受付の印刷", case=_visible_case(request, found), things=[public_id])
    context = {
        "consultation": found,
        "blocks": blocks(found, with_contact=own and not found.address_concealed),
    }
    return render(request, "cases/consultation_print.html", context)


def _outcomes(found):
    """The outcomes that can be chosen now, with what each does."""
    told = {
        Outcome.INFORMED: "相談はここで終わります。",
        Outcome.OWN_SUPPORT: "ケースにして、インテークを始めます。",
        Outcome.REFER: "ケースにして、つなぎ先を選びます。",
        Outcome.TOWARDS_CONSENT: "ケースにして、同意前の働きかけを記録します。",
        Outcome.COORDINATION: "ケースにして、多機関協働へ依頼します。",
    }
    if found.is_anonymous:
        return [(Outcome.INFORMED, told[Outcome.INFORMED])]
    return [
        (outcome, words)
        for outcome, words in told.items()
        if not (found.case_id and outcome == Outcome.INFORMED)
    ]


# --- acts ------------------------------------------------------------------------------------------------------------


@for_purpose(SUPPORT)
@once
@require_POST
def consultation_open_case(request, public_id):
    """One click from consultation to case; a second one shows the case that there is."""
    found = _own(request, public_id)
    if found.is_anonymous:
        return _refuse(request, found, ANONYMOUS)
    asked = _where_learnt(request, found)
    if not asked.is_valid():
        return _refuse_learnt(request, found, asked)
    _opened(request, found, Stage.RECEIVED, learnt_in(asked))
    return _to_case(request, found)


@for_purpose(SUPPORT)
@once
@require_POST
def consultation_settle(request, public_id):
    """対応を決める: ends here, or goes on in a case, with whoever comes next."""
    found = _own(request, public_id)
    outcome = request.POST.get("outcome", "")
    if outcome not in Outcome.values:
        raise Http404
    if outcome != Outcome.INFORMED and found.is_anonymous:
        return _refuse(request, found, ANONYMOUS)
    if outcome == Outcome.INFORMED and found.case_id:
        return _refuse(request, found, "もうケースになっています。終わるときは、ケースを終結してください。")
    asked = _where_learnt(request, found)
    if outcome != Outcome.INFORMED and not asked.is_valid():
        return _refuse_learnt(request, found, asked)
    case = None
    if outcome != Outcome.INFORMED:
        case = _opened(request, found, STAGE_AFTER[outcome], learnt_in(asked))
    found.settle(outcome, request.viewer.day)
    audit.did(request, f"対応:{Outcome(outcome).label}", case=case, things=[public_id])
    messages.success(request, f"対応を「{Outcome(outcome).label}」にしました {timezone.localtime():%H:%M}")
    return _to_next(request, found, outcome)


def _where_learnt(request, found, **options):
    """The question 「どこで知ったか」, while the text of the consultation has not gone into a case."""
    people = [] if found.case_id or found.is_anonymous else [found.person]
    data = request.POST if request.method == "POST" else None
    return where_learnt_form(request.viewer, people, data, NOT_IN_CONSULTATIONS, **options)


def _refuse_learnt(request, found, asked):
    words = " ".join(str(word) for errors in asked.errors.values() for word in errors)
    messages.error(request, words)
    return redirect("cases:consultation", found.public_id)


def _opened(request, found, stage, learnt):
    """The consultation's case: the one it has, the running one chosen, or a new one."""
    viewer = request.viewer
    if found.case_id:
        case = _visible_case(request, found)
        writable = Case.objects.writable_by(viewer, SUPPORT).filter(pk=found.case_id).exists()
        if case and writable and case.stage in (Stage.RECEIVED, Stage.INTAKE) and stage != Stage.RECEIVED:
            case.move_to(stage)
        return case
    if wanted := request.POST.get("case"):
        case = next((case for case in _running_cases(request, found) if case.public_id == wanted), None)
        if case is None:
            raise Http404
        found.join(case, viewer.membership, learnt)
        audit.did(request, "受付をケースに加える", case=case, things=[found.public_id])
        return case
    case = found.open_case(author=viewer.membership, day=viewer.day, stage=stage, learnt=learnt)
    audit.did(request, "ケース開始", case=case, things=[found.public_id])
    return case


def _running_cases(request, found):
    """Open cases of the same person that the viewer's agency leads: a further consultation belongs to one of them."""
    if found.is_anonymous:
        return []
    headers = Case.objects.with_header_for(request.viewer, SUPPORT)
    return list(
        headers.open().led_by(request.viewer.agency, request.viewer.day).filter(main_subject=found.person)
    )


def _to_case(request, found):
    case = _visible_case(request, found)
    return redirect("cases:case", case.public_id) if case else redirect("cases:consultation", found.public_id)


def _to_next(request, found, outcome):
    case = _visible_case(request, found)
    if case and outcome in REFERRAL_KIND:
        return redirect(
            f"{reverse('cases:referral_new', args=[case.public_id])}?kind={REFERRAL_KIND[outcome]}"
        )
    if case and outcome != Outcome.INFORMED:
        return redirect("cases:case", case.public_id)
    return redirect("cases:consultation", found.public_id)


def _refuse(request, found, words):
    audit.was_refused(request, "受付の対応", rule="§1", things=[found.public_id])
    messages.error(request, words)
    return redirect("cases:consultation", found.public_id)


# --- fetching --------------------------------------------------------------------------------------------------------


def _visible(request, public_id):
    visible = Consultation.objects.visible_to(request.viewer, SUPPORT)
    whole = visible.select_related("person", "agency", "author__user", "consultation_day__place")
    return get_object_or_404(whole, public_id=public_id)


def _own(request, public_id):
    """A consultation that the viewer's agency took: it alone writes on it."""
    visible = Consultation.objects.visible_to(request.viewer, SUPPORT)
    return get_object_or_404(
        visible.taken_by(request.viewer.agency).select_related("person"), public_id=public_id
    )


def _visible_case(request, found):
    """Its case, if it has one and the viewer sees it."""
    return Case.objects.visible_to(request.viewer, SUPPORT).filter(pk=found.case_id).first()
