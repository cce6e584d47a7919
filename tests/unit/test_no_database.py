"""Unit tests cannot reach a database, whichever way they try."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine

from tests.conftest import DatabaseInUnitTest


def test_driver_refuses() -> None:
    with pytest.raises(DatabaseInUnitTest):
        psycopg.connect("postgresql://localhost/any")


def test_engine_refuses() -> None:
    with pytest.raises(DatabaseInUnitTest):
        create_engine("postgresql+psycopg://localhost/any").connect()
