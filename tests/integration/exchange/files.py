"""Small exchange files for tests, and what brings them in and out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from freeagents.exchange.services import exporting, matching
from freeagents.exchange.services.applications import import_applications
from freeagents.exchange.services.people import import_people
from freeagents.exchange.services.projects import import_projects
from freeagents.exchange.services.sources import Delivery
from tests.factories import END, PACK, START, TODAY

IMPORTS = {"people": import_people, "projects": import_projects, "applications": import_applications}
# ruff: noqa: E501 - the rows of a table stand on lines of their own
PEOPLE = """\
person_id,name,email,department,discipline,grade,clearance,languages,places,work_modes,available_from,available_to,time_percent,skills,learning
p1,Ada Lovelace,Ada@example.org,HM Revenue and Customs,data,Grade 7,SC,cy:B2;fr,"Leeds:40;51.5,-0.12:10",hybrid;remote,,,100,user-research:3;Basket weaving:2,agile-working
p2,Grace Hopper,grace@example.org,dwp,software,HEO,BPSS,,Leeds,remote,2020-01-01,,80,user-research:2,
p3,"Turing, Alan",alan@example.org,Ministry of Magic,,Wizard,,,,,2020-01-01,2099-12-31,,user-research:4;Basket weaving:4,user-research
"""
PROJECTS = f"""\
project_id,title,department,discipline,seats,start,end,time_percent,place,work_mode,grade_min,grade_max,clearance,languages,essential,asset
j1,Find out what people need,mod,design;data,2,{START},{END},50,Leeds,hybrid,HEO,G7,,,user-research:2,Basket weaving:2
j2,Spells for everybody,Cabinet Office,,1,{START},{END},100,,remote,Wizard,Wizard,,,user-research:1,
"""
APPLICATIONS = """\
person_id,project_id,rank
p1,j1,2
p1,j2,1
p3,j2,
"""


def written(folder: Path, **texts: str) -> dict[str, Path]:
    """Write ``people``, ``projects`` and ``applications``, or other texts for them, and return where they are."""
    found = {}
    for kind, text in {"people": PEOPLE, "projects": PROJECTS, "applications": APPLICATIONS, **texts}.items():
        found[kind] = folder / f"{kind}.csv"
        found[kind].write_text(text, encoding="utf-8")
    return found


def bring_in(kind: str, path: Path, source: str = "hr") -> dict[str, int]:
    """Import one file."""
    return IMPORTS[kind](
        Delivery(path=path, source=source, pack=PACK, today=TODAY, progress=lambda _done, _total: None)
    )


def bring_all_in(files: dict[str, Path], source: str = "hr") -> dict[str, dict[str, int]]:
    """Import people, projects and applications."""
    return {kind: bring_in(kind, path, source) for kind, path in files.items()}


def bring_all_out(folder: Path, source: str | None = "hr") -> dict[str, Path]:
    """Export people, projects and applications."""
    folder.mkdir()
    found = {kind: folder / f"{kind}.csv" for kind in IMPORTS}
    for kind, path in found.items():
        getattr(exporting, f"export_{kind}")(exporting.Request(path=path, source=source, today=TODAY))
    return found


def matched(files: dict[str, Path], folder: Path) -> tuple[str, dict[str, Any]]:
    """Match files and return the text of the proposals, and the report without times."""
    out, report = folder / "proposals.csv", folder / "report.json"
    matching.match_files(matching.MatchFiles(**files, proposals=out, report=report), pack=PACK)
    told = json.loads(report.read_text(encoding="utf-8"))
    del told["seconds"]
    return out.read_text(encoding="utf-8"), told
