"""§1 and §3.1: what an agency sees in its daily work (支援). Each answer is a set, with the conditions that made it."""

from datetime import timedelta

from tests.oracle.consent import consent, consented, rows_consented
from tests.oracle.judging import Judgement, if_all
from tests.oracle.sight import fails, nearly_assigned, not_live, not_open, seat_of, sight
from tests.oracle.world import (
    SIX,
    Case,
    Consultation,
    Referral,
    Row,
    Statement,
    Term,
    Viewer,
    World,
    inside,
    remembered,
)

FIELD_WORK = ("counter", "chief", "outreach", "participation", "coordinator")


def may_support(v: Viewer) -> bool:
    return v.role in FIELD_WORK


# --- cases, headers, rows


@remembered
def cases(w: World, v: Viewer) -> Judgement:
    """§3.1 Case. With an origin, until released: only the agency that opened it, and S5."""
    here, me, every = seat_of(w, v), sight(w, v), w.at.cases.all
    common = {"role": if_all(every, may_support(v)), "conflict": every & ~me.conflicted_cases}
    mine = {**common, "case free or own": here.case_free | here.opener}
    return Judgement(every, {
        "part": {**mine, "took part": here.took_part},
        "referral": {**mine, "referred": here.referred},
        "S4": {**common, "case free": here.case_free, "disclosed": here.disclosed},
        "S5": {**common, "assigned": me.assigned_cases},
    }, here.nearly() | {"assigned": {}})  # fmt: skip


@remembered
def headers(w: World, v: Viewer) -> Judgement:
    """§3.1 Header: participation, past too; S5; a live referral, if by consent with ①; a disclosure with it."""
    here, me, every = seat_of(w, v), sight(w, v), w.at.cases.all
    common = {"role": if_all(every, may_support(v)), "conflict": every & ~me.conflicted_cases}
    mine = {**common, "case free or own": here.case_free | here.opener}
    return Judgement(every, {
        "part": {**mine, "took part": here.took_part},
        "referral": {**mine, "referred": here.referred, "① or no consent needed": here.referred_with_name},
        "S4": {**common, "case free": here.case_free, "disclosed": here.disclosed, "with name": here.disclosed_with_name},
        "S5": {**common, "assigned": me.assigned_cases},
    }, here.nearly() | {"assigned": {}})  # fmt: skip


@remembered
def rows(w: World, v: Viewer) -> Judgement:
    """§3.1 S1–S6."""
    at, here, me, every = w.at, seat_of(w, v), sight(w, v), w.at.rows.all
    common = {
        "role": if_all(every, may_support(v)),
        "conflict": every & ~me.conflicted_rows,
        "separation": every & ~here.apart_but_led,
    }
    free = {"row free": here.row_free, "case free": here.case_free_rows}
    consent_today = {"consent": rows_consented(w, v.agency, v.day)}
    own_case = here.case_free_rows | at.rows_in_cases(here.opener)
    return Judgement(every, {
        "S1": {**common, "recorded": here.recorded, "case": at.rows_in_cases(cases(w, v).open),
               "row free": here.row_free, "case free or own": own_case},
        "S2": {**common, **free, "takes part": at.rows_in_cases(here.takes_part), **consent_today},
        "S3 consent": {**common, **free, "never separated": every & ~here.apart,
                       "enclosed": here.enclosed_by_consent, **consent_today},
        "S3 other": {**common, **free, "never separated": every & ~here.apart, "enclosed": here.enclosed_otherwise},
        "S4": {**common, **free, "given": here.given},
        "S5": {**common, "assigned": me.assigned},
        "S6": {**common, **free, "of a known referral": _referral_texts(w, v)},
    }, here.nearly() | {"assigned": nearly_assigned(w, v), "of a known referral": _nearly_known(w, v)})  # fmt: skip


def _referral_texts(w: World, v: Viewer) -> int:
    """S6: needs no visible case; a row with an origin stays inside (§5)."""
    at, found = w.at, 0
    for referral in w.referrals.values():
        if referral_known(v, referral):
            found |= at.rows_of_referral[referral.id]
    return found & (at.rows_kind["referral_text"] | at.rows_kind["referral_answer"])


def _nearly_known(w: World, v: Viewer) -> dict[str, int]:
    found: dict[str, int] = {}
    for referral in w.referrals.values():
        match not_known(v, referral):
            case [point]:
                found[point] = found.get(point, 0) | w.at.rows_of_referral[referral.id]
    return found


def referral_known(v: Viewer, referral: Referral) -> bool:
    return not not_known(v, referral)


def not_known(v: Viewer, referral: Referral) -> list[str]:
    """From the agency; or to it once sent, not recalled, until 30 days after a return."""
    if referral.from_agency == v.agency:
        return []
    answered = referral.answered_on
    in_time = answered is not None and v.day <= answered + timedelta(days=30)
    return fails({
        "from or to it": referral.to_agency == v.agency,
        "sent": referral.status not in ("draft", "recalled"),
        "30 days": referral.status != "returned" or in_time,
    })  # fmt: skip


# --- what hangs beside


@remembered
def referrals(w: World, v: Viewer) -> Judgement:
    bits = w.at.referrals
    main = {r.id: w.cases[r.case].main for r in w.referrals.values()}
    taken = {
        r.id: w.consultations[r.consultation].person if r.consultation else None for r in w.referrals.values()
    }
    return Judgement(bits.all, {"known": {
        "role": if_all(bits.all, may_support(v)),
        "known": bits.where(lambda r: referral_known(v, r)),
        "conflict": bits.where(lambda r: not conflicted(w, v, main[r.id])),
        "conflict before": bits.where(lambda r: not conflicted(w, v, taken[r.id])),
    }})  # fmt: skip


@remembered
def consultations(w: World, v: Viewer) -> Judgement:
    """Its agency, and by whom it is referred to; by consent only with all six categories (§5)."""
    bits = w.at.consultations
    common = {"role": if_all(bits.all, may_support(v)), **_unconflicted(w, v, bits)}
    return Judgement(bits.all, {
        "own": {**common, "took it": bits.where(lambda t: t.agency == v.agency)},
        "referred": {**common, "live referral": bits.where(lambda t: any(_live_to(w, v, t))),
                     "ground": bits.where(lambda t: _ground_opens(w, v, t))},
    })  # fmt: skip


def _live_to(w: World, v: Viewer, taken: Consultation):
    return (r for r in w.at.referrals_with[taken.id] if r.to_agency == v.agency and not not_live(w, r, v.day))


def _ground_opens(w: World, v: Viewer, taken: Consultation) -> bool:
    everything = taken.person is not None and all(consent(w, taken.person, v.agency, c, v.day) for c in SIX)
    return everything or any(r.ground != "consent" for r in _live_to(w, v, taken))


@remembered
def hints(w: World, v: Viewer) -> Judgement:
    bits = w.at.hints
    return Judgement(bits.all, {"own": {
        "role": if_all(bits.all, may_support(v)), **_unconflicted(w, v, bits),
        "took it": bits.where(lambda h: h.agency == v.agency),
    }})  # fmt: skip


def _unconflicted(w: World, v: Viewer, bits) -> dict[str, int]:
    main = {
        key: w.cases[thing.case].main if thing.case else None
        for key, thing in zip(bits.keys, bits.things, strict=True)
    }
    return {
        "conflict": bits.where(lambda t: not conflicted(w, v, t.person)),
        "conflict of the case": bits.where(lambda t: not conflicted(w, v, main[t.id])),
    }


@remembered
def people(w: World, v: Viewer) -> Judgement:
    """Known only through a consultation, a case's header, or a row that the viewer sees."""
    at, seen = w.at, rows(w, v).open
    named = [w.cases[key].main for key in at.cases.keys_in(headers(w, v).open)]
    taken = [w.consultations[key].person for key in at.consultations.keys_in(consultations(w, v).open)]
    unconflicted = {"conflict": at.people.all & ~at.people.of(sight(w, v).conflicted_people)}
    return Judgement(at.people.all, {
        "header": {**unconflicted, "named": at.people.of(set(named))},
        "consultation": {**unconflicted, "came": at.people.of({p for p in taken if p})},
        "row": {**unconflicted, "told of": at.people.of(p for p, about in at.rows_about.items() if about & seen)},
    }, {"named": {}, "came": {}, "told of": {}})  # fmt: skip


@remembered
def participations(w: World, v: Viewer) -> Judgement:
    """A row ⑤: oneself, the lead for a participant, all for the lead, else by consent as S2."""
    bits, here = w.at.participations, seat_of(w, v)
    of = _of_cases(w, bits)
    common, part = {"case": of(cases(w, v).open)}, {"takes part": of(here.takes_part)}
    shared = w.at.cases.where(lambda case: consent(w, case.main, v.agency, 5, v.day))
    return Judgement(bits.all, {
        "oneself": {**common, "own": bits.where(lambda t: t.agency == v.agency)},
        "to the lead": {**common, "leads": of(here.leads)},
        "the lead": {**common, **part, "is lead": bits.where(lambda t: _is_lead(w, v, t))},
        "⑤": {**common, **part, "case free": of(here.case_free), "consent": of(shared)},
    })  # fmt: skip


def _is_lead(w: World, v: Viewer, part: Term) -> bool:
    return any(t.agency == part.agency and inside(v.day, t) for t in w.at.leads_of[part.case])


def _of_cases(w: World, bits):
    """From a set of cases to the things that hang from them."""
    hanging = [1 << w.at.cases.place[thing.case] for thing in bits.things]
    return lambda found: sum(1 << place for place, case in enumerate(hanging) if case & found)


@remembered
def statements_whole(w: World, v: Viewer) -> Judgement:
    """Whole: the lead, and the coordinator whose agency takes part, of the case where it was recorded (§5)."""
    bits, here = w.at.statements, seat_of(w, v)
    of = _of_cases(w, bits)
    common = {"case": of(cases(w, v).open), "conflict": bits.where(lambda s: not conflicted(w, v, s.person))}
    return Judgement(bits.all, {
        "lead": {**common, "leads": of(here.leads)},
        "coordinator": {**common, "takes part": of(here.takes_part), "is coordinator": if_all(bits.all, v.role == "coordinator")},
    })  # fmt: skip


@remembered
def statements_concerning(w: World, v: Viewer) -> Judgement:
    """A consent that names the agency, in a case it takes part in; never that it was excluded."""
    bits, here = w.at.statements, seat_of(w, v)
    of = _of_cases(w, bits)
    return Judgement(bits.all, {"named": {
        "case": of(cases(w, v).open), "takes part": of(here.takes_part),
        "conflict": bits.where(lambda s: not conflicted(w, v, s.person)),
        "not excluded": bits.where(lambda s: v.agency not in s.excluded),
        "given": bits.where(lambda s: s.kind == "given"),
        "named": bits.where(lambda s: _named(w, v, s)),
    }})  # fmt: skip


def _named(w: World, v: Viewer, said: Statement) -> bool:
    listed = said.recipient_list is not None and v.agency in w.lists[said.recipient_list].agencies
    return v.agency in said.recipients or listed


@remembered
def disclosures(w: World, v: Viewer) -> Judgement:
    """The record of a 緊急提供: who takes part today or gave it, while the case is seen; the receiver while it is open."""
    bits, here = w.at.disclosures, seat_of(w, v)
    of = _of_cases(w, bits)
    common = {"case": of(cases(w, v).open)}
    return Judgement(bits.all, {
        "part": {**common, "takes part": of(here.takes_part)},
        "giver": {**common, "gave it": bits.where(lambda g: g.from_agency == v.agency)},
        "receiver": {**common, "received": bits.where(lambda g: g.to_agency == v.agency),
                     "open": bits.where(lambda g: not not_open(g, v.day))},
    })  # fmt: skip


# --- one thing at a time


def conflicted(w: World, v: Viewer, person: int | None) -> bool:
    return person is not None and person in sight(w, v).conflicted_people


def takes_part(w: World, v: Viewer, case: int) -> bool:
    return w.at.cases.has(seat_of(w, v).takes_part, case)


def leads(w: World, v: Viewer, case: int) -> bool:
    return w.at.cases.has(seat_of(w, v).leads, case)


def case_visible(w: World, v: Viewer, case: Case) -> bool:
    return w.at.cases.has(cases(w, v).open, case.id)


def header_visible(w: World, v: Viewer, case: Case) -> bool:
    return w.at.cases.has(headers(w, v).open, case.id)


def row_visible(w: World, v: Viewer, row: Row) -> bool:
    return w.at.rows.has(rows(w, v).open, row.id)


def row_rules(w: World, v: Viewer, row: Row) -> list[str]:
    """The rules that open the row for 支援; empty when it does not exist for the viewer."""
    return [way for way, opened in rows(w, v).by_way.items() if w.at.rows.has(opened, row.id)]


def _one(kind: str, judged):
    return lambda w, v, thing: getattr(w.at, kind).has(judged(w, v).open, thing.id)


referral_visible = _one("referrals", referrals)
consultation_visible = _one("consultations", consultations)
hint_visible = _one("hints", hints)
participation_visible = _one("participations", participations)
statement_whole = _one("statements", statements_whole)
statement_concerning = _one("statements", statements_concerning)
disclosure_visible = _one("disclosures", disclosures)


def nearly_consented(w: World, v: Viewer, k) -> int:
    """Rows of which every pair would be consented if condition `k` of §2 were not asked: for counting near misses."""
    found = consented(w, v.agency, v.day)
    return found.rows(w, found.nearly[k]) & ~found.rows(w)
