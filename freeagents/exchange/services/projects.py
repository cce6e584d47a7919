"""Brings the projects of a file into the database, and opens those that are complete."""

from __future__ import annotations

from collections import Counter

from freeagents.audit.services import record
from freeagents.errors import DomainError, Invalid
from freeagents.exchange import queries
from freeagents.exchange.facts import Reading
from freeagents.exchange.rows import PROJECTS, Row, Rows, read_rows
from freeagents.exchange.services import stored
from freeagents.exchange.services.sources import Delivery, Ids, Vocabulary, chunks
from freeagents.exchange.tables import Faults
from freeagents.extensions import db
from freeagents.projects.models import Project
from freeagents.projects.services.writing import draft_project, open_project, write_project

NEEDED = ("title", "department")
COLUMN_OF = {"disciplines": "discipline", "starts_on": "start", "ends_on": "end"}


def import_projects(delivery: Delivery) -> dict[str, int]:
    """Add the projects a source did not name before, update the others, open drafts that are complete; return counts.

    The file has no column for the outcome: the title stands for it until somebody writes one.

    :raises InputError: with all that is wrong with the file; then nothing must be committed.
    """
    faults = Faults()
    rows = read_rows(PROJECTS, delivery.path, faults, needed=NEEDED)
    reading = Reading(delivery.pack, rows, faults)
    for row in rows:
        reading.project(row)
    faults.refuse()
    ids = Ids(delivery.source, "project")
    vocabulary = Vocabulary(delivery.pack)
    counts = Counter({"added": 0, "changed": 0, "unchanged": 0, "opened": 0, "drafts": 0})
    for chunk in chunks(rows.rows, delivery.progress):
        known = queries.whole_projects(
            [ids.rows[each] for row in chunk if (each := row.data["project_id"]) in ids.rows]
        )
        for row in chunk:
            external_id = row.data["project_id"]
            try:
                project, outcome = _write(known.get(ids.rows.get(external_id, 0)), row, rows, vocabulary, delivery)
            except DomainError as error:
                column = (error.field or "").partition("-")[0]
                faults.add(rows.file, row.line, COLUMN_OF.get(column, column), error.sentence)
                continue
            ids.remember(external_id, project.id)
            counts[outcome] += 1
            counts["opened"] += _open(project, delivery)
            counts["drafts"] += project.state == "draft"
    faults.refuse()
    return dict(counts)


def _write(
    project: Project | None, row: Row, rows: Rows, vocabulary: Vocabulary, delivery: Delivery
) -> tuple[Project, str]:
    stated = {name for name in row.data if COLUMN_OF.get(name, name) in rows.columns}
    whole = stored.project_of_row(row.data, delivery.pack)
    wanted = {name: value for name, value in whole.items() if name in stated}
    department = vocabulary.department(wanted.pop("department"))
    if project is None:
        data = {**wanted, "outcome": wanted["title"]}
        made = draft_project(
            owner=None,
            department=department,
            data=data,
            pack=delivery.pack,
            actor_id=None,
            understand_skills=vocabulary.skills,
        )
        return made, "added"
    changed = stored.different({**wanted, "department": department.code}, stored.project_of_database(project))
    if not changed:
        return project, "unchanged"
    if changed.pop("department", None):
        project.department = department
        record(
            db.session, "project:rehost", f"project/{project.public_id}", actor_id=None, department=department.public_id
        )
    if changed:
        write_project(
            project=project, data=changed, pack=delivery.pack, actor_id=None, understand_skills=vocabulary.skills
        )
    return project, "changed"


def _open(project: Project, delivery: Delivery) -> bool:
    if project.state != "draft":
        return False
    try:
        open_project(
            project=project, today=delivery.today, longest_days=delivery.pack.rules.longest_days, actor_id=None
        )
    except Invalid:
        return False
    return True
