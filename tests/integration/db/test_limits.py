"""Limits on time that migrations set end with them."""

from __future__ import annotations

from flask_migrate import upgrade
from sqlalchemy import text

from freeagents.extensions import db


def test_a_migration_leaves_no_limit_on_what_comes_after(app) -> None:
    with app.app_context():
        before = db.session.scalar(text("SHOW statement_timeout"))
        db.session.remove()
        upgrade()
        assert db.session.scalar(text("SHOW statement_timeout")) == before
        assert before == "0"
