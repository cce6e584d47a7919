"""One person may have several seats of a round, on different projects."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("uq_proposal_round_id_person_id"), "proposal", type_="unique")
    op.create_unique_constraint(
        op.f("uq_proposal_round_id_person_id_project_id"), "proposal", ["round_id", "person_id", "project_id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_proposal_round_id_person_id_project_id"), "proposal", type_="unique")
    op.create_unique_constraint(op.f("uq_proposal_round_id_person_id"), "proposal", ["round_id", "person_id"])
