"""What comes from elsewhere: pinned without addresses, run by nobody, stripped of what others reserve."""

from __future__ import annotations

import json
import re
from pathlib import Path

from freeagents.web import assets

ROOT = Path(__file__).resolve().parents[3]


def test_the_lock_pins_every_package_by_its_content_and_names_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_no_package_runs_a_script_when_it_is_installed() -> None:
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()


def test_every_package_is_shipped_with_its_licence() -> None:
    names = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    shipped = {path.name.removesuffix(".LICENSE") for path in (assets.FOLDER / "vendor").glob("*.LICENSE")}
    assert shipped == set(names)


def test_the_vendor_s_reserved_things_are_gone() -> None:
    style = (assets.FOLDER / "vendor/govuk-frontend.css").read_text(encoding="utf-8")
    for reserved in ("GDS Transport", "@font-face", "crest", "url(", "sourceMappingURL"):
        assert reserved not in style


def test_our_own_pages_name_no_other_service() -> None:
    folder = Path(assets.__file__).parent / "templates"
    assert not [path for path in folder.rglob("*.html") if re.search(r"gov\.uk(?!/)", path.read_text(), re.IGNORECASE)]
