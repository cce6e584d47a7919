"""The year in which a skill was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_skill", sa.Column("last_used", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_held_skill_last_used"), "held_skill", "last_used BETWEEN 1950 AND 2200")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_held_skill_last_used"), "held_skill", type_="check")
    op.drop_column("held_skill", "last_used")
