"""Which row of ours an id of another system stands for, and what reading a file of such a system needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from freeagents.accounts.models import Department, ExternalId
from freeagents.accounts.services.departments import add_department
from freeagents.country.pack import Pack
from freeagents.exchange import queries
from freeagents.exchange.facts import skill_code
from freeagents.exchange.rows import Row
from freeagents.extensions import db
from freeagents.skills.models import Skill
from freeagents.skills.services import understand_or_add

CHUNK = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A file to bring in.

    :ivar source: the name of the system it comes from; its ids are unique within it.
    :ivar today: the day posts and admissions begin.
    :ivar progress: is told how many rows of how many are done.
    """

    path: Path
    source: str
    pack: Pack
    today: date
    progress: Progress


class Ids:
    """The ids a source uses for rows of one kind."""

    def __init__(self, source: str, kind: str) -> None:
        self.source = source
        self.kind = kind
        self.rows = queries.known_ids(source, kind)

    def remember(self, external_id: str, row_id: int) -> None:
        """Keep an id that is new."""
        if external_id not in self.rows:
            self.rows[external_id] = row_id
            db.session.add(ExternalId(source=self.source, kind=self.kind, external_id=external_id, row_id=row_id))


class Vocabulary:
    """Departments and skills by the words of a file; those that are missing are added."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.departments = queries.by_code(Department)
        self.found: dict[str, Skill] = {}

    def department(self, code: str) -> Department:
        """Return the department with this code."""
        if code not in self.departments:
            self.departments[code] = add_department(code=code, names={self.pack.locales[0]: code})
        return self.departments[code]

    def skills(self, words: Sequence[str], _field: str = "") -> dict[str, Skill]:
        """Return word → skill."""
        missing = list(dict.fromkeys(code for word in words if (code := skill_code(self.pack, word)) not in self.found))
        if missing:
            self.found |= understand_or_add(missing, pack=self.pack, actor_id=None)
        return {word: self.found[skill_code(self.pack, word)] for word in words}


def chunks(rows: Sequence[Row], progress: Progress) -> Iterator[Sequence[Row]]:
    """Yield the rows some hundred at a time, telling how far it is."""
    for start in range(0, len(rows), CHUNK):
        progress(start, len(rows))
        yield rows[start : start + CHUNK]
    progress(len(rows), len(rows))
