"""Words of exchange files that no pack knows and that come near one it knows: likely misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from freeagents.country.pack import Pack, fold
from freeagents.eligibility.case import Case


def unknown_words(case: Case, pack: Pack) -> Iterator[dict[str, Any]]:
    """Yield a note for each such word: what it is, the word, and what it may stand for."""
    people, projects = case.people.words, case.projects
    skills = {*people["skills"], *(skill for each in projects for skill in (*each.essential, *each.asset))}
    places = {*(word[0] for word in people["places"]), *(each.location.place for each in projects if each.location)}
    departments = {*people["home"], *(each.department for each in projects)}
    rungs = {
        "grade": {*people["grade"], *(_word(rung) for each in projects for rung in (each.grade_min, each.grade_max))},
        "clearance": {*people["clearance"], *(_word(each.clearance) for each in projects)},
    }
    yield from _near("skill", skills - pack.skills.keys(), pack.skills)
    yield from _near("place", {place for place in places if pack.place(place) is None}, pack.places)
    yield from _near("department", departments - pack.departments.keys(), pack.departments)
    for kind, known in (("grade", pack.grades), ("clearance", pack.clearances)):
        yield from _near(kind, {word[0] for word in rungs[kind] if word and word[1].startswith("=")}, known)


def _word(rung: Any) -> tuple[str, str] | None:
    return (rung.code, rung.ladder) if rung else None


def _near(kind: str, words: Iterable[str], known: Any) -> Iterator[dict[str, Any]]:
    called = {
        "skill": _("skill"),
        "place": _("place"),
        "department": _("department"),
        "grade": _("grade"),
        "clearance": _("security clearance"),
    }
    names = {fold(name): code for code, entry in known.items() for name in (code, *entry.names.values())}
    for word in sorted(filter(None, words)):
        if near := difflib.get_close_matches(fold(word), names, n=1, cutoff=0.75):
            meant = names[near[0]]
            sentence = _(
                "No %(kind)s is called %(word)s. Did you mean %(meant)s?", kind=called[kind], word=word, meant=meant
            )
            yield {"code": "word_not_known", "facts": {"kind": kind, "word": word, "near": meant}, "sentence": sentence}
