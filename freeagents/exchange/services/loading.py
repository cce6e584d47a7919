"""Brings a country pack into the database: the instance, its places, departments and skills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from freeagents.accounts.models import Department
from freeagents.audit.services import record
from freeagents.country import entries
from freeagents.country.models import Instance, Place
from freeagents.country.pack import Pack
from freeagents.errors import Conflict
from freeagents.exchange import queries
from freeagents.extensions import db
from freeagents.skills.models import Skill


def load_pack(pack: Pack) -> dict[str, int]:
    """Write the pack's entries and return how many of each kind were added or changed; a second time none are.

    Entries that people or imports have added stay as they are.

    :raises Conflict: the database serves another country.
    """
    _claim_instance(pack)
    changed = {
        "departments": _load_departments(pack),
        "places": len(_write(Place, {code: _place(place) for code, place in pack.places.items()})),
        "skills": len(_write(Skill, {code: _skill(skill, pack) for code, skill in pack.skills.items()})),
    }
    if any(changed.values()):
        record(db.session, "pack:load", f"pack/{pack.code}", actor_id=None, digest=pack.digest, changed=changed)
    return changed


def _claim_instance(pack: Pack) -> None:
    instance = db.session.get(Instance, 1)
    if instance is None:
        instance = Instance(id=1, country=pack.code, pack_digest=pack.digest)
        db.session.add(instance)
    elif instance.country != pack.code:
        raise Conflict(
            _(
                "This database serves %(here)s. Use a database of its own for %(other)s.",
                here=instance.country,
                other=pack.code,
            )
        )
    instance.pack_digest = pack.digest
    db.session.flush()


def _load_departments(pack: Pack) -> int:
    wanted = {
        code: {
            "names": entry.names,
            "abbreviation": entry.abbreviation,
            "kind": entry.kind,
            "portfolio": entry.portfolio or None,
        }
        for code, entry in pack.departments.items()
    }
    for row in queries.by_code(Department).values():
        if row.renamed and row.code in wanted:
            # A name given on a page stays.
            del wanted[row.code]["names"]
    changed = _write(Department, wanted)
    rows = queries.by_code(Department)
    placed: set[str] = set()

    def place(code: str) -> Department:
        """Give a node its place in the tree, its parent first."""
        row, parent_code = rows[code], pack.departments[code].parent
        if code not in placed:
            placed.add(code)
            parent = place(parent_code) if parent_code else None
            lineage = [*(parent.lineage if parent else ()), row.id]
            employer = row.id if row.kind == "department" or parent is None else parent.employer_id
            tree = {"parent_id": parent.id if parent else None, "lineage": lineage, "employer_id": employer}
            if _put(row, tree):
                changed.add(code)
        return row

    for code in pack.departments:
        place(code)
    db.session.flush()
    return len(changed)


def _write(model: type[queries.Coded], wanted: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Add or change the rows of a model by their codes; return the codes of those that were not so before."""
    rows = queries.by_code(model)
    changed = set()
    for code, values in wanted.items():
        row = rows.get(code)
        if row is None:
            db.session.add(model(code=code, **values))
            changed.add(code)
        elif _put(row, values):
            changed.add(code)
    db.session.flush()
    return changed


def _put(row: object, values: Mapping[str, Any]) -> bool:
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _place(place: entries.Place) -> dict[str, Any]:
    return {
        "names": place.names,
        "region": place.region,
        "latitude": place.lat,
        "longitude": place.lon,
        "timezone": place.timezone,
        "population": place.population,
    }


def _skill(skill: entries.Skill, pack: Pack) -> dict[str, Any]:
    return {
        "names": skill.names,
        "descriptions": skill.descriptions,
        "family": skill.family,
        "discipline": skill.discipline,
        "source": pack.code,
    }
