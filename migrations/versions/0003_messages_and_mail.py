"""Messages and mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint("(address IS NULL) = (kind IS NULL)", name=op.f("ck_mail_address_with_kind")),
        sa.CheckConstraint("(recipient_id IS NULL) <> (address IS NULL)", name=op.f("ck_mail_person_or_address")),
        sa.CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name=op.f("ck_mail_sent_or_failed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_public_id")),
    )
    op.create_index(
        "ix_mail_due",
        "mail",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where="sent_at IS NULL AND failed_at IS NULL",
    )
    op.create_index("ix_mail_recipient_id", "mail", ["recipient_id"], unique=False)
    op.create_table(
        "mail_choice",
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.CheckConstraint("moment IN ('at_once', 'daily', 'never')", name=op.f("ck_mail_choice_moment")),
        sa.PrimaryKeyConstraint("recipient_id", "topic", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("moment IN ('at_once', 'daily', 'never')", name=op.f("ck_message_moment")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_message_mail_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
        sa.UniqueConstraint("recipient_id", "event", name=op.f("uq_message_recipient_id_event")),
    )
    op.create_index(
        "ix_message_for_digest",
        "message",
        ["recipient_id", "created_at"],
        unique=False,
        postgresql_where="moment = 'daily' AND mail_id IS NULL AND read_at IS NULL",
    )
    op.create_index(op.f("ix_message_mail_id"), "message", ["mail_id"], unique=False)
    op.create_index("ix_message_recipient_id_id", "message", ["recipient_id", "id"], unique=False)
    op.create_index("ix_message_unread", "message", ["recipient_id"], unique=False, postgresql_where="read_at IS NULL")


def downgrade() -> None:
    op.drop_index("ix_message_unread", table_name="message", postgresql_where="read_at IS NULL")
    op.drop_index("ix_message_recipient_id_id", table_name="message")
    op.drop_index(op.f("ix_message_mail_id"), table_name="message")
    op.drop_index(
        "ix_message_for_digest",
        table_name="message",
        postgresql_where="moment = 'daily' AND mail_id IS NULL AND read_at IS NULL",
    )
    op.drop_table("message")
    op.drop_table("mail_choice")
    op.drop_index("ix_mail_recipient_id", table_name="mail")
    op.drop_index("ix_mail_due", table_name="mail", postgresql_where="sent_at IS NULL AND failed_at IS NULL")
    op.drop_table("mail")
