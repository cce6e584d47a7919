"""Whether a person agreed to be found by managers who look for people to invite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("findable", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("profile", "findable", server_default=None)
    op.create_index("ix_profile_findable", "profile", ["id"], postgresql_where="findable")


def downgrade() -> None:
    op.drop_index("ix_profile_findable", "profile")
    op.drop_column("profile", "findable")
