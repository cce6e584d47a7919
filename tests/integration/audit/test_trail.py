"""The audit trail: chained at commit, closed to change, and any tampering found and located."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from freeagents.audit import queries
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.audit.pages import act, plain
from freeagents.audit.services import chain_of, record, verify
from freeagents.db.base import utc_now
from freeagents.extensions import db
from tests.clients import signed_in
from tests.factories import PASSWORD, a_person, with_role

NOW = chain_of(utc_now())
HOSTILE = "<script>alert('x')</script> \u202eoediv\u202c 🧪"


@pytest.fixture
def trail(session):
    """Five entries, the third with words, each committed by itself."""
    for number in range(1, 6):
        note = "They are married." if number == 3 else None
        record(session, "thing:change", f"thing/{number}", actor_id=None, note=note, number=number)
        session.commit()
    return session


def tamper(session, statement: str) -> None:
    """Change the trail as whoever owns the database could."""
    session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only"))
    session.execute(text(statement))
    session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only"))
    session.commit()
    session.expire_all()


def test_untouched_chain_is_whole(trail):
    found = verify(trail, NOW)
    assert (found.entries, found.broken_at, found.altered_notes) == (5, None, ())
    [chain] = queries.chains()
    assert (chain.name, chain.entries) == (NOW, 5)
    assert queries.position_of(NOW, bytes.fromhex(chain.head)) == 5


def test_nothing_is_written_when_the_cause_is_rolled_back(session):
    record(session, "thing:change", "thing/1", actor_id=None)
    session.rollback()
    session.commit()
    assert session.query(AuditEntry).count() == 0


@pytest.mark.parametrize(
    "change", ["DELETE FROM audit_entry", "UPDATE audit_entry SET actor_id = 1", "TRUNCATE audit_entry CASCADE"]
)
def test_database_refuses_to_change_the_trail(trail, change):
    with pytest.raises(ProgrammingError, match="append-only"):
        trail.execute(text(change))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE audit_entry SET action = 'thing:nothing' WHERE position = 2", 2),
        ("UPDATE audit_entry SET facts = '{}' WHERE position = 1", 1),
        ("UPDATE audit_entry SET actor_id = 7 WHERE position = 5", 5),
        ("UPDATE audit_entry SET at = at - interval '1 second' WHERE position = 4", 4),
        ("DELETE FROM audit_entry WHERE position = 4", 4),
        ("UPDATE audit_entry SET position = 99 WHERE position = 2", 2),
        ("DELETE FROM audit_entry WHERE position = 1", 1),
    ],
)
def test_tampering_is_found_and_located(trail, change, place):
    tamper(trail, change)
    assert verify(trail, NOW).broken_at == place


def test_words_that_were_changed_are_found_and_words_that_were_erased_are_not_missed(trail):
    trail.query(AuditNote).update({"words": "They are friends."})
    trail.commit()
    assert verify(trail, NOW).altered_notes == (3,)
    trail.query(AuditNote).delete()
    trail.commit()
    assert verify(trail, NOW).altered_notes == ()
    assert verify(trail, NOW).broken_at is None


def test_end_that_was_cut_off_shows_by_a_seal_kept_elsewhere(trail):
    kept = bytes.fromhex(queries.chains()[0].head)
    tamper(trail, "DELETE FROM audit_entry WHERE position = 5")
    assert verify(trail, NOW).broken_at is None
    assert queries.position_of(NOW, kept) is None


def test_entries_come_newest_first_a_page_at_a_time(trail):
    first = queries.entries(after=None, limit=2)
    assert [entry.position for entry, _words in first] == [5, 4]
    rest = queries.entries(after=first[-1][0].id, limit=9)
    assert [(entry.position, words) for entry, words in rest] == [(3, "They are married."), (2, None), (1, None)]
    assert queries.entries(after=None, limit=9, action="nothing:here") == []
    assert len(queries.entries(after=None, limit=9, subject="thing/2")) == 1


def test_actions_and_chains_are_listed_once(trail):
    record(trail, "another:act", "thing/1", actor_id=None)
    trail.commit()
    tamper(trail, "UPDATE audit_entry SET chain = '2020-01' WHERE action = 'another:act'")
    assert queries.actions() == ["another:act", "thing:change"]
    assert [chain.name for chain in queries.chains()] == [NOW, "2020-01"]


def test_many_writers_at_once_make_one_chain(app):
    from concurrent.futures import ThreadPoolExecutor

    def write(number: int) -> None:
        with app.app_context():
            record(db.session, "thing:change", f"thing/{number}", actor_id=None)
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    with app.app_context():
        found = verify(db.session, NOW)
        assert (found.entries, found.broken_at) == (20, None)


def test_facts_are_said_without_marks_of_code():
    assert act("project:see_applicants") == "Project: see the applicants"
    facts = {"essential_skills": 2, "paused": True, "before": None, "parts": ["work_modes", "about"], "id": "a_B-9"}
    assert (
        plain(facts) == "essential skills 2, paused yes, before nothing, parts ways of working, about oneself, id a_B-9"
    )


@pytest.fixture
def auditor(app):
    with app.app_context():
        person = with_role(a_person("Dorothy Vaughan", email="auditor@example.org", password=PASSWORD), "auditor")
        a_person("Nobody Special", email="nobody@example.org", password=PASSWORD)
        record(db.session, "thing:change", "thing/x", actor_id=person.id, note=HOSTILE, number=1)
        record(db.session, "thing:end", "thing/y", actor_id=987654)
        db.session.commit()
    return signed_in(app, "auditor@example.org")


def test_auditor_reads_filters_and_checks(app, auditor):
    page = auditor.get("/audit")
    assert "Dorothy Vaughan" in page
    assert "account 987654, erased" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "thing/x" not in auditor.get("/audit?action=thing:end").split("<ol")[1]
    assert "No entry fits." in auditor.get("/audit?subject=thing/nothing")
    page = auditor.get(f"/audit/chains/{NOW}")
    assert "The chain is unbroken" in page
    assert "The chain of " in page
    with app.app_context():
        head = queries.chains()[0].head
        tamper(db.session, "UPDATE audit_entry SET subject = 'thing/z' WHERE position = 2")
    assert "The seal is in the chain" in auditor.get(f"/audit/chains/{NOW}?seal=+{head.upper()}")
    assert "The chain is broken at entry 2." in auditor.get(f"/audit/chains/{NOW}")
    assert "The seal is not in this chain" in auditor.get(f"/audit/chains/{NOW}?seal={'0' * 64}")
    assert "Enter the 64 letters and digits" in auditor.get(f"/audit/chains/{NOW}?seal=<script>", status=422)
    auditor.get("/audit/chains/1999-01", status=404)


def test_pages_lead_from_the_newest_to_the_oldest(app, auditor):
    with app.app_context():
        for number in range(60):
            record(db.session, "thing:change", f"thing/{number}", actor_id=None)
        db.session.commit()
    page = auditor.get("/audit?action=thing:change")
    assert "Next page" in page
    with app.app_context():
        after = queries.entries(after=None, limit=50, action="thing:change")[-1][0].id
    assert f"after={after}" in page
    older = auditor.get(f"/audit?action=thing:change&after={after}")
    assert "thing/x" in older
    assert "First page" in older
    auditor.get("/audit?after=nonsense")


def test_others_may_not_read_the_trail(app, auditor):
    nobody = signed_in(app, "nobody@example.org")
    nobody.get("/audit", status=403)
    nobody.get(f"/audit/chains/{NOW}", status=403)
    assert 'href="/audit"' not in nobody.get("/account")
