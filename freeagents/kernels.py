"""Where compiled kernels are kept between runs."""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
MATCHER = Path(__file__).parent / "matching"
log = logging.getLogger(__name__)


def keep_kernels(environment: MutableMapping[str, str] = os.environ, matcher: Path = MATCHER) -> None:
    """Make sure that compiled kernels can be kept, before numba is imported: without a place it refuses to work.

    Numba itself looks in ``NUMBA_CACHE_DIR``, beside the matcher, and in the account's cache. Where none of them takes
    files, the variable is set to a folder of this account alone among the temporary ones.
    """
    if any(_takes_files(place) for place in _places(environment, matcher)):
        return
    folder = _temporary_folder()
    environment[VARIABLE] = str(folder)
    log.warning("Compiled kernels are kept in %s, which may not last: set %s to a folder that does.", folder, VARIABLE)


def are_kept(environment: Mapping[str, str] = os.environ, matcher: Path = MATCHER) -> bool:
    """Whether kernels were compiled before, so that a match need not wait for that."""
    return any(place.is_dir() and any(place.rglob("*.nbi")) for place in _places(environment, matcher))


def _places(environment: Mapping[str, str], matcher: Path) -> list[Path]:
    given = environment.get(VARIABLE)
    own = Path(environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111 - may stay as it is
    return [*([Path(given)] if given else []), matcher / "__pycache__", own / "numba"]


def _takes_files(folder: Path) -> bool:
    """Whether files can be put into the folder, which may still have to be made."""
    if not folder.is_absolute():
        return False
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _temporary_folder() -> Path:
    """Return a folder nobody else can write to: what lies in it is run."""
    folder = Path(tempfile.gettempdir()) / f"freeagents-kernels-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="freeagents-kernels-"))
