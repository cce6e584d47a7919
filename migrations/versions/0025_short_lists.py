"""Which applications are on a manager's short list, and matches that ended with their project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0038"
branch_labels = None
depends_on = None
BEFORE = "state IN ('submitted', 'withdrawn', 'matched', 'not_matched')"
STATES = "state IN ('submitted', 'withdrawn', 'matched', 'called_off', 'not_matched')"
STANDS = "short_listed_at IS NULL OR state = 'submitted'"


def upgrade() -> None:
    op.add_column("application", sa.Column("short_listed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_application_short_listed_stands"), "application", STANDS)
    op.drop_constraint(op.f("ck_application_state"), "application", type_="check")
    op.create_check_constraint(op.f("ck_application_state"), "application", STATES)


def downgrade() -> None:
    op.execute("UPDATE application SET state = 'matched' WHERE state = 'called_off'")
    op.drop_constraint(op.f("ck_application_state"), "application", type_="check")
    op.create_check_constraint(op.f("ck_application_state"), "application", BEFORE)
    op.drop_constraint(op.f("ck_application_short_listed_stands"), "application", type_="check")
    op.drop_column("application", "short_listed_at")
