"""Ways to sign in: provider, second factor, mailed links; sign-ins with a device; departments that close."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_identity_person_id_issuer")),
    )
    op.create_table(
        "mailed_link",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(purpose = 'email') = (email IS NOT NULL)", name=op.f("ck_mailed_link_email_where_proven")),
        sa.CheckConstraint("purpose IN ('password', 'email')", name=op.f("ck_mailed_link_purpose")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mailed_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_link_token_hash")),
    )
    op.create_index(op.f("ix_mailed_link_person_id"), "mailed_link", ["person_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("person_id", "digest", name=op.f("uq_recovery_code_person_id_digest")),
    )
    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
    )
    op.add_column(
        "api_token", sa.Column("second_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("department", sa.Column("renamed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("department", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_employment_ending", "employment", ["ends_on"], unique=False, postgresql_where=sa.text("ends_on IS NOT NULL")
    )
    add_public_id("role_holding")
    add_public_id("sign_in")
    op.add_column("sign_in", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_in", sa.Column("device", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "sign_in", sa.Column("last_seen_on", sa.Date(), server_default=sa.text("current_date"), nullable=False)
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_sign_in_public_id"), "sign_in", type_="unique")
    op.drop_column("sign_in", "last_seen_on")
    op.drop_column("sign_in", "device")
    op.drop_column("sign_in", "second_factor_at")
    op.drop_column("sign_in", "public_id")
    op.drop_constraint(op.f("uq_role_holding_public_id"), "role_holding", type_="unique")
    op.drop_column("role_holding", "public_id")
    op.drop_index("ix_employment_ending", table_name="employment", postgresql_where=sa.text("ends_on IS NOT NULL"))
    op.drop_column("department", "closed_on")
    op.drop_column("department", "renamed")
    op.drop_column("api_token", "second_factor")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_mailed_link_person_id"), table_name="mailed_link")
    op.drop_table("mailed_link")
    op.drop_table("identity")


def add_public_id(table: str) -> None:
    """Give each row that is there a random one; later rows bring their own."""
    op.add_column(
        table, sa.Column("public_id", sa.Text(), server_default=sa.text("gen_random_uuid()::text"), nullable=False)
    )
    op.alter_column(table, "public_id", server_default=None)
    op.create_unique_constraint(op.f(f"uq_{table}_public_id"), table, ["public_id"])
