"""Hold the audit trail and read a chain's end in one question."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Each statement of a volatile function sees what was committed before it, so the end is read after the lock is held.
AUDIT_TAIL = """
CREATE FUNCTION audit_tail(wanted text, lock bigint, OUT last_position bigint, OUT last_digest bytea)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock);
    SELECT entry.position, entry.digest INTO last_position, last_digest
    FROM audit_entry AS entry WHERE entry.chain = wanted ORDER BY entry.position DESC LIMIT 1;
END $$
"""


def upgrade() -> None:
    op.execute(AUDIT_TAIL)


def downgrade() -> None:
    op.execute("DROP FUNCTION audit_tail")
