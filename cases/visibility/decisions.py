"""Decisions as functions of the database: each rule that asks over everything (consent, separation, conflict) is compiled
once from its condition here and kept there, where it is planned once and sees what the viewer may not.

What is kept is the rule, never an answer. `grant_web` puts them in place after every migrate; docs/decisions/
rules-in-the-database.md says why.
"""

from datetime import date
from typing import Any

import psycopg.sql
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, Q

# Values that stand for a function's arguments while its condition is compiled; far from any real one.
MARKS = {
    "the_person": -7_106_011,
    "other_person": -7_106_012,
    "the_agency": -7_106_013,
    "the_category": -7_106_014,
    "the_statement": -7_106_015,
    "the_user": -7_106_016,
    "the_meeting": -7_106_017,
    "the_case": -7_106_018,
    "the_day": date(7106, 1, 1),
}
TYPES = {"the_category": "integer", "the_day": "date"}


class Decided(Func):
    """A call of one of the functions; its arguments may be columns, `OuterRef` or literals."""

    output_field = BooleanField()


def consented(person, agency, category, day):
    """consent(p, a, c, d) of the contract §2."""
    return Q(Decided(person, agency, category, day, function="gate.consented"))


def holds(statement, agency, category, day):
    """Whether one statement is such a consent."""
    return Q(Decided(statement, agency, category, day, function="gate.holds"))


def speaks(statement, day):
    """Whether the representative who gave a statement was and is entitled to (§2, 2)."""
    return Q(Decided(statement, day, function="gate.speaks"))


def closed(statement, agency, category, day):
    """Whether another statement takes the agency and category out of this one (§2, 9)."""
    return Q(Decided(statement, agency, category, day, function="gate.closed"))


def lacks_a_record(statement, agency, category, day):
    """Whether another record of the same person has no consent of its own (名寄せ, §2)."""
    return Q(Decided(statement, agency, category, day, function="gate.lacks_a_record"))


def named_by_function(statement, agency, day):
    """Whether the agency has taken over one that the statement names by its function (承継, §4)."""
    return Q(Decided(statement, agency, day, function="gate.named_by_function"))


def separated(one, other):
    """Whether a separation stands between two people (§3)."""
    return Q(Decided(one, other, function="gate.separated"))


def sits_apart(field, meeting):
    """Whether `field` names somebody separated from the main subject of an item of the sitting (§3)."""
    return Q(Among(F(field), meeting, function="gate.apart_from_sitting"))


def may_not_sit(meeting, case, person):
    """Whether the case may not come into the sitting: the other side's case, or a row about it, is there (§3)."""
    return Q(Decided(meeting, case, person, function="gate.may_not_sit"))


class Among(Func):
    """The first argument is among the keys that a function finds for the others; asked once a query where it may be."""

    output_field = BooleanField()

    def as_sql(self, compiler, connection, **context):  # type: ignore[override]
        (key, of_key), *asked = (compiler.compile(part) for part in self.source_expressions)
        arguments = ", ".join(sql for sql, _ in asked)
        params = [param for _, found in asked for param in found]
        return f"{key} = ANY((SELECT {self.extra['function']}({arguments}))::bigint[])", [*of_key, *params]


def conflicted(field, viewer):
    """The condition that `field` names somebody for whom every purpose is closed to the viewer (§3)."""
    asked = (viewer.user_id, viewer.agency_id, viewer.day)
    among = Q(Among(F(field), *asked, function="gate.conflicted"))
    # Nobody is never conflicted: without this, a consultation of nobody would be hidden as "unknown".
    return among if field in NEVER_NOBODY else among & Q(**{f"{field}__isnull": False})


NEVER_NOBODY = {"pk", "subject", "main_subject"}


def kept_apart(field):
    """The condition that `field` names somebody who is one side of a standing separation: few, so asked first."""
    return Q(Among(F(field), function="gate.kept_apart"))


# --- putting them in place -------------------------------------------------------------------------------------------


def install(cursor: Any, role: str) -> None:
    """Make the functions from today's conditions; `role` (quoted) may call them."""
    cursor.execute(
        f"CREATE SCHEMA IF NOT EXISTS gate; REVOKE ALL ON SCHEMA gate FROM PUBLIC; GRANT USAGE ON SCHEMA gate TO {role}"
    )
    for name, (arguments, returns, body) in _functions().items():
        declared = ", ".join(f"{argument} {TYPES.get(argument, 'bigint')}" for argument in arguments)
        cursor.execute(FUNCTION.format(name=name, arguments=declared, returns=returns, body=body))
    cursor.execute(
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gate TO {role}"
    )


# pg_temp first: 時間をさかのぼる puts the tables of another day there; the web role may make none itself.
FUNCTION = """
CREATE OR REPLACE FUNCTION gate.{name}({arguments}) RETURNS {returns} LANGUAGE plpgsql STABLE SECURITY DEFINER
COST 1000 SET search_path = pg_catalog, pg_temp, public SET plan_cache_mode = force_generic_plan SET jit = off AS $gate$
#variable_conflict use_variable
BEGIN RETURN {body}; END $gate$
"""


def _functions() -> dict[str, tuple[list[str], str, str]]:
    from cases.models.consent import Consent
    from cases.visibility import consent, identity, learnt, table

    m = MARKS
    scope = (m["the_agency"], m["the_category"], m["the_day"])
    agreed = consent.consent_in_force(m["the_person"], *scope)
    statement = Consent.objects.order_by().filter(pk=m["the_statement"])
    held = consent.in_force(statement, *scope)
    spoken = statement.filter(Exists(consent.authority_for_consent(m["the_day"])))
    taken_out = statement.filter(Exists(consent.closing_statements(*scope)))
    lacking = statement.filter(Exists(consent.records_that_do_not_hold(*scope)))
    by_function = statement.filter(Exists(consent.predecessors_named(m["the_agency"], m["the_day"])))
    apart = identity.separations_of(m["the_person"], m["other_person"])
    sitting = table.apart_from_sitting(m["the_meeting"])
    cases, rows = table.things_of_other_side(m["the_meeting"], m["the_case"], m["the_person"])
    seen = learnt.items_seen_since(m["the_user"], m["the_person"], m["the_day"]).values("pk")
    closed = identity.conflicted_people(m["the_user"], m["the_agency"], m["the_day"])
    return {
        "separated": (["the_person", "other_person"], "boolean", _exists(apart)),
        "consented": (["the_person", "the_agency", "the_category", "the_day"], "boolean", _exists(agreed)),
        "holds": (["the_statement", "the_agency", "the_category", "the_day"], "boolean", _exists(held)),
        "speaks": (["the_statement", "the_day"], "boolean", _exists(spoken)),
        "closed": (["the_statement", "the_agency", "the_category", "the_day"], "boolean", _exists(taken_out)),
        "lacks_a_record": (
            ["the_statement", "the_agency", "the_category", "the_day"],
            "boolean",
            _exists(lacking),
        ),
        "named_by_function": (["the_statement", "the_agency", "the_day"], "boolean", _exists(by_function)),
        "kept_apart": ([], "bigint[]", f"ARRAY({_compiled(identity.kept_apart())})"),
        "apart_from_sitting": (["the_meeting"], "bigint[]", f"ARRAY({_compiled(sitting)})"),
        "may_not_sit": (
            ["the_meeting", "the_case", "the_person"],
            "boolean",
            f"{_exists(cases)} OR {_exists(rows)}",
        ),
        "seen_lately": (["the_user", "the_person", "the_day"], "bigint[]", f"ARRAY({_compiled(seen)})"),
        "conflicted": (["the_user", "the_agency", "the_day"], "bigint[]", f"ARRAY({_compiled(closed)})"),
    }


def _exists(queryset: Any) -> str:
    return f"EXISTS({_compiled(queryset.values('pk'))})"


def _compiled(queryset: Any) -> str:
    """The query's SQL with the function's arguments in place of the marks, and everything else written out."""
    sql, params = queryset.query.sql_with_params()
    pieces = sql.split("%s")
    connection.ensure_connection()
    written = [_written(param, connection.connection) for param in params]
    return "".join(part for pair in zip(pieces, [*written, ""], strict=True) for part in pair).replace(
        "%%", "%"
    )


def _written(param: Any, raw: Any) -> str:
    names = {value: name for name, value in MARKS.items()}
    if isinstance(param, list):
        return f"ARRAY[{', '.join(_written(part, raw) for part in param)}]"
    if not isinstance(param, bool) and isinstance(param, int | date) and param in names:
        return names[param]
    return psycopg.sql.Literal(param).as_string(raw)
