"""Fills an empty or demo-marked database with a made-up government, in one transaction."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import text

from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.demo import queries
from freeagents.demo.services import policies
from freeagents.demo.services.government import make_government
from freeagents.demo.services.needs import has_demo
from freeagents.demo.services.tables import Keys, tables_of
from freeagents.demo.services.writing import Progress, empty_all_tables, write_table
from freeagents.errors import Conflict, Invalid
from freeagents.exchange.services.loading import load_pack
from freeagents.extensions import db

LEAST_PEOPLE, MOST_PEOPLE = 20, 2_000_000


def seed(
    *, pack: Pack, people: int, projects: int, seed_number: int, today: date, progress: Progress, replace: bool = False
) -> dict[str, int]:
    """Make up a government, write it, and return table → rows.

    :param people: 20 or more, with a profile each; ``projects`` 1 or more, drafts included.
    :param seed_number: 0 or more; the same one gives the same government on the same day.
    :param replace: take out what the demo database holds first, whatever it is.
    :raises Conflict: the database is not empty and not marked as a demo, or holds a demo and is not to be replaced.
    :raises Invalid: a number is out of range, or the pack says nothing about made-up people.
    """
    if not LEAST_PEOPLE <= people <= MOST_PEOPLE or projects < 1 or seed_number < 0:
        raise Invalid(
            _("Ask for %(least)d people or more, at least one project, and a seed of 0 or more.", least=LEAST_PEOPLE)
        )
    if not has_demo(pack):
        raise Invalid(_("The country pack %(code)s has no demo tables to make up a government from.", code=pack.code))
    # Two seeders at once: the second waits, then finds the database full.
    db.session.execute(text("LOCK TABLE instance IN EXCLUSIVE MODE"))
    refuse_real_people(None if replace else pack.code)
    if replace:
        empty_all_tables()
    elif queries.has_people():
        raise Conflict(
            _("This database holds a demo already. To throw it away and start again: freeagents seed --replace")
        )
    progress("pack", 0, 1)
    load_pack(pack)
    _mark_as_demo()
    government = make_government(pack=pack, people=people, projects=projects, seed=seed_number, today=today)
    keys = Keys(queries.department_ids(), queries.skill_ids())
    written = {table.name: write_table(table, progress) for table in tables_of(government, keys)}
    hr, second_hr = (government.parts[part] + 1 for part in ("hr", "hr2"))
    policies.add_policies(pack=pack, author_id=second_hr, approver_id=hr)
    record(
        db.session, "demo:seed", "instance/1", actor_id=None, country=pack.code, people=people, projects=projects,
        seed=seed_number,
    )  # fmt: skip
    return written


def refuse_real_people(country: str | None = None) -> None:
    """Refuse a database that is neither empty nor marked as a demo, or is the demo of another country than ``country``.

    :raises Conflict: with a sentence on where demo data may go.
    """
    found = queries.instance()
    is_empty = found is None and not queries.has_people()
    if not is_empty and not (found is not None and found.is_demo):
        raise Conflict(
            _("This database is not empty and not a demo. Made-up people go only into a database of their own.")
        )
    if found is not None and country is not None and found.country != country:
        raise Conflict(
            _(
                "This database holds the demo of %(here)s. "
                "To throw it away: freeagents seed --replace --country %(other)s",
                here=found.country,
                other=country,
            )
        )


def _mark_as_demo() -> None:
    found = queries.instance()
    if found is not None:
        found.is_demo = True
        db.session.flush()
