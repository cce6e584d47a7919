"""The shared vocabulary of skills."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from freeagents.db.base import Base, Key, Words

LEVELS = (1, 2, 3, 4)
MOST_SKILLS = 60
"""How long a list of skills may be."""


class Skill(Base):
    """An entry of the shared taxonomy. ``source`` is the pack's code, or ``import`` for a word no pack knows."""

    __tablename__ = "skill"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[Words]
    descriptions: Mapped[Words] = mapped_column(default=dict)
    family: Mapped[str] = mapped_column(default="")
    discipline: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
