"""Find open projects by words, by kind, and by the skills they ask for, the newest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = "state = 'open'"


def upgrade() -> None:
    op.create_index(
        "ix_project_open_words",
        "project",
        [sa.text("lower(title) gin_trgm_ops"), sa.text("lower(outcome) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=OPEN,
    )
    op.create_index("ix_project_open_kinds", "project", ["work_mode", "disciplines"], postgresql_where=OPEN)
    op.drop_index("ix_criterion_skill_id", table_name="criterion")
    op.create_index("ix_criterion_skill_id", "criterion", ["skill_id", "project_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_criterion_skill_id", table_name="criterion")
    op.create_index("ix_criterion_skill_id", "criterion", ["skill_id"], unique=False)
    op.drop_index("ix_project_open_kinds", table_name="project")
    op.drop_index("ix_project_open_words", table_name="project")
