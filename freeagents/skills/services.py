"""Use-cases of the vocabulary: understand the words people write, add those no pack knows."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.errors import Invalid
from freeagents.extensions import db
from freeagents.skills import queries
from freeagents.skills.models import Skill
from freeagents.web.filters import locale_code
from freeagents.web.words import either

IMPORTED = "import"


def understand(words: Sequence[str], *, pack: Pack, field: str, member: str = "-skill") -> dict[str, Skill]:
    """Return word → skill for every word.

    :param field: the form's field the words are in, for the refusal.
    :param member: what the row's input is called after its number; empty where the field is a list of plain words.
    :raises Invalid: a word is no skill of the vocabulary.
    """
    found = queries.by_words(words, pack)
    for position, word in enumerate(words):
        if word not in found:
            raise Invalid(_not_known(word, pack), field=f"{field}-{position}{member}")
    return found


def _not_known(word: str, pack: Pack) -> str:
    near = queries.near_names(word, pack, locale_code())
    if not near:
        return str(_("%(word)s is not in the list of skills. Choose one from the list.", word=word))
    return str(_("%(word)s is not in the list of skills. Did you mean %(near)s?", word=word, near=either(near)))


def understand_or_add(words: Sequence[str], *, pack: Pack, actor_id: int | None) -> dict[str, Skill]:
    """Return word → skill for every word; a word no pack knows becomes a skill of its own."""
    found = queries.by_words(words, pack)
    for word in dict.fromkeys(words):
        if word not in found:
            skill = Skill(code=word, names={pack.locales[0]: word}, source=IMPORTED)
            db.session.add(skill)
            record(db.session, "skill:add", f"skill/{word}", actor_id=actor_id)
            found[word] = skill
    db.session.flush()
    return found
