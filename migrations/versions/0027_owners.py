"""Projects have several owners, all with the same rights."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project_owner",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_project_owner_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_owner_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "person_id", name=op.f("pk_project_owner")),
    )
    op.create_index(op.f("ix_project_owner_person_id"), "project_owner", ["person_id"], unique=False)
    op.execute(
        "INSERT INTO project_owner (project_id, person_id, since)"
        " SELECT id, owner_id, created_at FROM project WHERE owner_id IS NOT NULL"
    )
    op.drop_column("project", "owner_id")


def downgrade() -> None:
    op.add_column("project", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_project_owner_id"), "project", "person", ["owner_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_project_owner_id"), "project", ["owner_id"], unique=False)
    op.execute(
        "UPDATE project SET owner_id = first.person_id FROM (SELECT DISTINCT ON (project_id) project_id, person_id"
        " FROM project_owner ORDER BY project_id, since, person_id) AS first WHERE first.project_id = project.id"
    )
    op.drop_table("project_owner")
