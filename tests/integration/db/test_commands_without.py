"""A command whose database is missing or empty ends with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url

from tests.conftest import SECRET_KEY
from tests.database import Server

COMMAND = Path(sys.executable).with_name("freeagents")


def said(url: str) -> str:
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "LOG_LEVEL": "WARNING"}
    done = subprocess.run(
        [COMMAND, "load-pack"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    return done.stderr


def test_no_database() -> None:
    told = said("postgresql://nobody@127.0.0.1:1/nothing")
    assert told.startswith("Error: The database does not answer: ")
    assert "Traceback" not in told


def test_no_tables(database_server: Server) -> None:
    name = f"freeagents_test_{os.getpid()}_bare"
    url = make_url(database_server.create(name))
    try:
        told = said(url.render_as_string(hide_password=False))
    finally:
        database_server.drop(name)
    assert told == "Error: The database has no tables. Run first: freeagents db upgrade\n"
