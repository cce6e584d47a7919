"""Find the audit entries that say who was looked at."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_audit_entry_people",
        "audit_entry",
        ["facts"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"facts": "jsonb_path_ops"},
        postgresql_where="action IN ('project:see_applicants', 'round:look')",
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry_people", table_name="audit_entry")
