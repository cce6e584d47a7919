"""The last days on which a clearance and the test of a language count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("clearance_until", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_profile_clearance_until"), "profile", "clearance IS NOT NULL OR clearance_until IS NULL"
    )
    op.add_column("held_language", sa.Column("until", sa.Date(), nullable=True))
    known = {"profile": "clearance_until", "held_language": "until"}
    for table, column in known.items():
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_held_language_until", table_name="held_language")
    op.drop_index("ix_profile_clearance_until", table_name="profile")
    op.drop_column("held_language", "until")
    op.drop_constraint(op.f("ck_profile_clearance_until"), "profile", type_="check")
    op.drop_column("profile", "clearance_until")
