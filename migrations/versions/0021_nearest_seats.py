"""Keep, beside why people were left out of a round, what would have placed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("left_out_part", sa.Column("nearest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("left_out_part", "nearest")
