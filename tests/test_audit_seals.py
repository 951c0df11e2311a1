"""The audit trail cannot be changed unnoticed: sealing beside running work, and tampers with every right on the database.

On a copy of the tests' database, where things are really committed. `make audit-tampers` tries 1,000.
"""

import os
import random
import threading
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from cases.audit_chain import FORMS, NEWEST_FORM, Heads
from cases.audit_sealing import HeadsDiffer, last_seal, open_entries, remember, seal_all
from cases.audit_verifying import problems, verify
from cases.models import AuditCheck, AuditEntry, AuditSeal
from tests.audit_tampers import Tamperer
from tests.audit_world import a_second_connection, add_by, copied_database, fill, has_superuser, walls_down
from tests.conftest import maintenance
from tests.live_site import web_url

TAMPERS = int(os.environ.get("AUDIT_TAMPERS", "60"))
SEED = int(os.environ.get("AUDIT_SEED") or random.SystemRandom().randrange(10**9))


@pytest.fixture(scope="module")
def own_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), copied_database(maintenance()) as name:
        yield name


@pytest.fixture(scope="module")
def heads(own_database, tmp_path_factory):
    """The list of heads of the trail that is filled and sealed once for this file."""
    return fill(tmp_path_factory.mktemp("heads"))


@pytest.fixture
def other(heads):
    with a_second_connection() as second:
        yield second
        second.rollback()


def test_a_trail_that_nobody_touched_has_no_problem_and_its_tail_waits(heads):
    assert verify(heads) == []
    done = remember(AuditCheck.Act.VERIFY)
    assert (done.entries, done.unsealed) == (180, 36)
    assert [seal.count for seal in AuditSeal.objects.all()] == [15, 15, 6] * 4
    assert heads.read()[-1].total == 144


def test_every_tamper_is_found(heads):
    kept, missed = heads.read(), []
    with walls_down(has_superuser()):
        tamperer = Tamperer(SEED)
        for number in range(TAMPERS):
            with transaction.atomic():
                kind = tamperer.tamper(number)
                if not list(problems(kept)):
                    missed.append(f"{kind} (AUDIT_SEED={SEED}, {number})")
                transaction.set_rollback(True)
        assert list(problems(kept)) == []
    line = f"audit: tampers={TAMPERS} found={TAMPERS - len(missed)}"
    if target := os.environ.get("AUDIT_LINE"):
        Path(target).write_text(f"{line}\n")
    assert missed == [], line


@pytest.mark.parametrize(
    "kind", ["do_change_and_reseal", "do_delete_and_reseal", "do_insert_and_reseal", "do_cut_the_tail"]
)
def test_a_chain_rewritten_to_agree_with_itself_is_found_by_the_heads_alone(heads, kind):
    """What the list outside the database is for: the chain in it cannot know."""
    kept = heads.read()
    with walls_down(has_superuser()), transaction.atomic():
        tamperer = Tamperer(1)
        while kind == "do_cut_the_tail" and tamperer.choose.random() >= 0.5:
            pass  # with its entries: without them they would be found as slipped in
        getattr(tamperer, kind)()
        by_the_chain = [found for found in problems(kept) if "控え" not in found.kind]
        by_the_heads = [found for found in problems(kept) if "控え" in found.kind]
        transaction.set_rollback(True)
    assert by_the_heads
    assert by_the_chain == []


def test_what_is_not_sealed_yet_proves_nothing(heads):
    """Said openly in docs/decisions/audit-seal.md: until it is sealed, a superuser may take an entry away."""
    with walls_down(has_superuser()), transaction.atomic():
        AuditEntry.objects.filter(pk=open_entries(last_seal()).latest("pk").pk)._raw_delete("default")
        assert list(problems(heads.read())) == []
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", ["cases_auditentry", "cases_auditseal", "cases_auditcheck"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_changes_the_trail(heads, table, change):
    column = "number = number" if table == "cases_auditseal" else "id = id"
    with pytest.raises(ProgrammingError, match="監査記録は変えることも"), connection.cursor() as cursor:
        cursor.execute(change.format(table, column))


def test_the_web_role_has_no_right_on_the_seals_and_no_say_in_the_transaction(heads, own_database):
    with psycopg.connect(web_url(own_database), autocommit=True) as web:
        for act in (
            "SELECT * FROM cases_auditseal",
            "DELETE FROM cases_auditentry",
            "DELETE FROM cases_auditcheck",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(act)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(
                "INSERT INTO cases_auditcheck (at, act, entries, seals, unsealed) VALUES (now(), '', 1, 1, 1)"
            )
        assert web.execute("SELECT count(*) FROM cases_auditcheck").fetchone() is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_auditentry (at, purpose, act, rule, rows, things, reason, transaction)"
            " VALUES (now(), '', '', '', '{}', '{}', '', 1) RETURNING transaction"
        )
        assert cursor.fetchone()[0] > 1


# --- Beside running work --------------------------------------------------------------------------


def sealed_keys():
    return {entry for seal in AuditSeal.objects.all() for entry in seal.entries}


def test_a_transaction_that_outlasts_the_sealing_is_sealed_after_its_end(heads, other):
    early = add_by(other)  # a lower key, written first, committed last
    with transaction.atomic():
        late = AuditEntry.objects.create(act="見る:試験").pk
    assert early < late
    seal_all(heads)
    assert not {early, late} & sealed_keys()  # the horizon lies below both: nothing is claimed too early
    other.commit()
    assert verify(heads) == []
    seal_all(heads)
    assert {early, late} <= sealed_keys()
    assert verify(heads) == []


def test_a_sealing_by_key_would_lose_it(heads, other):
    """The naive rule, on the same course of events: what commits later lies below what was sealed."""
    early = add_by(other)
    with transaction.atomic():
        late = AuditEntry.objects.create(act="見る:試験").pk
    seen = set(AuditEntry.objects.filter(pk__lte=late).values_list("pk", flat=True))
    other.commit()
    now = set(AuditEntry.objects.filter(pk__lte=late).values_list("pk", flat=True))
    assert now - seen == {early}


def test_a_rolled_back_entry_leaves_a_gap_that_is_no_evidence(heads, other):
    add_by(other)
    other.rollback()
    kept = AuditEntry.objects.create(act="見る:試験").pk
    seal_all(heads)
    assert kept in sealed_keys()
    assert verify(heads) == []


def test_a_long_transaction_in_another_database_holds_nothing_up(heads):
    entry = AuditEntry.objects.create(act="見る:試験").pk
    with psycopg.connect(**maintenance()) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        seal_all(heads)
    assert entry in sealed_keys()


def test_a_transaction_that_has_not_yet_touched_the_trail_holds_it_up(heads, other):
    """Its number is drawn: what it writes later lies below what came meanwhile."""
    other.execute("SELECT pg_current_xact_id()")
    meanwhile = AuditEntry.objects.create(act="見る:試験").pk
    seal_all(heads)
    assert meanwhile not in sealed_keys()
    add_by(other)
    other.commit()
    assert verify(heads) == []
    seal_all(heads)
    assert meanwhile in sealed_keys()
    assert verify(heads) == []


def test_entries_committed_while_sealing_are_left_for_the_next_time(heads, monkeypatch):
    from cases import audit_sealing

    asked, meanwhile = audit_sealing._horizon, []

    def somebody_writes_just_after():
        found = asked()
        with a_second_connection() as second:
            meanwhile.append(add_by(second))
        return found

    AuditEntry.objects.create(act="見る:試験")
    monkeypatch.setattr(audit_sealing, "_horizon", somebody_writes_just_after)
    seal_all(heads)
    assert not set(meanwhile) & sealed_keys()
    monkeypatch.undo()
    seal_all(heads)
    assert set(meanwhile) <= sealed_keys()
    assert verify(heads) == []


def test_eight_sealers_and_four_writers_at_once(heads, own_database):
    failures = []

    def write():
        with a_second_connection() as second:
            for number in range(40):
                add_by(second)
                second.rollback() if number % 5 == 0 else second.commit()

    def seal():
        try:
            for _ in range(4):
                seal_all(heads, batch=7)
        except Exception as problem:  # a thread's exception would be lost
            failures.append(problem)
        finally:
            connection.close()

    before = AuditEntry.objects.count()
    threads = [threading.Thread(target=work) for work in [*[write] * 4, *[seal] * 8]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    seal_all(heads)
    assert AuditEntry.objects.count() == before + 4 * 32
    assert len(sealed_keys()) == AuditEntry.objects.count() == AuditSeal.objects.latest("number").total
    assert verify(heads) == []


# --- Heads, moves, commands -----------------------------------------------------------------------


def test_nothing_is_sealed_on_a_chain_that_is_not_the_one_kept(heads, tmp_path):
    line = str(heads.read()[-1])
    other = Heads(tmp_path / "heads.txt")
    other.path.write_text(line.replace(line.split()[2], "0" * 64) + "\n")
    before = AuditSeal.objects.count()
    with pytest.raises(HeadsDiffer):
        seal_all(other)
    with pytest.raises(CommandError, match="封印しませんでした"):
        call_command("seal_audit", head=str(other.path))
    assert AuditSeal.objects.count() == before


def test_heads_lost_between_commit_and_disk_are_caught_up(heads, tmp_path):
    lines = heads.path.read_text().splitlines(keepends=True)
    late = Heads(tmp_path / "heads.txt")
    late.path.write_text("".join(lines[:-2]))
    assert [found.kind for found in verify(late)] == ["控えにありません"] * 2
    seal_all(late)
    assert late.read()[: len(lines)] == heads.read()
    assert verify(late) == []
    heads.path.write_text(late.path.read_text())


def test_on_another_server_transactions_count_anew(heads, tmp_path, monkeypatch):
    """A restored dump keeps the old server's numbers; the first sealing there closes all of it."""
    from cases import audit_sealing, audit_verifying

    with transaction.atomic():
        tail = AuditEntry.objects.create(act="見る:移す前").pk
        moved = Heads(tmp_path / "heads.txt")
        moved.path.write_text(heads.path.read_text())
        for module in (audit_sealing, audit_verifying):
            monkeypatch.setattr(module, "server", lambda: "another")
        monkeypatch.setattr(audit_sealing, "_horizon", lambda: 10)  # far below every number in the dump
        assert list(problems(moved.read())) == []
        seal_all(moved)
        last = last_seal()
        assert (last.horizon, last.floor, last.server) == (10, tail, "another")
        assert list(problems(moved.read())) == []
        seal_all(moved)
        assert last_seal().number == last.number
        monkeypatch.setattr(
            audit_sealing, "_horizon", lambda: 10**12
        )  # long after: the old numbers come again
        new = AuditEntry.objects.create(act="見る:移した後").pk
        seal_all(moved)
        assert last_seal().entries == [new]
        assert list(problems(moved.read())) == []
        transaction.set_rollback(True)


def test_the_commands_end_with_their_numbers(heads, capsys):
    call_command("seal_audit", head=str(heads.path))
    call_command("verify_audit", head=str(heads.path))
    assert capsys.readouterr().out.splitlines()[-1].endswith("problems=0")
    assert AuditCheck.objects.latest("pk").act == AuditCheck.Act.VERIFY


def test_verifying_fails_when_something_was_changed(heads, capsys):
    with walls_down(has_superuser()), transaction.atomic():
        AuditEntry.objects.filter(pk=AuditSeal.objects.get(number=2).entries[3]).update(act="見る:別のもの")
        with pytest.raises(SystemExit) as left:
            call_command("verify_audit", head=str(heads.path))
        transaction.set_rollback(True)
    found = capsys.readouterr()
    assert left.value.code == 1
    assert "封印 2: 記録" in found.err and "書き換えられています" in found.err
    assert found.out.splitlines()[-1].startswith("audit: entries=") and "problems=1" in found.out


@pytest.mark.django_db
def test_an_entry_is_one_insert():
    with CaptureQueriesContext(connection) as asked:
        AuditEntry.objects.create(act="見る:試験")
    assert len(asked) == 1


def test_the_newest_form_writes_every_column_down():
    assert sorted(FORMS[NEWEST_FORM]) == sorted(field.attname for field in AuditEntry._meta.concrete_fields)
