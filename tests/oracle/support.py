"""§1 and §3.1: what an agency sees in its daily work (支援)."""

from datetime import timedelta

from tests.oracle.consent import consent
from tests.oracle.world import (
    SIX,
    Case,
    Consultation,
    Hint,
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


def conflicted(w: World, v: Viewer, person: int | None) -> bool:
    """A recorded conflict of the staff member or the agency closes every purpose for that person."""
    return person is not None and any(
        c.user == v.user or c.agency == v.agency for c in w.conflicts_of[person]
    )


@remembered
def row_conflicted(w: World, v: Viewer, row: Row) -> bool:
    return conflicted(w, v, w.cases[row.case].main) or any(conflicted(w, v, p) for p, _ in row.matters)


def is_separated(w: World, row: Row) -> bool:
    """A row about one side of a separation in the other side's case."""
    return any(w.separated(w.cases[row.case].main, p) for p, _ in row.matters)


def released(thing: Row | Case, v: Viewer) -> bool:
    return thing.released_on is not None and thing.released_on <= v.day


def row_free(v: Viewer, row: Row) -> bool:
    return row.origin is None or released(row, v)


def case_free(v: Viewer, case: Case) -> bool:
    return case.origin is None or released(case, v)


def free(w: World, v: Viewer, row: Row) -> bool:
    """A row without origin or released, in a case of the same kind."""
    return row_free(v, row) and case_free(v, w.cases[row.case])


@remembered
def takes_part(w: World, v: Viewer, case: int) -> bool:
    return any(t.agency == v.agency and inside(v.day, t) for t in w.participations_in[case])


@remembered
def took_part(w: World, v: Viewer, case: int) -> bool:
    return any(t.agency == v.agency and t.from_day <= v.day for t in w.participations_in[case])


@remembered
def leads(w: World, v: Viewer, case: int) -> bool:
    return any(t.agency == v.agency and inside(v.day, t) for t in w.leads_of[case])


def is_live(w: World, v: Viewer, referral: Referral) -> bool:
    """To the agency, ground recorded (without consent: with a note), pending, or accepted with its participation not ended."""
    grounded = referral.ground == "consent" or (referral.ground and referral.note)
    if referral.to_agency != v.agency or not grounded:
        return False
    if referral.status == "sent":
        return True
    if referral.status != "accepted" or referral.participation is None:
        return False
    until = w.participations[referral.participation].until_day
    return until is None or until >= v.day


def live_referrals(w: World, v: Viewer, case: int) -> list[Referral]:
    return [r for r in w.referrals_to[v.agency] if r.case == case and is_live(w, v, r)]


def acknowledged(w: World, v: Viewer) -> bool:
    """A term in force today whose secrecy was acknowledged on or before today."""
    return any(
        t.agency == v.agency
        and inside(v.day, t)
        and t.acknowledged_on is not None
        and t.acknowledged_on <= v.day
        for t in w.terms_of[v.user]
    )


def assigned(w: World, v: Viewer, row: Row) -> bool:
    """S5's assignment; from a 支援会議 only the named, acknowledged person's."""
    if row.kind not in ("decision", "action"):
        return False
    mine = [g for g in w.assignments_of[row.id] if g.agency == v.agency and g.ended_on is None]
    return any(row.origin is None or (g.user == v.user and acknowledged(w, v)) for g in mine)


@remembered
def assigned_in(w: World, v: Viewer, case: int) -> bool:
    return any(assigned(w, v, row) and not is_hidden(w, v, row) for row in w.rows_of[case])


def is_hidden(w: World, v: Viewer, row: Row) -> bool:
    """Closed whatever rule opens it: a conflict, or a separation for all but the case's lead."""
    return row_conflicted(w, v, row) or (is_separated(w, row) and not leads(w, v, row.case))


@remembered
def case_visible(w: World, v: Viewer, case: Case) -> bool:
    """§3.1 Case."""
    return may_support(v) and not conflicted(w, v, case.main) and _case_open(w, v, case)


def _case_open(w: World, v: Viewer, case: Case) -> bool:
    if assigned_in(w, v, case.id):
        return True
    if not case_free(v, case) and case.opened_by != v.agency:
        return False
    return took_part(w, v, case.id) or bool(live_referrals(w, v, case.id))


def header_visible(w: World, v: Viewer, case: Case) -> bool:
    """§3.1 Header: participation, past too; S5; a live referral, if by consent with ① towards the agency."""
    if not case_visible(w, v, case):
        return False
    if took_part(w, v, case.id) and (case_free(v, case) or case.opened_by == v.agency):
        return True
    if assigned_in(w, v, case.id):
        return True
    return (case_free(v, case) or case.opened_by == v.agency) and any(
        r.ground != "consent" or consent(w, case.main, v.agency, 1, v.day)
        for r in live_referrals(w, v, case.id)
    )


def all_pairs(w: World, a: int, row: Row, days) -> bool:
    """Every (subject, category) pair is consented on each day; a row about nobody never passes."""
    return bool(row.matters) and all(consent(w, p, a, c, d) for p, c in row.matters for d in days)


def s1(w: World, v: Viewer, row: Row) -> bool:
    case = w.cases[row.case]
    return (
        row.recorded_by == v.agency
        and row_free(v, row)
        and (case_free(v, case) or case.opened_by == v.agency)
    )


def s2(w: World, v: Viewer, row: Row) -> bool:
    return takes_part(w, v, row.case) and free(w, v, row) and all_pairs(w, v.agency, row, [v.day])


def s3(w: World, v: Viewer, row: Row) -> bool:
    return (
        free(w, v, row)
        and not is_separated(w, row)
        and any(_carries(w, v, e, row) for e in w.enclosures_of[row.id])
    )


def _carries(w: World, v: Viewer, enclosure, row: Row) -> bool:
    if enclosure.referral is None or enclosure.removed_on is not None:
        return False
    referral = w.referrals[enclosure.referral]
    if not is_live(w, v, referral):
        return False
    if referral.ground == "consent":
        return all_pairs(w, v.agency, row, [v.day])
    return bool(referral.note)


def s5(w: World, v: Viewer, row: Row) -> bool:
    return assigned(w, v, row)


def s6(w: World, v: Viewer, row: Row) -> bool:
    """Text or answer of a referral from or to the agency; a row with an origin stays inside (§5)."""
    if row.kind not in ("referral_text", "referral_answer") or row.referral is None or not free(w, v, row):
        return False
    return referral_known(w, v, w.referrals[row.referral])


def referral_known(w: World, v: Viewer, referral: Referral) -> bool:
    """From the agency; or to it once sent, not recalled, until 30 days after a return."""
    if referral.from_agency == v.agency:
        return True
    if referral.to_agency != v.agency or referral.status in ("draft", "recalled"):
        return False
    if referral.status == "returned":
        return referral.answered_on is not None and v.day <= referral.answered_on + timedelta(days=30)
    return True


@remembered
def row_rules(w: World, v: Viewer, row: Row) -> list[str]:
    """The rules that open the row for 支援; empty when it does not exist for the viewer."""
    if not may_support(v) or is_hidden(w, v, row):
        return []
    opened = ["S6"] if s6(w, v, row) else []
    if case_visible(w, v, w.cases[row.case]):
        rules = {"S1": s1, "S2": s2, "S3": s3, "S5": s5}
        opened += [name for name, rule in rules.items() if rule(w, v, row)]
    return opened


def row_visible(w: World, v: Viewer, row: Row) -> bool:
    return bool(row_rules(w, v, row))


def referral_visible(w: World, v: Viewer, referral: Referral) -> bool:
    return (
        may_support(v)
        and referral_known(w, v, referral)
        and not conflicted(w, v, w.cases[referral.case].main)
        and not _consultation_conflicted(w, v, referral.consultation)
    )


def _consultation_conflicted(w: World, v: Viewer, consultation: int | None) -> bool:
    return consultation is not None and conflicted(w, v, w.consultations[consultation].person)


def consultation_visible(w: World, v: Viewer, taken: Consultation) -> bool:
    """Its agency, and by whom it is referred to; by consent only with all six categories (§5)."""
    if not may_support(v) or conflicted(w, v, taken.person):
        return False
    if taken.case is not None and conflicted(w, v, w.cases[taken.case].main):
        return False
    return taken.agency == v.agency or any(_refers(w, v, r, taken) for r in w.referrals_with[taken.id])


def _refers(w: World, v: Viewer, referral: Referral, taken: Consultation) -> bool:
    if not is_live(w, v, referral):
        return False
    if referral.ground != "consent":
        return bool(referral.note)
    return taken.person is not None and all(consent(w, taken.person, v.agency, c, v.day) for c in SIX)


def hint_visible(w: World, v: Viewer, hint: Hint) -> bool:
    closed = conflicted(w, v, hint.person) or (
        hint.case is not None and conflicted(w, v, w.cases[hint.case].main)
    )
    return may_support(v) and hint.agency == v.agency and not closed


def people_visible(w: World, v: Viewer) -> set[int]:
    """Known only through a consultation, a case's header, or a row that the viewer sees."""
    known = {t.person for t in w.consultations.values() if t.person and consultation_visible(w, v, t)}
    known |= {case.main for case in w.cases.values() if header_visible(w, v, case)}
    known |= {p for row in w.rows.values() if row_visible(w, v, row) for p, _ in row.matters}
    return {p for p in known if not conflicted(w, v, p)}


def participation_visible(w: World, v: Viewer, part: Term) -> bool:
    """A row ⑤: oneself, the lead for a participant, all for the lead, else by consent as S2."""
    case = w.cases[part.case]
    if not case_visible(w, v, case):
        return False
    if part.agency == v.agency or leads(w, v, case.id):
        return True
    if not takes_part(w, v, case.id):
        return False
    if any(t.agency == part.agency and inside(v.day, t) for t in w.leads_of[case.id]):
        return True
    return case_free(v, case) and consent(w, case.main, v.agency, 5, v.day)


def statement_whole(w: World, v: Viewer, said: Statement) -> bool:
    """Whole: the lead, and the coordinator whose agency takes part, of the case where it was recorded (§5)."""
    if not case_visible(w, v, w.cases[said.case]) or conflicted(w, v, said.person):
        return False
    return leads(w, v, said.case) or (v.role == "coordinator" and takes_part(w, v, said.case))


def statement_concerning(w: World, v: Viewer, said: Statement) -> bool:
    """A consent that names the agency, in a case it takes part in; never that it was excluded."""
    if not case_visible(w, v, w.cases[said.case]) or not takes_part(w, v, said.case):
        return False
    if conflicted(w, v, said.person) or v.agency in said.excluded:
        return False
    listed = said.recipient_list is not None and v.agency in w.lists[said.recipient_list].agencies
    return said.kind == "given" and (v.agency in said.recipients or listed)


def signature(w: World, v: Viewer, row: Row, rules: list[str]) -> tuple:
    """What decided over the row: the rules that opened it and what stood in the way. For counting near misses."""
    case = w.cases[row.case]
    obstacles = {
        "conflict": row_conflicted(w, v, row),
        "separated": is_separated(w, row),
        "origin": not row_free(v, row),
        "case origin": not case_free(v, case),
        "case hidden": not case_visible(w, v, case),
        "nobody": not row.matters,
    }
    part = "now" if takes_part(w, v, case.id) else "past" if took_part(w, v, case.id) else "never"
    own, assigned_here = row.recorded_by == v.agency, bool(w.assignments_of[row.id])
    consented = all_pairs(w, v.agency, row, [v.day])
    return (
        *rules,
        *(name for name, stands in obstacles.items() if stands),
        part,
        own,
        assigned_here,
        consented,
    )
