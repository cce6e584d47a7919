"""Brings the applications of a file into the database, with the ranks the file gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask_babel import gettext as _

from freeagents.applications.services import apply
from freeagents.audit.services import record
from freeagents.errors import Conflict
from freeagents.exchange import queries
from freeagents.exchange.rows import APPLICATIONS, Row, Rows, read_rows
from freeagents.exchange.services.sources import Delivery, Ids, chunks
from freeagents.exchange.tables import Faults
from freeagents.extensions import db


def import_applications(delivery: Delivery) -> dict[str, int]:
    """Apply for whom the file says, or change the rank; return counts.

    People and projects are those that came from the same source. Applications the rules refuse (for a project that is
    not open, or in the person's own department) are left out and counted.

    :raises InputError: with all that is wrong with the file; then nothing was written.
    """
    faults = Faults()
    rows = read_rows(APPLICATIONS, delivery.path, faults)
    people, projects = Ids(delivery.source, "person"), Ids(delivery.source, "project")
    _refuse_unknown(rows, {"person_id": people, "project_id": projects}, faults)
    faults.refuse()
    counts = Counter({"added": 0, "changed": 0, "unchanged": 0, "left_out": 0})
    for chunk in chunks(rows.rows, delivery.progress):
        counts.update(_write(chunk, people, projects))
    return dict(counts)


def _refuse_unknown(rows: Rows, known: dict[str, Ids], faults: Faults) -> None:
    for row in rows:
        for column, ids in known.items():
            if row.data[column] not in ids.rows:
                sentence = _(
                    "%(id)s is not known from %(source)s. Import it first, or remove this row.",
                    id=row.data[column],
                    source=ids.source,
                )
                faults.add(rows.file, row.line, column, sentence)


def _write(chunk: Sequence[Row], people: Ids, projects: Ids) -> Counter[str]:
    pairs = {(people.rows[row.data["person_id"]], projects.rows[row.data["project_id"]]): row for row in chunk}
    standing = queries.applications({person for person, _project in pairs})
    whole = queries.projects_with_departments({project for _person, project in pairs})
    homes = queries.employers({person for person, _project in pairs})
    counts: Counter[str] = Counter()
    for (person, project), row in pairs.items():
        application = standing.get((person, project))
        rank = row.data["rank"]
        if application is not None and application.state == "submitted":
            counts["unchanged" if application.rank == rank else "changed"] += 1
        else:
            try:
                application = apply(project=whole[project], person_id=person, home_employer_id=homes.get(person))
            except Conflict:
                counts["left_out"] += 1
                continue
            counts["added"] += 1
        if application.rank != rank:
            application.rank = rank
            record(db.session, "application:rank", f"application/{application.public_id}", actor_id=None)
    db.session.flush()
    return counts
