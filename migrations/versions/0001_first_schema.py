"""The first schema: people, profiles, projects, applications, rounds, audit, jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.name, NEW.version, NEW.objective, NEW.document)
        IS DISTINCT FROM (OLD.name, OLD.version, OLD.objective, OLD.document) THEN
        RAISE EXCEPTION 'a policy is immutable: add a version' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_immutable BEFORE UPDATE ON policy FOR EACH ROW EXECUTE FUNCTION refuse_policy_change();
"""
DROP_QUEUE = """
DO $$ DECLARE item record; BEGIN
    FOR item IN SELECT format('DROP TABLE IF EXISTS %I CASCADE', tablename) AS command FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate\\_%'
        LOOP EXECUTE item.command; END LOOP;
    FOR item IN SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) AS command FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'procrastinate\\_%'
        LOOP EXECUTE item.command; END LOOP;
    FOR item IN SELECT format('DROP TYPE IF EXISTS %I CASCADE', t.typname) AS command FROM pg_type t
        WHERE t.typnamespace = current_schema()::regnamespace AND t.typname LIKE 'procrastinate\\_%'
        LOOP EXECUTE item.command; END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note_digest", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_audit_entry_chain_position")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("abbreviation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("employer_id", sa.Integer(), nullable=True),
        sa.Column("lineage", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("portfolio", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("kind IN ('department', 'branch')", name=op.f("ck_department_kind")),
        sa.ForeignKeyConstraint(["employer_id"], ["department.id"], name=op.f("fk_department_employer_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["department.id"], name=op.f("fk_department_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_department_public_id")),
    )
    op.create_index(op.f("ix_department_employer_id"), "department", ["employer_id"], unique=False)
    op.create_index("ix_department_lineage", "department", ["lineage"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_department_parent_id"), "department", ["parent_id"], unique=False)
    op.create_table(
        "external_id",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_id")),
        sa.UniqueConstraint("source", "kind", "external_id", name=op.f("uq_external_id_source_kind_external_id")),
    )
    op.create_index("ix_external_id_row", "external_id", ["kind", "row_id"], unique=False)
    op.create_table(
        "instance",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("pack_digest", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_key_at", "sign_in_attempt", ["key", "at"], unique=False)
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("descriptions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_code")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("digest", name=op.f("uq_snapshot_digest")),
    )
    op.create_table(
        "admission",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("admitted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("expires_on >= admitted_on", name=op.f("ck_admission_expires_after_start")),
        sa.ForeignKeyConstraint(
            ["admitted_by"], ["person.id"], name=op.f("fk_admission_admitted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_admission_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint("person_id", "admitted_on", name=op.f("uq_admission_person_id_admitted_on")),
    )
    op.create_index(op.f("ix_admission_person_id"), "admission", ["person_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_token_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "audit_note",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_note_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_note")),
    )
    op.create_table(
        "employment",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("line_manager_id", sa.Integer(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("grade_ladder", sa.Text(), nullable=True),
        sa.Column("grade_rank", sa.Integer(), nullable=True),
        sa.Column("grade_band", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_employment_one_at_a_time",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_employment_ends_after_start")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_employment_department_id")),
        sa.ForeignKeyConstraint(
            ["line_manager_id"], ["person.id"], name=op.f("fk_employment_line_manager_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
    )
    op.create_index(op.f("ix_employment_department_id"), "employment", ["department_id"], unique=False)
    op.create_index(op.f("ix_employment_line_manager_id"), "employment", ["line_manager_id"], unique=False)
    op.create_index(op.f("ix_employment_person_id"), "employment", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("titles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("objective IN ('most_score', 'most_seats')", name=op.f("ck_policy_objective")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> author_id", name=op.f("ck_policy_approved_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.id"], name=op.f("fk_policy_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_policy_author_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_policy_name_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_policy_public_id")),
    )
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_language", sa.Text(), nullable=True),
        sa.Column("clearance", sa.Text(), nullable=True),
        sa.Column("clearance_ladder", sa.Text(), nullable=True),
        sa.Column("clearance_rank", sa.Integer(), nullable=True),
        sa.Column("work_modes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("countable", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "work_modes <@ ARRAY['on_site', 'hybrid', 'remote']::text[]", name=op.f("ck_profile_work_modes")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("person_id", name=op.f("uq_profile_person_id")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("disciplines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("time_percent", sa.SmallInteger(), nullable=True),
        sa.Column("work_mode", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("grade_min", sa.Text(), nullable=True),
        sa.Column("grade_max", sa.Text(), nullable=True),
        sa.Column("clearance", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR (starts_on IS NOT NULL AND ends_on IS NOT NULL"
            " AND time_percent IS NOT NULL AND work_mode IS NOT NULL)",
            name=op.f("ck_project_open_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'filled', 'cancelled', 'expired')", name=op.f("ck_project_state")
        ),
        sa.CheckConstraint("work_mode IN ('on_site', 'hybrid', 'remote')", name=op.f("ck_project_work_mode")),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_project_coordinates")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_project_ends_after_start")),
        sa.CheckConstraint("time_percent BETWEEN 1 AND 100", name=op.f("ck_project_time_percent")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_project_department_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_project_owner_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("public_id", name=op.f("uq_project_public_id")),
    )
    op.create_index(op.f("ix_project_department_id"), "project", ["department_id"], unique=False)
    op.create_index(
        "ix_project_open_newest", "project", ["opened_at", "id"], unique=False, postgresql_where="state = 'open'"
    )
    op.create_index(op.f("ix_project_owner_id"), "project", ["owner_id"], unique=False)
    op.create_table(
        "role_holding",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("role"), "="),
            (sa.text("coalesce(department_id, 0)"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_role_holding_once_at_a_time",
        ),
        sa.CheckConstraint("role IN ('manager', 'hr', 'auditor', 'administrator')", name=op.f("ck_role_holding_role")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_role_holding_ends_after_start")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_role_holding_department_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_role_holding_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_holding")),
    )
    op.create_index(op.f("ix_role_holding_department_id"), "role_holding", ["department_id"], unique=False)
    op.create_index(op.f("ix_role_holding_person_id"), "role_holding", ["person_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)
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
    op.create_index(op.f("ix_snapshot_key_person_id"), "snapshot_key", ["person_id"], unique=False)
    op.create_table(
        "accepted_place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("max_km", sa.Double(), nullable=True),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_accepted_place_coordinates")),
        sa.CheckConstraint("max_km >= 0", name=op.f("ck_accepted_place_max_km")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_accepted_place_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_place")),
    )
    op.create_index(op.f("ix_accepted_place_profile_id"), "accepted_place", ["profile_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'withdrawn', 'matched', 'not_matched')", name=op.f("ck_application_state")
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_application_rank")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_application_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_application_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_public_id")),
    )
    op.create_index("ix_application_project_state", "application", ["project_id", "state"], unique=False)
    op.create_index("uq_application_person_project", "application", ["person_id", "project_id"], unique=True)
    op.create_table(
        "asked_language",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_asked_language_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "language", name=op.f("pk_asked_language")),
    )
    op.create_table(
        "availability",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("profile_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_availability_no_overlap",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_availability_ends_after_start")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_availability_percent")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_availability_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index(op.f("ix_availability_profile_id"), "availability", ["profile_id"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_conflict_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "project_id", name=op.f("pk_conflict")),
    )
    op.create_index(op.f("ix_conflict_project_id"), "conflict", ["project_id"], unique=False)
    op.create_table(
        "count_request",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_count_request_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_count_request_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_request")),
    )
    op.create_index("ix_count_request_person_at", "count_request", ["person_id", "at"], unique=False)
    op.create_index(op.f("ix_count_request_project_id"), "count_request", ["project_id"], unique=False)
    op.create_table(
        "criterion",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('essential', 'asset')", name=op.f("ck_criterion_kind")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_criterion_level")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_criterion_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_criterion_skill_id")),
        sa.PrimaryKeyConstraint("project_id", "skill_id", name=op.f("pk_criterion")),
    )
    op.create_index(op.f("ix_criterion_skill_id"), "criterion", ["skill_id"], unique=False)
    op.create_table(
        "held_language",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("ranks", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_held_language_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", "language", name=op.f("pk_held_language")),
    )
    op.create_table(
        "held_skill",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_held_skill_level")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_held_skill_profile_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_held_skill_skill_id")),
        sa.PrimaryKeyConstraint("profile_id", "skill_id", name=op.f("pk_held_skill")),
    )
    op.create_index(
        "ix_held_skill_skill_level_profile", "held_skill", ["skill_id", "level", "profile_id"], unique=False
    )
    op.create_table(
        "learning_goal",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_learning_goal_profile_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_learning_goal_skill_id")),
        sa.PrimaryKeyConstraint("profile_id", "skill_id", name=op.f("pk_learning_goal")),
    )
    op.create_index(op.f("ix_learning_goal_skill_id"), "learning_goal", ["skill_id"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_done", sa.Integer(), nullable=False),
        sa.Column("stage_total", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("failure_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'failed' OR failure IS NOT NULL", name=op.f("ck_round_failure_says_why")),
        sa.CheckConstraint(
            "state IN ('draft', 'queued', 'solving', 'in_review', 'published', 'closed', 'failed', 'cancelled')",
            name=op.f("ck_round_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('published', 'closed') OR published_by IS NOT NULL",
            name=op.f("ck_round_published_by_person"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_round_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_round_policy_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_round_published_by")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_round_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_round_public_id")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_round_series_version")),
    )
    op.create_index(op.f("ix_round_series"), "round", ["series"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'filled', 'cancelled')", name=op.f("ck_seat_state")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_seat_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_seat_project_id_number")),
    )
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('keep', 'bar')", name=op.f("ck_edit_kind")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_edit_has_reason")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_edit_made_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_edit_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_edit_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_edit_seat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_edit_public_id")),
    )
    op.create_index(op.f("ix_edit_person_id"), "edit", ["person_id"], unique=False)
    op.create_index(op.f("ix_edit_project_id"), "edit", ["project_id"], unique=False)
    op.create_index(
        "uq_edit_live_pair",
        "edit",
        ["series", "person_id", "project_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL",
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (seat_id IS NULL)", name=op.f("ck_outcome_person_or_seat")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outcome_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_outcome_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_outcome_seat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index(op.f("ix_outcome_person_id"), "outcome", ["person_id"], unique=False)
    op.create_index(op.f("ix_outcome_round_id"), "outcome", ["round_id"], unique=False)
    op.create_index("ix_outcome_round_person", "outcome", ["round_id", "person_id"], unique=False)
    op.create_index(op.f("ix_outcome_seat_id"), "outcome", ["seat_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state = 'proposed' OR state = 'replaced' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_proposal_decided_by_person"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'kept', 'barred', 'approved', 'offered', 'replaced')", name=op.f("ck_proposal_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('kept', 'barred') OR reason <> ''", name=op.f("ck_proposal_decided_with_reason")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_proposal_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proposal_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_proposal_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_proposal_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_proposal_seat_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["proposal.id"], name=op.f("fk_proposal_successor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_public_id")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_proposal_round_id_person_id")),
        sa.UniqueConstraint("round_id", "seat_id", name=op.f("uq_proposal_round_id_seat_id")),
    )
    op.create_index(op.f("ix_proposal_person_id"), "proposal", ["person_id"], unique=False)
    op.create_index(op.f("ix_proposal_project_id"), "proposal", ["project_id"], unique=False)
    op.create_index(op.f("ix_proposal_seat_id"), "proposal", ["seat_id"], unique=False)
    op.create_table(
        "proposal_opening",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proposal_opening_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_opening_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_proposal_opening")),
    )
    op.create_index(op.f("ix_proposal_opening_person_id"), "proposal_opening", ["person_id"], unique=False)
    execute_script(APPEND_ONLY)
    execute_script(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute(DROP_QUEUE)
    op.drop_index(op.f("ix_proposal_opening_person_id"), table_name="proposal_opening")
    op.drop_table("proposal_opening")
    op.drop_index(op.f("ix_proposal_seat_id"), table_name="proposal")
    op.drop_index(op.f("ix_proposal_project_id"), table_name="proposal")
    op.drop_index(op.f("ix_proposal_person_id"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_outcome_seat_id"), table_name="outcome")
    op.drop_index("ix_outcome_round_person", table_name="outcome")
    op.drop_index(op.f("ix_outcome_round_id"), table_name="outcome")
    op.drop_index(op.f("ix_outcome_person_id"), table_name="outcome")
    op.drop_table("outcome")
    op.drop_index("uq_edit_live_pair", table_name="edit", postgresql_where="withdrawn_at IS NULL")
    op.drop_index(op.f("ix_edit_project_id"), table_name="edit")
    op.drop_index(op.f("ix_edit_person_id"), table_name="edit")
    op.drop_table("edit")
    op.drop_table("seat")
    op.drop_index(op.f("ix_round_series"), table_name="round")
    op.drop_table("round")
    op.drop_index(op.f("ix_learning_goal_skill_id"), table_name="learning_goal")
    op.drop_table("learning_goal")
    op.drop_index("ix_held_skill_skill_level_profile", table_name="held_skill")
    op.drop_table("held_skill")
    op.drop_table("held_language")
    op.drop_index(op.f("ix_criterion_skill_id"), table_name="criterion")
    op.drop_table("criterion")
    op.drop_index(op.f("ix_count_request_project_id"), table_name="count_request")
    op.drop_index("ix_count_request_person_at", table_name="count_request")
    op.drop_table("count_request")
    op.drop_index(op.f("ix_conflict_project_id"), table_name="conflict")
    op.drop_table("conflict")
    op.drop_index(op.f("ix_availability_profile_id"), table_name="availability")
    op.drop_table("availability")
    op.drop_table("asked_language")
    op.drop_index("uq_application_person_project", table_name="application")
    op.drop_index("ix_application_project_state", table_name="application")
    op.drop_table("application")
    op.drop_index(op.f("ix_accepted_place_profile_id"), table_name="accepted_place")
    op.drop_table("accepted_place")
    op.drop_index(op.f("ix_snapshot_key_person_id"), table_name="snapshot_key")
    op.drop_table("snapshot_key")
    op.drop_index(op.f("ix_sign_in_person_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_role_holding_person_id"), table_name="role_holding")
    op.drop_index(op.f("ix_role_holding_department_id"), table_name="role_holding")
    op.drop_table("role_holding")
    op.drop_index(op.f("ix_project_owner_id"), table_name="project")
    op.drop_index("ix_project_open_newest", table_name="project", postgresql_where="state = 'open'")
    op.drop_index(op.f("ix_project_department_id"), table_name="project")
    op.drop_table("project")
    op.drop_table("profile")
    op.drop_table("policy")
    op.drop_index(op.f("ix_invitation_person_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_employment_person_id"), table_name="employment")
    op.drop_index(op.f("ix_employment_line_manager_id"), table_name="employment")
    op.drop_index(op.f("ix_employment_department_id"), table_name="employment")
    op.drop_table("employment")
    op.drop_table("audit_note")
    op.drop_index(op.f("ix_api_token_person_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_admission_person_id"), table_name="admission")
    op.drop_table("admission")
    op.drop_table("snapshot")
    op.drop_table("skill")
    op.drop_index("ix_sign_in_attempt_key_at", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("place")
    op.drop_table("person")
    op.drop_table("instance")
    op.drop_index("ix_external_id_row", table_name="external_id")
    op.drop_table("external_id")
    op.drop_index(op.f("ix_department_parent_id"), table_name="department")
    op.drop_index("ix_department_lineage", table_name="department", postgresql_using="gin")
    op.drop_index(op.f("ix_department_employer_id"), table_name="department")
    op.drop_table("department")
    op.drop_index(op.f("ix_audit_entry_subject"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_action"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.execute("DROP FUNCTION refuse_policy_change")
    op.execute("DROP FUNCTION refuse_change")


def execute_script(script: str) -> None:
    """Run several statements at once, as the driver does without parameters."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
