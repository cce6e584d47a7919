"""Migrations: they can go up, down and up again, say the same as the models, and guard what may not change."""

from __future__ import annotations

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import URL, text
from sqlalchemy.exc import ProgrammingError

from freeagents.app import create_app, migrations_folder
from freeagents.audit.services import record
from freeagents.db.base import Base
from freeagents.extensions import db
from tests.conftest import settings_for


@pytest.fixture
def app_alone(fresh_database: URL) -> Flask:
    """The application on a database of its own."""
    return create_app(settings_for(fresh_database.render_as_string(hide_password=False)))


def test_up_down_and_up_again_leaves_what_the_models_say(app_alone: Flask) -> None:
    with app_alone.app_context():
        flask_migrate.downgrade(revision="base")
        left = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        assert left == ["alembic_version"]
        db.session.rollback()
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "include_object": lambda _o, name, kind, *_: (
                        not (kind == "table" and name.startswith("procrastinate_"))
                    ),
                },
            )
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(migrations_folder())).get_heads()) == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry CASCADE"],
)
def test_the_database_refuses_to_change_the_audit_trail(app: Flask, statement: str) -> None:
    with app.app_context():
        record(db.session, "test:act", "thing/1", actor_id=None)
        db.session.commit()
        with pytest.raises(ProgrammingError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
