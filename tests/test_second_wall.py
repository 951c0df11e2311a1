"""The second wall, on the real web role: the catalogue, the signed identity, and what a stranger finds behind it."""

import hashlib
import hmac
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from agencies.models import Role
from cases.models import Case, Consent, Consultation, Person, Row
from cases.visibility.register import CONFIDENTIAL
from nisshin_support import second_wall
from nisshin_support.middleware import enter_request_role, leave_request_role
from tests.factories import PersonFactory, a_case, a_consent, a_row, a_viewer

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 10)
MODELS = (Case, Row, Person, Consent)


def ask(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@pytest.fixture
def behind():
    """`behind(viewer)`: from here on the connection has the web role's rights, and acts for the viewer (or nobody)."""

    def step_down(viewer=None):
        enter_request_role()
        if viewer:
            second_wall.enter(viewer)

    yield step_down
    leave_request_role()


# --- the catalogue ---------------------------------------------------------------------------------------------------


def tables_of_confidential_models():
    for name in CONFIDENTIAL:
        model = apps.get_model(name)
        yield model._meta.db_table
        yield from (field.m2m_db_table() for field in model._meta.local_many_to_many)


@pytest.mark.parametrize("table", sorted(set(tables_of_confidential_models())))
def test_every_confidential_table_has_a_policy(table):
    [[secured]] = ask("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    policies = ask("SELECT policyname FROM pg_policies WHERE tablename = %s", table)
    assert secured and policies, f"{table} stands open: cases/second_wall.sql"


def test_no_view_sees_with_its_owners_eyes():
    views = ask(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('v', 'm')"
        " AND nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
    )
    assert views == []


def test_the_web_role_owns_nothing_and_may_not_pass_the_wall():
    role = settings.DATABASE_WEB_ROLE
    [rights] = ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", role
    )
    assert not any(rights)
    owned = ask("SELECT relname FROM pg_class WHERE relowner = %s::regrole", role)
    granted = ask("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", role)
    [[temporary]] = ask("SELECT has_database_privilege(%s, current_database(), 'TEMP')", role)
    assert not owned and not granted and not temporary


def test_every_function_that_sees_all_has_a_fixed_search_path():
    loose = ask(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace::regnamespace::text IN ('gate', 'second_wall', 'public')"
        " AND coalesce(array_to_string(proconfig, ' '), '') !~ 'search_path='"
    )
    assert loose == []


@pytest.mark.parametrize("table", ["second_wall.signing_key", "second_wall.entered"])
def test_the_walls_own_tables_are_closed_to_the_web_role(behind, table):
    behind(a_viewer())
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(f"SELECT * FROM {table}")


# --- the identity ----------------------------------------------------------------------------------------------------


def signed(viewer, number, key=None, pid=None):
    pid = pid or connection.connection.info.backend_pid
    said = [viewer.user_id, viewer.membership.pk, viewer.day.isoformat(), number]
    message = "|".join(str(part) for part in [pid, *said]).encode()
    return [*said, hmac.new(key or second_wall.signing_key(), message, hashlib.sha256).hexdigest()]


ENTER = "SELECT second_wall.enter(%s, %s, %s::date, %s, %s)"
LATER = 10**19 // 2


@pytest.mark.parametrize("forged", ["key", "connection", "person", "replay"])
def test_an_identity_cannot_be_forged(behind, forged):
    viewer, other = a_viewer(), a_viewer()
    behind(viewer)
    if forged == "replay":
        ask(ENTER, *signed(viewer, LATER))
    asked = {
        "key": signed(other, LATER + 1, key=b"guessed"),
        "connection": signed(other, LATER + 1, pid=1),
        "person": [other.user_id, *signed(viewer, LATER + 1)[1:]],
        "replay": signed(viewer, LATER),
    }[forged]
    with pytest.raises(DatabaseError, match="second wall"), transaction.atomic():
        ask(ENTER, *asked)


def test_settings_of_the_session_open_nothing(behind):
    a_row(a_case(owner := a_viewer()), owner)
    behind()
    for name in ("nisshin.user", "nisshin.agency", "second_wall.user_id", "role"):
        with transaction.atomic():
            ask(
                "SELECT set_config(%s, %s, true)",
                name,
                settings.DATABASE_WEB_ROLE if name == "role" else str(owner.user_id),
            )
    assert [model.objects.count() for model in MODELS] == [0, 0, 0, 0]


def test_the_identity_ends_with_its_transaction(live_site):
    with live_site.connect_as_web() as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT second_wall.enter(1, 1, '2026-06-10', 1, 'nothing signed')")


# --- what stands behind it -------------------------------------------------------------------------------------------


def a_closed_case():
    owner = a_viewer()
    case = a_case(owner)
    a_row(case, owner)
    a_consent(case, to=[owner.agency])
    Consultation.objects.create(
        agency=owner.agency, author=owner.membership, person=case.main_subject, taken_on=DAY
    )
    return owner, case


@pytest.mark.parametrize("role", Role.values)
def test_a_stranger_finds_nothing_without_the_gate(behind, role):
    a_closed_case()
    behind(a_viewer(role))
    found = {model.__name__: model.objects.count() for model in (*MODELS, Consultation)}
    allowed = {"coordinator": {"Person"}, "statistics": {"Case", "Row", "Consultation"}, "audit": {"Case"}}
    assert {name for name, number in found.items() if number} == allowed.get(role, set())


def test_who_takes_part_finds_the_case(behind):
    owner, _case = a_closed_case()
    behind(owner)
    assert [model.objects.count() for model in (*MODELS, Consultation)] == [1, 1, 1, 1, 1]


def test_nobody_writes_as_another(behind):
    owner, case = a_closed_case()
    other = a_viewer(agency=owner.agency)
    behind(owner)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        a_row(case, other)


def test_a_new_person_and_case_are_seen_by_who_enters_them(behind):
    viewer = a_viewer()
    behind(viewer)
    case = Case.start(main_subject=PersonFactory(), agency=viewer.agency, day=DAY)
    assert Person.objects.get(pk=case.main_subject_id).entered_by_id == viewer.agency_id
    assert a_row(case, viewer).pk
