"""Find the applications answered at an instant."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_application_ended_at", "application", ["ended_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_application_ended_at", table_name="application")
