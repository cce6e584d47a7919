"""Run the migrations against the application's database."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text

import freeagents.country.models
import freeagents.registry  # noqa: F401 - these two import every model
from freeagents.db.base import Base

LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "5s"


def ours(_object: Any, name: str | None, kind: str, *_about: Any) -> bool:
    """Leave the queue's own tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=ours,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        context.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
        context.run_migrations()
    # The limits must not pass to whoever uses the connection next.
    connection.execute(text("RESET lock_timeout"))
    connection.execute(text("RESET statement_timeout"))
    connection.commit()
