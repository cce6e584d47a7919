"""Questions about the shared vocabulary of skills."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, text

from freeagents.country.entries import Words
from freeagents.country.pack import Pack, fold
from freeagents.extensions import db
from freeagents.skills.models import Skill

LEAST_LETTERS = 3
"""What has fewer letters comes near everything."""
DICTIONARIES = {"en": "english", "fr": "french", "sv": "swedish"}
"""Language → how PostgreSQL finds the stems of its words."""
SUGGESTED = text(
    """
    WITH asked AS (
        SELECT lexeme FROM unnest(to_tsvector(CAST(:dictionary AS regconfig), :written))
    ),
    held AS (
        SELECT skill.id, word.lexeme, 'A' = ANY (word.weights) AS named, asked.lexeme IS NOT NULL AS found
        FROM skill
        CROSS JOIN CAST(:dictionary AS regconfig) AS dictionary
        CROSS JOIN unnest(
            setweight(to_tsvector(dictionary, coalesce(names ->> :locale, names ->> :first, '')), 'A')
            || to_tsvector(dictionary, coalesce(descriptions ->> :locale, descriptions ->> :first, ''))
        ) AS word
        LEFT JOIN asked ON asked.lexeme = word.lexeme
        WHERE source <> 'import' AND skill.code <> ALL (CAST(:without AS text[]))
    ),
    told AS (
        SELECT lexeme, 1 / sqrt(count(*)) AS says FROM held GROUP BY lexeme
    ),
    fit AS (
        SELECT
            held.id,
            coalesce(sum(says) FILTER (WHERE named AND found) / sum(says) FILTER (WHERE named), 0) AS of_name,
            coalesce(max(says) FILTER (WHERE named AND found), 0) AS telling,
            coalesce(sum(says) FILTER (WHERE found AND NOT named), 0) AS of_description,
            count(*) FILTER (WHERE found) AS words
        FROM held JOIN told USING (lexeme)
        GROUP BY held.id
    )
    SELECT skill.* FROM skill JOIN fit USING (id)
    WHERE of_name > 0.6 OR telling > 0.6 OR (words > 1 AND of_name / 2 + of_description > 0.5)
    ORDER BY of_name + of_description DESC, skill.code
    LIMIT :limit
    """
)


def skills() -> Sequence[Skill]:
    """Return the whole vocabulary, by code."""
    return db.session.scalars(select(Skill).order_by(Skill.code)).all()


def skills_after(code: str | None, limit: int) -> Sequence[Skill]:
    """Return up to ``limit`` skills that follow ``code`` in order of their codes; None starts at the first."""
    query = select(Skill).order_by(Skill.code).limit(limit)
    return db.session.scalars(query if code is None else query.where(Skill.code > code)).all()


def by_family(pack: Pack, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the pack's vocabulary for a list to choose from: family, then code and name of each skill, by name."""
    groups = []
    for family, names in pack.families.items():
        found = [
            (skill.code, pack.text(skill.names, locale)[0]) for skill in pack.skills.values() if skill.family == family
        ]
        groups.append((pack.text(names, locale)[0], sorted(found, key=lambda item: item[1].casefold())))
    return groups


def near_names(word: str, pack: Pack, locale: str, *, most: int = 3) -> list[str]:
    """Return the names of skills that come near a word that is none, the nearest first.

    Names that hold the word, or are held by it, come before those that are spelt alike.
    """
    asked = fold(word)
    names = {fold(name): name for skill in pack.skills.values() if (name := pack.text(skill.names, locale)[0])}
    if len(asked) < LEAST_LETTERS:
        return []
    within = sorted((name for name in names if asked in name or name in asked), key=lambda name: (len(name), name))
    alike = difflib.get_close_matches(asked, names, n=most)
    return [names[name] for name in dict.fromkeys((*within, *alike))][:most]


def suggested(written: str, *, pack: Pack, locale: str, limit: int, without: Collection[str] = ()) -> Sequence[Skill]:
    """Return the skills that a text speaks of, the likeliest first.

    A word that few skills have in their names or descriptions says more than one that many have. A skill is suggested
    when most of its name is in the text, or several words of its description.

    Words that no pack knows are left out.

    :param without: codes that are not wanted.
    """
    rows = db.session.scalars(
        select(Skill).from_statement(SUGGESTED),
        {
            "written": written,
            "dictionary": DICTIONARIES.get(locale, "simple"),
            "locale": locale,
            "first": pack.locales[0],
            "without": list(without),
            "limit": limit,
        },
    )
    return rows.all()


def roles_by_discipline(pack: Pack, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the pack's role levels for a list to choose from: discipline, then code and name of each, lowest first."""
    groups = []
    for discipline, names in pack.disciplines.items():
        found = sorted(
            (role for role in pack.roles if role.discipline == discipline),
            key=lambda role: (role.family, role.seniority, role.code),
        )
        if found:
            groups.append(
                (pack.text(names, locale)[0], [(role.code, pack.text(role.names, locale)[0]) for role in found])
            )
    return groups


def names_of(codes: Collection[str]) -> dict[str, Words]:
    """Return code → names of these skills."""
    return dict(db.session.execute(select(Skill.code, Skill.names).where(Skill.code.in_(codes))).all()) if codes else {}


def by_words(words: Iterable[str], pack: Pack) -> dict[str, Skill]:
    """Return word → skill for those words that are a skill's code, or one of its names in the pack."""
    codes = {word: known.code if (known := pack.skill(word)) else word for word in words}
    rows = db.session.scalars(select(Skill).where(Skill.code.in_(set(codes.values()))))
    found = {skill.code: skill for skill in rows}
    return {word: found[code] for word, code in codes.items() if code in found}
