"""Nothing is kept longer than the data register says, and nothing goes before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from freeagents.accounts.models import Person
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.privacy.queries.register import register
from freeagents.privacy.services import keeping
from freeagents.registry import EVERY_HOUR
from tests.integration.privacy.lives import Life, a_life, end_what_binds

DAY = timedelta(days=1)
LASTING = ("as long as", "as the", "with its project", "until removed", "until replaced", "until the person removes it")
GOES_WITH = {"employment", "identity", "person", "profile"}
"""Erased with a person who left two years ago."""
BY_CASCADE = {"sampled_proposal", "snapshot_part"}
"""Gone with the row they belong to."""
SEALED = {"audit_entry"}
"""The database refuses to delete these: whoever runs the instance parts with whole months."""
SPANS = {
    "sign_in": 90,
    "api_token": 90,
    "sign_in_attempt": 1,
    "count_request": 90,
    "pool_change": 2,
    "mail": 30,
    "message": 731,
    "audit_note": 731,
    "snapshot_key": 731,
    "invitation": 91,
    "mailed_link": 1,
}
"""Days after which nothing is left of what is made today."""


@pytest.fixture
def life(app: Flask) -> Life:
    """A person about whom there is something everywhere."""
    with app.app_context():
        life = a_life()
        db.session.execute(text("UPDATE mail SET sent_at = now()"))
        db.session.execute(text("INSERT INTO sign_in_attempt (key, at) VALUES ('x', now())"))
        db.session.commit()
        return life


def test_every_span_of_the_register_is_kept_to() -> None:
    limited = {table for table, columns in register().items() for one in columns if not one.kept.startswith(LASTING)}
    forgotten = {model.__tablename__ for model in keeping.PASSED}
    assert limited - forgotten == GOES_WITH | BY_CASCADE | SEALED
    assert EVERY_HOUR["data:forget"]


def counts() -> dict[str, int]:
    return {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in keeping.PASSED}


def test_nothing_goes_before_its_time(app: Flask, life: Life) -> None:
    with app.app_context():
        before = counts()
        keeping.forget(now=utc_now())
        db.session.commit()
        assert counts() == before


@pytest.mark.parametrize(("table", "days"), SPANS.items(), ids=list(SPANS))
def test_each_thing_goes_when_its_time_has_passed(app: Flask, life: Life, table: str, days: int) -> None:
    with app.app_context():
        assert counts()[table]
        if table in {"sign_in", "api_token"}:
            db.session.execute(text(f'UPDATE "{table}" SET ended_at = now()'))
        if days > 1:
            keeping.forget(now=utc_now() + (days - 1) * DAY)
            assert counts()[table], "too early"
        keeping.forget(now=utc_now() + (days + 1) * DAY)
        assert not counts()[table]
        db.session.commit()
        facts = db.session.execute(text("SELECT facts FROM audit_entry WHERE action = 'data:forget'")).scalars().all()
        assert any(table in fact["rows"] for fact in facts)


def test_answered_applications_and_what_rounds_found_go_after_two_years(app: Flask, life: Life) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE application SET state = 'withdrawn', ended_at = now(), rank = NULL"))
        db.session.execute(text("UPDATE round SET state = 'closed'"))
        keeping.forget(now=utc_now() + 729 * DAY)
        some = counts()
        assert some["application"]
        assert some["proposal"]
        keeping.forget(now=utc_now() + 732 * DAY)
        left = counts()
        gone = ("application", "proposal", "edit", "left_out_part", "round_proof", "next_best", "snapshot_key")
        assert {name: left[name] for name in gone} == dict.fromkeys(gone, 0)
        assert left["round"]
        assert left["snapshot"]
        keeping.forget(now=utc_now() + 2560 * DAY)
        left = counts()
        assert (left["round"], left["snapshot"]) == (0, 0)


def test_people_who_left_long_ago_are_erased(app: Flask, life: Life) -> None:
    with app.app_context():
        end_what_binds(life)
        person = db.session.get(Person, life.person_id)
        person.left_on = utc_now().date()
        db.session.execute(
            text("UPDATE employment SET ends_on = current_date - 1 WHERE person_id = :id"), {"id": person.id}
        )
        db.session.commit()
        keeping.forget(now=utc_now() + 729 * DAY)
        db.session.commit()
        assert db.session.get(Person, life.person_id) is not None
        for _run in range(2):
            keeping.forget(now=utc_now() + 733 * DAY)
            db.session.commit()
        assert db.session.get(Person, life.person_id) is None
        erased = "SELECT actor_id FROM audit_entry WHERE action = 'person:erase'"
        assert db.session.execute(text(erased)).scalars().all() == [None]
