"""Whom of the pool a statement touched, so that what was read of it can be put right; the days that are matched away.

A trigger notes each person under the transaction's number. Person 0 stands for everybody: of a statement that touches
very many people no list is kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0024"
branch_labels = None
depends_on = None

COMMITTED_DAYS = """
CREATE VIEW committed_days AS
SELECT proposal.person_id, project.starts_on, project.ends_on, project.time_percent AS percent
FROM proposal JOIN round ON round.id = proposal.round_id JOIN project ON project.id = proposal.project_id
WHERE round.state IN ('published', 'closed') AND proposal.state IN ('approved', 'offered')
AND project.state IN ('open', 'filled');
"""
FUNCTIONS = """
CREATE FUNCTION note_pool_change(people integer[]) RETURNS void LANGUAGE sql AS $$
INSERT INTO pool_change (transaction, person_id)
SELECT pg_current_xact_id()::text::bigint, person
FROM unnest(CASE WHEN cardinality(people) > 10000 THEN ARRAY[0] ELSE people END) AS each(person)
ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION note_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_pool_change(ARRAY[0]);
    RETURN NULL;
END $$;
CREATE FUNCTION note_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_pool_change(ARRAY(SELECT DISTINCT person_id FROM touched));
    RETURN NULL;
END $$;
CREATE FUNCTION note_profiles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM touched LIMIT 10001) AS few) > 10000 THEN
        PERFORM note_pool_change(ARRAY[0]);
    ELSE
        PERFORM note_pool_change(ARRAY(
            SELECT person_id FROM profile WHERE id IN (SELECT profile_id FROM touched)
        ));
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION note_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_pool_change(ARRAY(
        SELECT DISTINCT person_id FROM touched JOIN round ON round.id = round_id
        WHERE round.state IN ('published', 'closed')
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION note_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_pool_change(ARRAY(
        SELECT DISTINCT proposal.person_id FROM touched JOIN earlier USING (id) JOIN proposal ON round_id = touched.id
        WHERE touched.state <> earlier.state AND 'published' IN (touched.state, earlier.state)
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION note_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_pool_change(ARRAY(
        SELECT DISTINCT proposal.person_id FROM touched JOIN earlier USING (id) JOIN proposal ON project_id = touched.id
        WHERE (touched.state, touched.starts_on, touched.ends_on, touched.time_percent)
        IS DISTINCT FROM (earlier.state, earlier.starts_on, earlier.ends_on, earlier.time_percent)
    ));
    RETURN NULL;
END $$;
"""
OF_PEOPLE = ("profile", "employment", "admission")
OF_PROFILES = ("held_skill", "held_language", "accepted_place", "availability")
NOTED = {
    **dict.fromkeys(OF_PEOPLE, "note_people"),
    **dict.fromkeys(OF_PROFILES, "note_profiles"),
    "proposal": "note_proposals",
}
SEEN = {
    "insert": "NEW TABLE AS touched",
    "update": "NEW TABLE AS touched OLD TABLE AS earlier",
    "delete": "OLD TABLE AS touched",
}


def triggers() -> list[str]:
    """Return the statements that make the triggers."""
    made = [
        f"CREATE TRIGGER pool_{event} AFTER {event.upper()} ON {table} REFERENCING {seen} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        for table, function in NOTED.items()
        for event, seen in SEEN.items()
    ]
    made += [
        f"CREATE TRIGGER pool_update AFTER UPDATE ON {table} REFERENCING {SEEN['update']} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION note_{table}()"
        for table in ("round", "project")
    ]
    made += [
        f"CREATE TRIGGER pool_{event} AFTER {event.upper()} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_everybody()"
        for table, event in (("profile", "truncate"), ("department", "update"))
    ]
    return made


def upgrade() -> None:
    op.create_table(
        "pool_change",
        sa.Column("transaction", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("transaction", "person_id", name=op.f("pk_pool_change")),
    )
    op.execute(COMMITTED_DAYS)
    op.execute(FUNCTIONS)
    for statement in triggers():
        op.execute(statement)


def downgrade() -> None:
    for table in (*NOTED, "round", "project"):
        op.execute(f"DROP TRIGGER pool_update ON {table}")
    for table in NOTED:
        op.execute(f"DROP TRIGGER pool_insert ON {table}; DROP TRIGGER pool_delete ON {table}")
    op.execute("DROP TRIGGER pool_truncate ON profile; DROP TRIGGER pool_update ON department")
    functions = ("note_everybody", "note_people", "note_profiles", "note_proposals", "note_round", "note_project")
    op.execute("; ".join(f"DROP FUNCTION {function}()" for function in functions))
    op.execute("DROP FUNCTION note_pool_change(integer[]); DROP VIEW committed_days")
    op.drop_table("pool_change")
