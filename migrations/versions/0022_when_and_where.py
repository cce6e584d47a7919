"""Count open projects by first day and by place."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPEN = "state = 'open'"


def upgrade() -> None:
    op.create_index("ix_project_open_starts", "project", ["starts_on"], unique=False, postgresql_where=OPEN)
    op.create_index(
        "ix_project_open_places",
        "project",
        ["place", "work_mode", "latitude", "longitude"],
        unique=False,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_project_open_places", table_name="project")
    op.drop_index("ix_project_open_starts", table_name="project")
