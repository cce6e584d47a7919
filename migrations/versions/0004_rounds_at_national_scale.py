"""Snapshots in parts, and the people a round left out as columns.

What rounds before it froze can no longer be read, so it goes: their proposals and figures stay, and those still in
review are cancelled.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORGET_SNAPSHOTS = """
UPDATE round SET state = 'cancelled' WHERE state = 'in_review';
UPDATE round SET snapshot_id = NULL;
DELETE FROM snapshot;
"""
FORGET_PERSON = """
CREATE FUNCTION forget_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE snapshot_key SET people = array_replace(people, OLD.id, 0) WHERE people @> ARRAY[OLD.id];
    RETURN OLD;
END $$;
CREATE TRIGGER person_forgotten AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION forget_person();
"""


def upgrade() -> None:
    op.execute(FORGET_SNAPSHOTS)
    op.drop_column("snapshot", "content")
    op.create_table(
        "snapshot_part",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_part_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "number", name=op.f("pk_snapshot_part")),
    )
    op.drop_table("snapshot_key")
    op.create_table(
        "snapshot_key",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_key_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "number", name=op.f("pk_snapshot_key")),
    )
    op.execute(FORGET_PERSON)
    op.create_table(
        "left_out_part",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_left_out_part_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", "number", name=op.f("pk_left_out_part")),
    )
    op.drop_table("outcome")
    op.create_table("empty_seat", *_why("empty_seat"))
    _index("empty_seat", "round_id", "seat_id")
    for table in ("snapshot_part", "left_out_part"):
        # What is compressed already is not to be compressed again.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute(FORGET_SNAPSHOTS)
    op.drop_table("empty_seat")
    op.create_table(
        "outcome",
        *_why("outcome", seat_is_known=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outcome_person_id"), ondelete="CASCADE"),
        sa.CheckConstraint("(person_id IS NULL) <> (seat_id IS NULL)", name=op.f("ck_outcome_person_or_seat")),
    )
    _index("outcome", "round_id", "seat_id", "person_id")
    op.create_index("ix_outcome_round_person", "outcome", ["round_id", "person_id"], unique=False)
    op.drop_table("left_out_part")
    op.execute("DROP TRIGGER person_forgotten ON person; DROP FUNCTION forget_person()")
    op.drop_table("snapshot_key")
    op.create_table(
        "snapshot_key",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_snapshot_key_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_key_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "pseudonym", name=op.f("pk_snapshot_key")),
    )
    _index("snapshot_key", "person_id")
    op.drop_table("snapshot_part")
    op.add_column("snapshot", sa.Column("content", sa.LargeBinary(), nullable=False))


def _why(table: str, *, seat_is_known: bool = True) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=not seat_is_known),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f(f"fk_{table}_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f(f"fk_{table}_seat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
