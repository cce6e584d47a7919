"""Policies that seek the worst-off pair's good, or stability."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "objective IN ('most_score', 'most_seats')"
NOW = "objective IN ('most_score', 'most_seats', 'worst_off', 'stable_people', 'stable_projects')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_policy_objective"), "policy")
    op.create_check_constraint(op.f("ck_policy_objective"), "policy", NOW)


def downgrade() -> None:
    op.execute("DELETE FROM policy WHERE objective NOT IN ('most_score', 'most_seats')")
    op.drop_constraint(op.f("ck_policy_objective"), "policy")
    op.create_check_constraint(op.f("ck_policy_objective"), "policy", BEFORE)
