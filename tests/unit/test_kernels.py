"""Compiled kernels find a place, and one that nobody else writes to."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path

import pytest

from freeagents.kernels import VARIABLE, are_kept, keep_kernels
from freeagents.matching._compiled import above

NOWHERE = Path("/proc/self/nowhere")  # not even root makes a folder there


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"freeagents-kernels-{os.geteuid()}"


def chosen(matcher: Path = NOWHERE, **environment: str) -> str | None:
    given = {"XDG_CACHE_HOME": str(NOWHERE), **environment}
    keep_kernels(given, matcher)
    return given.get(VARIABLE)


def test_numba_finds_a_place_beside_the_matcher(tmp_path: Path) -> None:
    assert chosen(tmp_path) is None


def test_numba_finds_a_place_in_the_own_cache(tmp_path: Path) -> None:
    assert chosen(XDG_CACHE_HOME=str(tmp_path / "made-later")) is None


def test_a_place_that_was_given_stays(tmp_path: Path) -> None:
    assert chosen(NUMBA_CACHE_DIR=str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("given", [{}, {VARIABLE: str(NOWHERE)}, {VARIABLE: "relative"}])
def test_where_there_is_none_it_is_a_folder_for_this_account_alone(
    temporary: Path, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    for _time in range(2):
        assert chosen(**given) == str(temporary)
    assert temporary.stat().st_mode & 0o777 == 0o700
    assert VARIABLE in caplog.text


@pytest.mark.parametrize("planted", ["open", "link", "file"])
def test_a_folder_that_others_could_write_to_is_left_alone(temporary: Path, planted: str) -> None:
    match planted:
        case "open":
            temporary.mkdir()
            temporary.chmod(0o777)
        case "link":
            temporary.symlink_to(temporary.parent)
        case "file":
            temporary.touch()
    found = Path(str(chosen()))
    assert found != temporary
    assert found.parent == temporary.parent
    assert found.stat().st_mode & 0o777 == 0o700


def test_kernels_are_known_to_be_kept_where_numba_finds_them(tmp_path: Path) -> None:
    given = {VARIABLE: str(tmp_path / "given"), "XDG_CACHE_HOME": str(NOWHERE)}
    assert not are_kept(given, NOWHERE)
    below = tmp_path / "given" / "matching_1234"
    below.mkdir(parents=True)
    assert not are_kept(given, NOWHERE)
    (below / "_flow.place-45.py311.nbi").touch()
    assert are_kept(given, NOWHERE)


def test_a_cache_that_cannot_be_read_is_made_anew() -> None:
    above.recompile()
    assert above(1, 0, 0, 0)
    kept = above._cache
    index = Path(kept._cache_file._index_path)
    with index.open("rb") as file:
        version = pickle.load(file)
    # What a newer version left may name things that this one does not have.
    index.write_bytes(pickle.dumps(version) + b"cfreeagents.nowhere\nThing\n.")
    with pytest.raises(ModuleNotFoundError):
        kept._cache_file._load_index()
    assert kept.load_overload(above.signatures[0], above.targetctx) is None
    assert kept._cache_file._load_index() == {}
