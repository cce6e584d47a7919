"""The commands on a database: what they say, what they leave, and how they end."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from freeagents.accounts.models import Person
from freeagents.eligibility.bridge import PARTS
from freeagents.exchange.cli.stored import export, import_, load_pack_command
from freeagents.extensions import db
from freeagents.rounds.models import Proposal
from freeagents.rounds.services import review
from tests.factories import PACK
from tests.integration.exchange.files import APPLICATIONS, PEOPLE, written
from tests.integration.rounds.world import FORMS, SURVEYS, a_world, solved


@pytest.fixture
def run(app):
    """Runs a command with arguments and returns its result."""

    def command(which, *arguments):
        return app.test_cli_runner().invoke(which, [str(argument) for argument in arguments])

    return command


def rows(path):
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_files_come_in_and_out(run, tmp_path):
    told = f"{len(PACK.departments)} departments, {len(PACK.places)} places, {len(PACK.skills)} skills"
    assert run(load_pack_command).stdout == f"Added or changed: {told}.\n"
    for kind, path in written(tmp_path).items():
        result = run(import_, kind, path, "--source", "hr")
        assert result.exit_code == 0, result.output
        assert " added, 0 changed, 0 unchanged" in result.stdout
    out = tmp_path / "out.csv"
    assert run(export, "applications", "--out", out, "--source", "hr").stdout == (
        f"applications: 3 rows written to {out}.\n"
    )
    assert sorted(out.read_text().splitlines()) == sorted(APPLICATIONS.splitlines())


def test_a_wrong_file_leaves_nothing_and_ends_with_2(app, run, tmp_path):
    files = written(tmp_path, people=PEOPLE.replace("grace@example.org", "grace"))
    result = run(import_, "people", files["people"], "--source", "hr")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-2:] == [
        f"{files['people']}, line 3, email: 'grace': This is not an email address. Write one such as name@example.org.",
        "1 fault; nothing was written.",
    ]
    assert "Traceback" not in result.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_proposals_of_a_round(app, run, tmp_path):
    with app.app_context():
        world = a_world()
        subject = solved(world)
        kept, barred = (
            db.session.scalar(select(Proposal).where(Proposal.project_id == world.projects[title]))
            for title in (SURVEYS, FORMS)
        )
        review.keep(subject=kept, reason="=1+1 of a kind", actor_id=world.hr)
        review.bar(subject=barred, reason="Too soon.", actor_id=world.hr)
        db.session.commit()
        round_id, score = subject.public_id, kept.score
    out = tmp_path / "proposals.csv"
    result = run(export, "proposals", "--round", round_id, "--out", out)
    assert result.stdout == f"proposals: 1 rows written to {out}.\n"
    [row] = rows(out)
    assert (row["seat"], row["reason"]) == ("1", "'=1+1 of a kind")
    assert Decimal(row["score"]) * 1000 == score
    assert sum(Decimal(row[part]) for part in PARTS) == Decimal(row["score"])


def test_a_round_that_is_not_there(run, tmp_path):
    result = run(export, "proposals", "--round", "nowhere", "--out", tmp_path / "out.csv")
    assert (result.exit_code, result.stderr) == (2, "There is no round nowhere.\n")
    assert list(tmp_path.iterdir()) == []


def test_only_proposals_are_of_a_round(run, tmp_path):
    assert run(export, "proposals", "--out", tmp_path / "out.csv").exit_code == 2
    assert run(export, "people", "--round", "x", "--out", tmp_path / "out.csv").exit_code == 2
