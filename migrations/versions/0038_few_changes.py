"""Policies that seek few changes to the version of a round before."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0040"
branch_labels = None
depends_on = None

BEFORE = "objective IN ('most_score', 'most_seats', 'worst_off', 'stable_people', 'stable_projects')"
NOW = "objective IN ('most_score', 'most_seats', 'worst_off', 'stable_people', 'stable_projects', 'fewest_changes')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_policy_objective"), "policy")
    op.create_check_constraint(op.f("ck_policy_objective"), "policy", NOW)


def downgrade() -> None:
    op.execute("DELETE FROM round WHERE policy_id IN (SELECT id FROM policy WHERE objective = 'fewest_changes')")
    op.execute("DELETE FROM policy WHERE objective = 'fewest_changes'")
    op.drop_constraint(op.f("ck_policy_objective"), "policy")
    op.create_check_constraint(op.f("ck_policy_objective"), "policy", BEFORE)
