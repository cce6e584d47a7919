"""Indexes that find people by the beginning of name or address, and people who leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_person_name_lower", "person", [sa.text("lower(name) text_pattern_ops")])
    op.create_index("ix_person_email_pattern", "person", ["email"], postgresql_ops={"email": "text_pattern_ops"})
    op.create_index("ix_person_leaving", "person", ["left_on"], postgresql_where=sa.text("left_on IS NOT NULL"))


def downgrade() -> None:
    for name in ("ix_person_leaving", "ix_person_email_pattern", "ix_person_name_lower"):
        op.drop_index(name, table_name="person")
