"""Fixtures for all tests: a migrated database for each process, the application on it, its clients and processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, make_url

from freeagents.config import Settings

# Here, not as a plugin: a plugin's fixtures give way to pytest-playwright's of the same name.
from tests.browser import (  # noqa: F401 - fixtures
    axe,
    browser_context_args,
    browser_type_launch_args,
    either_page,
    page,
    page_without_javascript,
)
from tests.database import Cleaner, Server, schema_version, server
from tests.processes import Service, worker_process

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, scoped_session

UNIT = Path(__file__).parent / "unit"
SECRET_KEY = "only-for-tests-and-never-elsewhere"


class DatabaseInUnitTest(AssertionError):
    """A unit test tried to reach a database."""


@pytest.fixture(autouse=True)
def _no_database_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.path.is_relative_to(UNIT):
        return

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseInUnitTest("Unit tests have no database: pass values, or move this test to tests/integration.")

    monkeypatch.setattr(psycopg, "connect", refuse)
    monkeypatch.setattr(psycopg.Connection, "connect", refuse)
    monkeypatch.setattr(psycopg.AsyncConnection, "connect", refuse)


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """The PostgreSQL server that tests make their databases on."""
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def database_template(database_server: Server) -> str:
    """The name of a migrated database that others are copied from; made once for all processes."""
    return database_server.template(_migrate, schema_version())


@pytest.fixture(scope="session")
def database(database_server: Server, database_template: str) -> Iterator[str]:
    """The URL of this process's own database; :func:`clean_database` empties it between tests."""
    name = f"freeagents_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = database_server.create(name, template=database_template)
    yield url.render_as_string(hide_password=False)
    database_server.drop(name)


@pytest.fixture(scope="session")
def _cleaner(database: str) -> Iterator[Cleaner]:
    cleaner = Cleaner(make_url(database))
    yield cleaner
    cleaner.close()


@pytest.fixture
def clean_database(database: str, _cleaner: Cleaner) -> Iterator[str]:
    """The URL of a database as the migrations left it."""
    yield database
    _cleaner.clean()


@pytest.fixture
def fresh_database(database_server: Server, database_template: str) -> Iterator[URL]:
    """The URL of a database for one test alone: for tests of migrations, of crashes, of many connections."""
    name = f"freeagents_test_{os.getpid()}_fresh"
    yield database_server.create(name, template=database_template)
    database_server.drop(name)


@pytest.fixture(scope="session")
def settings(database: str) -> Settings:
    """The settings of the application under test."""
    return settings_for(database)


def settings_for(url: str) -> Settings:
    """Return the settings of an application on the database at ``url``."""
    return Settings(database_url=url, secret_key=SECRET_KEY, base_url="http://localhost", require_second_factor=False)


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Iterator[Flask]:
    app = _create_app(settings)
    yield app
    _dispose(app)


@pytest.fixture
def app(_application: Flask, clean_database: str) -> Flask:
    """The application on a clean database. No application context is open: open one where it is needed."""
    return _application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a screen: keeps cookies, sees what was committed."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """A database session in an application context, for tests of services and queries; not beside ``client``."""
    from freeagents.extensions import db

    with app.app_context():
        yield db.session


@pytest.fixture(scope="session")
def _service(settings: Settings) -> Iterator[Service]:
    with Service.started(settings) as service:
        yield service


@pytest.fixture
def live_server(_service: Service, clean_database: str) -> Service:
    """The application under gunicorn in a process of its own, on the same clean database as ``app``."""
    return _service


@pytest.fixture
def worker(settings: Settings, clean_database: str) -> Iterator[None]:
    """A job worker in a process of its own while the test runs."""
    with worker_process(settings):
        yield


# The application is imported where it is needed: unit tests do without it and start at once.


def _create_app(settings: Settings) -> Flask:
    from freeagents.app import create_app

    return create_app(settings)


def _migrate(url: str) -> None:
    from flask_migrate import upgrade

    app = _create_app(settings_for(url))
    with app.app_context():
        upgrade()
    _dispose(app)


def _dispose(app: Flask) -> None:
    from freeagents.extensions import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()
