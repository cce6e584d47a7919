"""Limits on time that migrations set end with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from freeagents.extensions import db
from freeagents.security.guard import translate_database_error


def test_a_migration_leaves_no_limit_on_what_comes_after(app) -> None:
    with app.app_context():
        before = db.session.scalar(text("SHOW statement_timeout"))
        db.session.remove()
        upgrade()
        assert db.session.scalar(text("SHOW statement_timeout")) == before
        assert before == "0"


def test_a_request_is_bound_in_time_and_nothing_else_is(app) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], statement_seconds=1)
    with app.test_request_context("/"):
        assert db.session.scalar(text("SHOW statement_timeout")) == "1s"
        with pytest.raises(OperationalError) as refused:
            db.session.execute(text("SELECT pg_sleep(3)"))
        told = translate_database_error(refused.value)
        assert told.status == 503
        assert "This took longer than one answer may take" in told.sentence
        db.session.rollback()
        db.session.scalar(text("SELECT 1"))
        db.session.commit()
    with app.app_context():
        assert db.session.scalar(text("SHOW statement_timeout")) == "0", "the connection is the same one"
