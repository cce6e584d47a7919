"""People and projects in one shape, whether read from a file or from the database, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from freeagents.country.pack import Pack
from freeagents.country.places import locate
from freeagents.exchange import queries
from freeagents.exchange.facts import skill_code
from freeagents.projects.models import Project

OPEN_START = date(1900, 1, 1)
"""What the database holds where a file leaves the first day of availability blank."""


def person_of_row(data: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return a row of the people file with the words the database would hold."""
    starts_on = data["available_from"] or OPEN_START
    spell = {"starts_on": starts_on, "ends_on": data["available_to"], "percent": data["time_percent"] or 100}
    return {
        "name": data["name"],
        "email": data["email"].lower(),
        "department": department_code(data["department"], pack),
        "discipline": data["discipline"],
        "grade": pack.grade(data["grade"]).code if data["grade"] else None,
        "clearance": pack.clearance(data["clearance"]).code if data["clearance"] else None,
        "clearance_until": data["clearance_until"],
        "languages": data["languages"],
        "places": [{"place": locate(pack, item["place"]).place, "max_km": item["max_km"]} for item in data["places"]],
        "work_modes": data["work_modes"],
        "availability": [spell],
        "skills": _skills(data["skills"], pack),
        "learning": [skill_code(pack, word) for word in data["learning"]],
    }


def people_of_database(keys: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return person id → a person of the database in the same shape, whether there is a profile or not."""
    found: dict[int, dict[str, Any]] = {
        row.id: {
            "name": row.name,
            "email": row.email,
            "department": row.department,
            "discipline": row.discipline,
            "grade": row.grade,
            "clearance": row.clearance,
            "clearance_until": row.clearance_until,
            "work_modes": row.work_modes or [],
            **{member: [] for member in queries.PARTS},
        }
        for row in queries.people_with_posts(keys)
    }
    for member in queries.PARTS:
        for person_id, *values in queries.part_of_profiles(member, keys):
            found[person_id][member].append(_item(member, values))
    return found


def _item(member: str, values: Sequence[Any]) -> Any:
    names = queries.PARTS[member].names
    return dict(zip(names, values, strict=True)) if len(names) > 1 else values[0]


def project_of_row(data: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return a row of the projects file with the words the database would hold."""
    plain = ("title", "disciplines", "seats", "starts_on", "ends_on", "time_percent", "work_mode", "languages")
    return {
        **{name: data[name] for name in plain},
        "department": department_code(data["department"], pack),
        "place": locate(pack, data["place"]).place if data["place"] else None,
        "grade_min": pack.grade(data["grade_min"]).code if data["grade_min"] else None,
        "grade_max": pack.grade(data["grade_max"]).code if data["grade_max"] else None,
        "clearance": pack.clearance(data["clearance"]).code if data["clearance"] else None,
        "essential": _skills(data["essential"], pack),
        "asset": _skills(data["asset"], pack),
    }


def project_of_database(project: Project) -> dict[str, Any]:
    """Return a project of the database in the same shape."""
    plain = (
        "title",
        "disciplines",
        "starts_on",
        "ends_on",
        "time_percent",
        "work_mode",
        "place",
        "grade_min",
        "grade_max",
    )
    asked: dict[str, list[dict[str, Any]]] = {"essential": [], "asset": []}
    for row in project.criteria:
        asked[row.kind].append({"skill": row.skill.code, "level": row.level})
    return {
        **{name: getattr(project, name) for name in plain},
        **asked,
        "department": project.department.code,
        "seats": sum(seat.state != "cancelled" for seat in project.seats),
        "clearance": project.clearance,
        "languages": [{"language": row.language, "letters": row.letters} for row in project.languages],
    }


def different(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of ``wanted`` that differ; order in a list says nothing, nor does an item twice in it."""
    return {
        name: value
        for name, value in wanted.items()
        if value != present[name] and _unordered(value) != _unordered(present[name])
    }


def department_code(word: str, pack: Pack) -> str:
    """Return the code of the department ``word`` names, a branch too; a word no pack knows stays as it is."""
    known = pack.department(word)
    return known.code if known else word


def _skills(items: list[dict[str, Any]], pack: Pack) -> list[dict[str, Any]]:
    return [{"skill": skill_code(pack, item["skill"]), "level": item["level"]} for item in items]


def _unordered(value: Any) -> Any:
    return set(map(repr, value)) if isinstance(value, list) else value
