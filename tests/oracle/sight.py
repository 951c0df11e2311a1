"""What the rules of §3.1 ask about an agency on a day, and about one of its people: sets of rows and cases."""

from collections import defaultdict
from datetime import date

from tests.oracle.consent import consent, predecessors
from tests.oracle.world import Assignment, Disclosure, Referral, Term, Viewer, World, inside, remembered


class Seat:
    """An agency on a day: the same for all who sit there."""

    def __init__(self, w: World, agency: int, day: date):
        self.w, self.agency, self.day, self._nearly = w, agency, day, None
        # What it has taken over it reads as its own.
        self.own = {agency, *predecessors(w, agency, day)}
        at = w.at
        self.takes_part = self._cases(w.participations, lambda t: t.agency == agency and inside(day, t))
        self.took_part = self._cases(w.participations, lambda t: t.agency in self.own and t.from_day <= day)
        self.leads = self._cases(w.leads, lambda t: t.agency == agency and inside(day, t))
        self.opener = at.cases.where(lambda case: case.opened_by in self.own)
        self.case_free = at.cases.where(lambda case: case.origin is None or released(case, day))
        self.row_free = at.rows_unborn | at.rows.where(lambda row: released(row, day))
        self.case_free_rows = at.rows_in_cases(self.case_free)
        self.recorded = self._union(at.rows_by[a] for a in self.own)
        self.apart = separated_rows(w)
        self.apart_but_led = self.apart & ~at.rows_in_cases(self.leads)
        self._referred()
        self._disclosed()

    def _cases(self, terms: dict[int, Term], test) -> int:
        return self.w.at.cases.of({t.case for t in terms.values() if test(t)})

    @staticmethod
    def _union(sets) -> int:
        found = 0
        for one in sets:
            found |= one
        return found

    def _referred(self) -> None:
        """By referrals to the agency: cases, and the rows enclosed in them (S3)."""
        w, at = self.w, self.w.at
        self.live = [r for r in w.referrals.values() if not self.not_live(r)]
        self.referred = at.cases.of({r.case for r in self.live})
        consent_asked = [r for r in self.live if r.ground == "consent"]
        others = [r for r in self.live if r.ground != "consent"]
        self.referred_with_name = at.cases.of({r.case for r in others}) | at.cases.of(
            {r.case for r in consent_asked if consent(w, w.cases[r.case].main, self.agency, 1, self.day)}
        )
        self.enclosed_by_consent = self._enclosed(consent_asked)
        self.enclosed_otherwise = self._enclosed(others)

    def _enclosed(self, referrals: list[Referral]) -> int:
        at = self.w.at
        return at.rows.of({e.row for r in referrals for e in at.enclosed_in[r.id] if e.removed_on is None})

    def not_live(self, referral: Referral) -> list[str]:
        return [*fails({"to it": referral.to_agency == self.agency}), *not_live(self.w, referral, self.day)]

    def _disclosed(self) -> None:
        """S4: what open disclosures to the agency carry."""
        at = self.w.at
        self.open_disclosures = [g for g in self.w.disclosures.values() if not self.not_open(g)]
        self.disclosed = at.cases.of({g.case for g in self.open_disclosures})
        self.disclosed_with_name = at.cases.of({g.case for g in self.open_disclosures if g.with_header})
        self.given = at.rows.of({row for g in self.open_disclosures for row in g.rows})

    def not_open(self, given: Disclosure) -> list[str]:
        return [*fails({"to it": given.to_agency == self.agency}), *not_open(given, self.day)]

    def nearly(self) -> dict[str, dict[str, dict[str, int]]]:
        """For counting near misses: referrals and disclosures that fail in one point, by their cases and rows."""
        if self._nearly is None:
            self._nearly = self._find_nearly()
        return self._nearly

    def _find_nearly(self) -> dict[str, dict[str, dict[str, int]]]:
        at, found = self.w.at, defaultdict(lambda: defaultdict(int))
        for given in self.w.disclosures.values():
            match self.not_open(given):
                case [point]:
                    found["disclosed"][point] |= 1 << at.cases.place[given.case]
                    found["given"][point] |= at.rows.of(given.rows)
        for referral in self.w.referrals.values():
            points = self.not_live(referral)
            if len(points) == 1:
                found["referred"][points[0]] |= 1 << at.cases.place[referral.case]
            for enclosed in at.enclosed_in[referral.id]:
                match [*points, *fails({"still enclosed": enclosed.removed_on is None})]:
                    case [point]:
                        found["enclosed"][point] |= 1 << at.rows.place[enclosed.row]
        later = [t for t in self.w.participations.values() if t.agency in self.own and t.from_day > self.day]
        found["took part"]["begun"] = at.cases.of({t.case for t in later})
        return found


def fails(conditions: dict[str, bool]) -> list[str]:
    return [name for name, holds in conditions.items() if not holds]


@remembered
def seat(w: World, agency: int, day: date) -> Seat:
    return Seat(w, agency, day)


def seat_of(w: World, v: Viewer) -> Seat:
    return seat(w, v.agency, v.day)


class Sight:
    """One person in a seat: conflicts, and what is assigned by name."""

    def __init__(self, w: World, v: Viewer):
        at, here = w.at, seat_of(w, v)
        self.conflicted_people = conflicted_people(w, v.user, frozenset(here.own))
        self.conflicted_cases = at.cases.where(lambda case: case.main in self.conflicted_people)
        self.conflicted_rows = at.rows_in_cases(self.conflicted_cases) | at.rows_of_people(
            self.conflicted_people
        )
        # Closed whatever rule opens it: a conflict, or a separation for all but the case's lead.
        self.hidden = self.conflicted_rows | here.apart_but_led
        self.assigned = assigned_rows(w, v)
        kept = self.assigned & ~self.hidden
        self.assigned_cases = at.cases.of({w.rows[row].case for row in at.rows.keys_in(kept)})


@remembered
def sight(w: World, v: Viewer) -> Sight:
    return Sight(w, v)


@remembered
def conflicted_people(w: World, user: int, agencies: frozenset[int]) -> frozenset[int]:
    """A recorded conflict of the staff member, the agency or one it took over closes every purpose for that person,
    whichever of the person's records it names."""
    named = {c.person for c in w.conflicts.values() if c.user == user or c.agency in agencies}
    return frozenset(record for person in named for record in w.at.records[person])


@remembered
def separated_rows(w: World) -> int:
    """Rows about one side of a separation in the other side's case."""
    found = 0
    for case in w.cases.values():
        found |= w.at.rows_of[case.id] & w.at.rows_of_people(w.at.apart[case.main])
    return found


def released(thing, day: date) -> bool:
    return thing.released_on is not None and thing.released_on <= day


def not_live(w: World, referral: Referral, day: date) -> list[str]:
    """Ground recorded (without consent: with a note), pending, or accepted with its participation not ended."""
    part = w.participations[referral.participation] if referral.participation else None
    accepted = referral.status == "accepted" and part is not None
    until = part.until_day if part else None
    return fails({
        "ground": referral.ground == "consent" or bool(referral.ground and referral.note),
        "pending or accepted": referral.status == "sent" or accepted,
        "not ended": not accepted or until is None or until >= day,
    })  # fmt: skip


def not_open(given: Disclosure, day: date) -> list[str]:
    """S4: in its time, not ended, and approved, or not past the day by which it must be."""
    approved = given.approved_on is not None and given.approved_on <= day
    return fails({
        "from": given.from_day <= day,
        "until": day <= given.until_day,
        "approved in time": approved or day <= given.approve_by,
        "not ended": given.ended_on is None,
    })  # fmt: skip


@remembered
def assigned_rows(w: World, v: Viewer) -> int:
    """S5."""
    return w.at.rows.of({g.row for g in w.assignments.values() if not not_assigned(w, v, g)})


@remembered
def nearly_assigned(w: World, v: Viewer) -> dict[str, int]:
    found = defaultdict(int)
    for assignment in w.assignments.values():
        match not_assigned(w, v, assignment):
            case [point]:
                found[point] |= 1 << w.at.rows.place[assignment.row]
    return found


def not_assigned(w: World, v: Viewer, assignment: Assignment) -> list[str]:
    """S5: decisions and plan actions; from a 支援会議 only for the named, acknowledged person."""
    row = w.rows[assignment.row]
    inside_meeting = row.origin is not None
    return fails({
        "decision or action": row.kind in ("decision", "action"),
        "to it": assignment.agency == v.agency,
        "not ended": assignment.ended_on is None,
        "named": not inside_meeting or assignment.user == v.user,
        "acknowledged": not inside_meeting or acknowledged(w, v),
    })  # fmt: skip


@remembered
def acknowledged(w: World, v: Viewer) -> bool:
    """A term in force today whose secrecy was acknowledged on or before today."""
    return any(
        t.agency == v.agency
        and inside(v.day, t)
        and t.acknowledged_on is not None
        and t.acknowledged_on <= v.day
        for t in w.at.terms_of[v.user]
    )
