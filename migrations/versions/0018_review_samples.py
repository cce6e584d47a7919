"""Keep the random samples of proposals that reviewers open, and under which sample a proposal was approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_sample",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by"], ["person.id"], name=op.f("fk_review_sample_drawn_by")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_sample_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_sample")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_sample_public_id")),
        sa.UniqueConstraint("round_id", "drawn_by", name=op.f("uq_review_sample_round_id_drawn_by")),
    )
    op.create_table(
        "sampled_proposal",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_sampled_proposal_proposal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["review_sample.id"], name=op.f("fk_sampled_proposal_sample_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample_id", "proposal_id", name=op.f("pk_sampled_proposal")),
    )
    op.create_index(op.f("ix_sampled_proposal_proposal_id"), "sampled_proposal", ["proposal_id"], unique=False)
    op.add_column("proposal", sa.Column("sample_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_proposal_sample_id"), "proposal", "review_sample", ["sample_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_proposal_sample_id"), "proposal", type_="foreignkey")
    op.drop_column("proposal", "sample_id")
    op.drop_table("sampled_proposal")
    op.drop_table("review_sample")
