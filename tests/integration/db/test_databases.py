"""The databases of tests: made once, copied fast, cleaned whole, and never anybody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import URL

from tests.database import Cleaner, NotATestDatabase, Server, conninfo

NAME = f"freeagents_test_{os.getpid()}_of_tests"


def migrate(url: str) -> None:
    """Stand in for the migrations: a table that they fill, two that tests fill, one of which refuses to lose rows."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("""
            CREATE TABLE static (code text PRIMARY KEY);
            INSERT INTO static VALUES ('kept');
            CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text REFERENCES static);
            CREATE TABLE child (parent_id int REFERENCES parent);
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
            CREATE TRIGGER never BEFORE DELETE OR TRUNCATE ON child EXECUTE FUNCTION refuse();
        """)


@pytest.fixture
def copy(database_server: Server) -> Iterator[URL]:
    template = database_server.template(migrate, f"{os.getpid()}_of_databases")
    yield database_server.create(NAME, template=template)
    database_server.drop(NAME)
    database_server.drop(template)


def test_template_is_made_once(database_server: Server) -> None:
    made: list[str] = []
    try:
        names = {database_server.template(made.append, f"{os.getpid()}_once") for _ in range(2)}
    finally:
        database_server.drop(f"freeagents_test_template_{os.getpid()}_once")
    assert names == {f"freeagents_test_template_{os.getpid()}_once"}
    assert len(made) == 1


def test_failed_migration_leaves_no_template(database_server: Server) -> None:
    def fail(url: str) -> None:
        migrate(url)
        raise RuntimeError("half way")

    try:
        with pytest.raises(RuntimeError):
            database_server.template(fail, f"{os.getpid()}_fails")
        assert f"freeagents_test_template_{os.getpid()}_fails" not in database_server.databases()
    finally:
        database_server.drop(f"freeagents_test_raw_{os.getpid()}_fails")


def test_cleaning_empties_what_tests_filled_and_keeps_what_migrations_filled(copy: URL) -> None:
    cleaner = Cleaner(copy)
    with psycopg.connect(conninfo(copy), autocommit=True) as connection:
        for _ in range(2):
            connection.execute("INSERT INTO parent (code) VALUES ('kept')")
            connection.execute("INSERT INTO child SELECT max(id) FROM parent")
            cleaner.clean()
            counts = "SELECT (SELECT count(*) FROM static), (SELECT count(*) FROM parent), (SELECT count(*) FROM child)"
            assert connection.execute(counts).fetchone() == (1, 0, 0)
    cleaner.close()


def test_cleaning_does_not_wait_for_a_transaction_left_open(copy: URL) -> None:
    cleaner = Cleaner(copy, patience="50ms")
    with psycopg.connect(conninfo(copy)) as connection:
        connection.execute("INSERT INTO parent (code) VALUES ('kept')")
        connection.commit()
        connection.execute("LOCK TABLE parent")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            cleaner.clean()
    cleaner.close()


@pytest.mark.parametrize("name", ["postgres", "freeagents", "freeagents_testing"])
def test_other_databases_are_left_alone(database_server: Server, name: str) -> None:
    with pytest.raises(NotATestDatabase, match=name):
        database_server.create(name)
    with pytest.raises(NotATestDatabase, match=name):
        database_server.drop(name)
    with pytest.raises(NotATestDatabase, match=name):
        Cleaner(database_server.url.set(database=name))
