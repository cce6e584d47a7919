"""What proves a round, and who could take its seats next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_proof",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_proof_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_proof")),
    )
    op.create_table(
        "next_best",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("people", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_next_best_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_next_best_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "project_id", name=op.f("pk_next_best")),
    )
    op.create_index(op.f("ix_next_best_project_id"), "next_best", ["project_id"], unique=False)


def downgrade() -> None:
    op.drop_table("next_best")
    op.drop_table("round_proof")
