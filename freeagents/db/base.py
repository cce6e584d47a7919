"""The base of every model: naming conventions, column kinds, states with their allowed moves."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, DateTime, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry, scoped_session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_public_id() -> str:
    """Return a random id for URLs and the API: 16 characters that say nothing."""
    return secrets.token_urlsafe(12)


def utc_now() -> datetime:
    """Return the present instant; the default of instants that models record."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return utc_now().date()


Key = Annotated[int, mapped_column(Identity(), primary_key=True)]
PublicId = Annotated[str, mapped_column(Text, unique=True, default=new_public_id)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
AnySession = Session | scoped_session[Any]
Words = dict[str, str]
"""A text in several languages: locale → text."""


class Base(DeclarativeBase):
    """Declarative base; relationships are ``lazy="raise_on_sql"`` so that templates cannot query."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            str: Text,
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            Words: JSONB,
            list[dict[str, Any]]: JSONB,
        },
    )


def one_of(column: str, values: tuple[str, ...] | dict[str, Any]) -> CheckConstraint:
    """Return the constraint that ``column`` holds one of ``values``: an enumeration that migrations can change."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
