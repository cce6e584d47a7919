"""The demo's policies, written by one talent manager and approved by another."""

from __future__ import annotations

from freeagents.country.pack import Pack
from freeagents.db.base import Words
from freeagents.demo import queries
from freeagents.eligibility.bridge import Policy as Rules
from freeagents.eligibility.bridge import policy_from_toml
from freeagents.extensions import db
from freeagents.rounds.models import Policy

BALANCED, EVERY_SEAT, WORST_OFF, STABLE = "balanced", "every-seat", "worst-off", "stable"
OBJECTIVES = {BALANCED: "most_score", EVERY_SEAT: "most_seats", WORST_OFF: "worst_off", STABLE: "stable_people"}
TITLES: dict[str, Words] = {
    BALANCED: {"en": "Balanced: the best fit in all", "fr": "Équilibrée : la meilleure adéquation d’ensemble"},
    EVERY_SEAT: {"en": "Every seat: fill as many as can be", "fr": "Chaque place : en pourvoir le plus possible"},
    WORST_OFF: {
        "en": "Nobody far behind: the lowest score as high as can be",
        "fr": "Personne loin derrière : la note la plus basse aussi haute que possible",
    },
    STABLE: {
        "en": "Stable: no pair would rather have each other",
        "fr": "Stable : aucune paire ne se préférerait l’une l’autre",
    },
}


def add_policies(*, pack: Pack, author_id: int, approver_id: int) -> list[Policy]:
    """Add the approved policies that the database lacks, and return them.

    :param approver_id: somebody else than the author.
    """
    missing = [name for name in OBJECTIVES if queries.policy(name) is None]
    stated = [policy_from_toml(f'name = "{name}"\nobjective = "{OBJECTIVES[name]}"') for name in missing]
    added = [_row(rules, pack, author_id, approver_id) for rules in stated]
    db.session.add_all(added)
    db.session.flush()
    return added


def _row(rules: Rules, pack: Pack, author_id: int, approver_id: int) -> Policy:
    titles = TITLES[rules.name]
    return Policy(
        name=rules.name,
        version=rules.version,
        objective=rules.objective.value,
        document=rules.to_toml(),
        titles={locale: titles.get(locale, titles["en"]) for locale in pack.locales},
        author_id=author_id,
        approved_by=approver_id,
    )
