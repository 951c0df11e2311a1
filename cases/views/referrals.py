"""つなぎ: the inbox, sending one, reading it, answering it, its sheet (contract §3.1 S3, S6; §4)."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agencies.models import Agency
from agencies.models.agency import in_force
from agencies.models.staff import Role
from cases import audit
from cases.forms.referral import NOT_IN_REFERRALS, AcceptForm, ReferralForm, ReturnForm
from cases.models import Case, Consultation, Referral, Row
from cases.models.case import Urgency
from cases.views.case_page import saved, writable_case
from cases.visibility import Purpose, visible_participations
from cases.visibility.acts import leads
from cases.visibility.referring import coverage_of, not_enclosable_without_consent, rows_to_enclose
from cases.where_learnt import ask_where_learnt, learnt_in
from nisshin_support.once import once
from nisshin_support.opening_days import answer_due
from nisshin_support.purpose import for_purpose
from nisshin_support.wareki import wareki_short

PAGE = 50
MOST_ROWS = 200
ACCEPT_ID = "accept_%s"  # both answers have a text: their fields need ids of their own
LISTS = {"waiting": "回答待ち(自分の機関あて)", "sent": "送ったもの", "past": "終わったもの"}
STATES = {"sent": ("waiting", "回答待ち"), "accepted": ("done", "受理"), "returned": ("overdue", "差戻し")}
URGENT = {Urgency.TODAY: "urgent", Urgency.THREE_DAYS: "soon"}
Status, Kind = Referral.Status, Referral.Kind


@dataclass(frozen=True)
class Listed:
    """One line of a list of referrals: its case's number and name only where the gate shows them."""

    referral: Referral
    number: str
    name: str
    first_line: str
    state: tuple[str, str]
    urgency: tuple[str, str]
    is_overdue: bool


@dataclass(frozen=True)
class Sheet:
    """A referral as this viewer may read it."""

    referral: Referral
    case: Case | None
    header: Case | None
    texts: list
    rows: list
    consultation: Consultation | None
    state: tuple[str, str]
    urgency: tuple[str, str]
    is_sender: bool
    may_answer: bool
    coverage: list = field(default_factory=list)


def state_of(referral):
    """The chip of its state."""
    return STATES.get(referral.status, ("plain", referral.get_status_display()))


def urgency_of(referral):
    """The chip of its urgency."""
    return URGENT.get(referral.urgency, "plain"), dict(Urgency.choices).get(referral.urgency, "")


@for_purpose(Purpose.SUPPORT)
def referrals(request):
    """The inbox: waiting for us by urgency and days, sent by us and waiting, and what is over."""
    chosen = request.GET.get("list") if request.GET.get("list") in LISTS else "waiting"
    page = max(int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1, 1)
    found = list(_of_list(request, chosen)[(page - 1) * PAGE : page * PAGE + 1])
    lines, rows = _lines(request, found[:PAGE])
    audit.saw(request, "つなぎの一覧", rows=rows, things=[line.referral.public_id for line in lines])
    context = {
        "lists": LISTS,
        "chosen": chosen,
        "lines": lines,
        "previous_url": f"?list={chosen}&page={page - 1}" if page > 1 else "",
        "next_url": f"?list={chosen}&page={page + 1}" if len(found) > PAGE else "",
    }
    return render(request, "cases/referral_list.html", context)


def _of_list(request, chosen):
    mine = request.viewer.agency_id
    visible = Referral.objects.visible_to(request.viewer, request.purpose).with_agencies()
    if chosen == "past":
        return visible.answered_or_recalled().order_by("-answered_on", "-pk")
    to_answer = visible.to_answer().most_urgent_first()
    return to_answer.filter(to_agency=mine) if chosen == "waiting" else to_answer.filter(from_agency=mine)


def _lines(request, found):
    """The lines of a list and the rows they show; three queries, however many."""
    viewer, purpose = request.viewer, request.purpose
    keys = [referral.case_id for referral in found]
    known = set(Case.objects.visible_to(viewer, purpose).filter(pk__in=keys).values_list("pk", flat=True))
    headed = Case.objects.with_header_for(viewer, purpose).filter(pk__in=keys).select_related("main_subject")
    names = {case.pk: case.main_subject.name for case in headed}
    rows = Row.objects.visible_to(viewer, purpose).filter(
        referral__in=[referral.pk for referral in found], kind=Row.Kind.REFERRAL_TEXT
    )
    texts = {row.referral_id: row for row in rows}
    return [_line(referral, known, names, texts, viewer.day) for referral in found], list(texts.values())


def _line(referral, known, names, texts, today):
    text = texts.get(referral.pk)
    waits = referral.status == Status.SENT
    return Listed(
        referral=referral,
        number=referral.case.number if referral.case_id in known else "",
        name=names.get(referral.case_id, ""),
        first_line=text.text.split("\n")[0][:60] if text else "",
        state=state_of(referral),
        urgency=urgency_of(referral),
        is_overdue=bool(waits and referral.answer_due and referral.answer_due < today),
    )


def section(request, case):
    """The case page's section: referrals of this case from or to the viewer's agency."""
    found = Referral.objects.visible_to(request.viewer, request.purpose).filter(case=case).with_agencies()
    lines, rows = _lines(request, list(found))
    return {"lines": lines, "rows": rows, "shown": [line.referral for line in lines]}


# --- sending ---------------------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
@once
def referral_new(request, public_id):
    """Send a referral from a case in which one's agency takes part; a preview says what the receiver will see."""
    case = writable_case(request, public_id)
    form = _referral_form(request, case)
    previewing = "preview" in request.POST
    coverage = _checked_coverage(request, form) if form.is_bound else []
    if form.is_bound and not previewing and form.is_valid():
        referral = _send(request, case, form)
        audit.did(
            request,
            "つなぎを送る",
            case=case,
            rows=form.cleaned_data["enclosed"],
            things=[referral.public_id],
        )
        saved(request, "つなぎを送りました")
        return redirect("cases:referral", referral.public_id)
    offered = list(form.fields["enclosed"].things.values())
    audit.saw(request, "つなぎの作成", case=case, rows=offered)
    context = {"case": case, "form": form, "offered": _offered(form, offered), "coverage": coverage}
    return render(request, "cases/referral_form.html", {**context, "cut_at": MOST_ROWS})


def _referral_form(request, case):
    viewer = request.viewer
    kinds = [Kind.REFERRAL, Kind.COORDINATION]
    if leads(viewer, case):
        kinds.append(Kind.INVITATION)
    wanted = request.GET.get("kind")
    kind = wanted if wanted in kinds else Kind.REFERRAL
    form = ReferralForm(
        request.POST or None,
        initial={
            "kind": kind,
            "to_agency": _coordinating_agency(viewer) if kind == Kind.COORDINATION else "",
        },
        kinds=kinds,
        agencies=list(Agency.objects.active_on(viewer.day).exclude(pk=viewer.agency_id)),
        participants=participants(request, case),
        rows=list(rows_to_enclose(viewer, case).for_timeline().select_related("householdmember")[:MOST_ROWS]),
        consultations=list(
            Consultation.objects.visible_to(viewer, request.purpose).filter(
                case=case, agency=viewer.agency_id
            )
        ),
        due=answer_due(viewer.day),
        today=viewer.day,
        sealed=bool(case.origin_id and not case.released_on),
    )
    return ask_where_learnt(form, viewer, [case.main_subject], NOT_IN_REFERRALS)


def participants(request, case):
    """Agencies that take part today, as far as the viewer may know; one's own left out."""
    parts = case.participations.filter(in_force(request.viewer.day)).select_related("agency")
    known = visible_participations(parts, request.viewer, request.purpose)
    return [part.agency for part in known if part.agency_id != request.viewer.agency_id]


def _coordinating_agency(viewer):
    """The agency that has a 相談支援包括化推進員: where 多機関協働 is asked for."""
    in_post = in_force(viewer.day, "memberships__")
    found = Agency.objects.active_on(viewer.day).filter(in_post, memberships__role=Role.COORDINATOR)
    first = found.exclude(pk=viewer.agency_id).first()
    return first.public_id if first else ""


def _checked_coverage(request, form):
    """What the receiver will see of the chosen rows; rows of others without consent become an error (§4)."""
    form.is_valid()
    chosen, agency = form.cleaned_data.get("enclosed"), form.cleaned_data.get("to_agency")
    if not chosen or not agency:
        return []
    form.refuse_rows_of_others(
        not_enclosable_without_consent(request.viewer, chosen, agency, request.viewer.day)
    )
    return coverage_of(chosen, agency, form.cleaned_data.get("ground", ""), request.viewer.day)


def _offered(form, rows):
    chosen = set(form["enclosed"].value() or [])
    return [(row, row.public_id in chosen) for row in rows]


def _send(request, case, form):
    cleaned, day = form.cleaned_data, request.viewer.day
    same_day = cleaned["urgency"] == Urgency.TODAY
    role, next_on = cleaned["own_role"], cleaned["own_next_on"]
    case.participations.filter(in_force(day), agency=request.viewer.agency_id).update(
        role_note=role, next_on=next_on
    )
    staying = f"つないだ後のつなぎ元の役割: {role}" + (
        f"(次の予定日 {wareki_short(next_on)})" if next_on else ""
    )
    fields = {
        name: cleaned[name]
        for name in ("kind", "to_agency", "urgency", "ground", "ground_note", "consultation")
    }
    return Referral.refer(
        case=case,
        author=request.viewer.membership,
        text=f"{cleaned['text']}\n\n{staying}",
        categories=cleaned["categories"],
        rows=cleaned["enclosed"],
        day=day,
        due=cleaned["answer_due"] or answer_due(day, same_day=same_day),
        learnt=learnt_in(form),
        **fields,
    )


# --- reading ---------------------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
def referral(request, public_id):
    """A referral, for its sender and its receiver: its text, and of the case only what the gate gives."""
    sheet = _sheet(request, public_id)
    audit.saw(request, "つなぎ", case=sheet.case, rows=[*sheet.texts, *sheet.rows], things=[public_id])
    return render(request, "cases/referral_detail.html", {"sheet": sheet, **_answer_forms(request, sheet)})


@for_purpose(Purpose.SUPPORT)
def referral_print(request, public_id):
    """つなぎシート on A4, with what the person printing may see."""
    sheet = _sheet(request, public_id)
    audit.saw(
        request, "つなぎシートの印刷", case=sheet.case, rows=[*sheet.texts, *sheet.rows], things=[public_id]
    )
    return render(request, "cases/referral_print.html", {"sheet": sheet})


def _sheet(request, public_id):
    viewer, purpose = request.viewer, request.purpose
    visible = Referral.objects.visible_to(viewer, purpose).with_agencies().select_related("answerer__user")
    found = get_object_or_404(visible, public_id=public_id)
    rows_seen = Row.objects.visible_to(viewer, purpose)
    texts = list(rows_seen.filter(referral=found).for_timeline().order_by("recorded_at"))
    enclosed = found.enclosures.filter(removed_on__isnull=True).values("row")
    rows = list(rows_seen.filter(pk__in=enclosed).for_timeline().select_related("householdmember"))
    is_sender = found.from_agency_id == viewer.agency_id
    headed = Case.objects.with_header_for(viewer, purpose).select_related("main_subject")
    waits_or_runs = found.status in (Status.SENT, Status.ACCEPTED)
    return Sheet(
        referral=found,
        case=Case.objects.visible_to(viewer, purpose).filter(pk=found.case_id).first(),
        header=headed.filter(pk=found.case_id).first(),
        texts=texts,
        rows=rows,
        consultation=Consultation.objects.visible_to(viewer, purpose)
        .filter(pk=found.consultation_id)
        .first(),
        state=state_of(found),
        urgency=urgency_of(found),
        is_sender=is_sender,
        may_answer=found.waits_for(viewer.agency_id),
        coverage=coverage_of(rows, found.to_agency, found.ground, viewer.day)
        if is_sender and waits_or_runs
        else [],
    )


# --- answering -------------------------------------------------------------------------------------------------------


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def referral_accept(request, public_id):
    """受理 by the addressee: its participation begins, its role and next date stand in it."""
    found = _locked(request, public_id, "to_agency_id")
    if found.status != Status.SENT:
        return _answered_already(request)
    form = _asking(request, AcceptForm(request.POST, auto_id=ACCEPT_ID), found)
    if not form.is_valid():
        return _with_errors(request, public_id, accept_form=form)
    cleaned = form.cleaned_data
    found.accept(
        author=request.viewer.membership,
        on=request.viewer.day,
        text=form.answer(),
        subjects=[found.case.main_subject],
        role_note=cleaned["role_note"],
        next_on=cleaned["next_on"],
        learnt=learnt_in(form),
    )
    audit.did(request, "つなぎを受理する", case=found.case, things=[public_id])
    saved(request, "受理しました。関与が始まりました")
    return redirect("cases:referral", public_id)


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def referral_return(request, public_id):
    """差戻し by the addressee, with the reason."""
    found = _locked(request, public_id, "to_agency_id")
    if found.status != Status.SENT:
        return _answered_already(request)
    form = _asking(request, ReturnForm(request.POST), found)
    if not form.is_valid():
        return _with_errors(request, public_id, return_form=form)
    text, subjects = form.cleaned_data["text"], [found.case.main_subject]
    said = {"text": text, "subjects": subjects, "learnt": learnt_in(form)}
    found.return_to_sender(author=request.viewer.membership, on=request.viewer.day, **said)
    audit.did(request, "つなぎを差し戻す", case=found.case, things=[public_id])
    saved(request, "差し戻しました。この内容が見られるのは、あと30日です")
    return redirect("cases:referral", public_id)


@for_purpose(Purpose.SUPPORT)
@require_POST
@once
def referral_recall(request, public_id):
    """取下げ by the sender, before it is answered."""
    found = _locked(request, public_id, "from_agency_id")
    if found.status != Status.SENT:
        return _answered_already(request)
    found.recall(request.viewer.day)
    audit.did(request, "つなぎを取り下げる", case=found.case, things=[public_id])
    saved(request, "取り下げました。つなぎ先からは見えなくなりました")
    return redirect("cases:referral", public_id)


def _locked(request, public_id, side):
    """The referral, held until the end of the request: of two answers at once the second finds it answered."""
    visible = Referral.objects.visible_to(request.viewer, request.purpose)
    found = get_object_or_404(visible.select_for_update(of=("self",)), public_id=public_id)
    if getattr(found, side) != request.viewer.agency_id:
        raise Http404
    return found


def _answered_already(request):
    messages.warning(request, "このつなぎは、すでに回答されたか、取り下げられています。何も変えていません。")
    return redirect("cases:referrals")


def _with_errors(request, public_id, accept_form=None, return_form=None):
    sheet = _sheet(request, public_id)
    audit.saw(request, "つなぎ", case=sheet.case, rows=[*sheet.texts, *sheet.rows], things=[public_id])
    forms = _answer_forms(request, sheet, accept_form, return_form)
    return render(request, "cases/referral_detail.html", {"sheet": sheet, **forms})


def _answer_forms(request, sheet, accept_form=None, return_form=None):
    """Both answers, with what was typed in one of them; none where there is nothing to answer."""
    if not sheet.may_answer:
        return {}
    referral = sheet.referral
    return {
        "accept_form": accept_form or _asking(request, AcceptForm(auto_id=ACCEPT_ID), referral),
        "return_form": return_form or _asking(request, ReturnForm(), referral),
    }


def _asking(request, form, referral):
    return ask_where_learnt(form, request.viewer, [referral.case.main_subject], NOT_IN_REFERRALS)
