"""What a demo needs beyond its rows: passwords for whom to sign in as, and a first round."""

from __future__ import annotations

import secrets
from datetime import timedelta

from freeagents.accounts.services.passwords import set_password
from freeagents.country.pack import Pack
from freeagents.db.base import utc_now
from freeagents.demo import queries
from freeagents.demo.services.names import DOMAIN
from freeagents.demo.services.policies import BALANCED
from freeagents.extensions import db
from freeagents.rounds.models import Round
from freeagents.rounds.services import planning, solving

PARTS = ("manager", "agent", "hr", "hr2", "auditor", "administrator")
ALPHABET = "bcdfgjkmnpqstvwxz23456789"  # no letter twice in doubt, and none of these parts can be spelt with it
GROUPS, GROUP = 4, 4
ROUND_NAME = {"en": "First round", "fr": "Première ronde"}


def give_passwords() -> dict[str, tuple[str, str]]:
    """Give each named person of the demo a fresh password; return part → (e-mail address, password)."""
    people = queries.people_by_email([f"{part}@{DOMAIN}" for part in PARTS])
    given = {}
    for part in PARTS:
        person = people.get(f"{part}@{DOMAIN}")
        if person is not None:
            password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
            set_password(person=person, password=password)
            given[part] = (person.email, password)
    return given


def solve_first_round(*, pack: Pack) -> Round | None:
    """Make and solve one round under the balanced policy, here and now, where there is none; commits as a worker does.

    :returns: the round, None where there was one already or nobody to make it.
    """
    policy = queries.policy(BALANCED)
    hr = queries.people_by_email([f"hr@{DOMAIN}"]).get(f"hr@{DOMAIN}")
    if queries.has_rounds() or policy is None or hr is None:
        return None
    now = utc_now()
    made = planning.make_round(
        name=ROUND_NAME.get(pack.locales[0], ROUND_NAME["en"]),
        policy=policy,
        cut_off=now - timedelta(seconds=1),
        actor_id=hr.id,
    )
    planning.queue_round(subject=made, now=now, actor_id=hr.id)
    round_id = made.id
    db.session.commit()
    solving.solve_round(round_id=round_id, pack=pack)
    db.session.commit()
    return db.session.get(Round, round_id)
