"""Invitations to apply for a project, and looks at people to invite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
BEFORE = "action IN ('project:see_applicants', 'round:look')"
LOOKS = "action IN ('project:see_applicants', 'round:look', 'project:see_people')"


def upgrade() -> None:
    op.create_table(
        "project_invitation",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'declined')", name=op.f("ck_project_invitation_state")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_project_invitation_answered")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_invitation_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_project_invitation_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_project_invitation_invited_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_invitation")),
        sa.UniqueConstraint("project_id", "person_id", name=op.f("uq_project_invitation_project_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_project_invitation_public_id")),
    )
    op.create_index("ix_project_invitation_person_id", "project_invitation", ["person_id"])
    _index_looks(LOOKS)


def downgrade() -> None:
    _index_looks(BEFORE)
    op.drop_table("project_invitation")


def _index_looks(which: str) -> None:
    op.drop_index("ix_audit_entry_people", table_name="audit_entry")
    op.create_index(
        "ix_audit_entry_people",
        "audit_entry",
        ["facts"],
        postgresql_using="gin",
        postgresql_ops={"facts": "jsonb_path_ops"},
        postgresql_where=which,
    )
