"""The live count in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.eligibility import services
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.pool import host_of, project_facts
from freeagents.eligibility.queries import KeptOut, LiveCount
from freeagents.eligibility.sentences import rule_name
from freeagents.errors import TooMany
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.security.actor import current_actor
from freeagents.web.filters import number
from freeagents.web.words import in_words


@dataclass(frozen=True)
class Told:
    """A live count in words: how many qualify, what each thing asked keeps out, what asking otherwise would bring.

    :ivar refusal: why nothing was counted.
    :ivar unread: some of what was typed could not be read, and does not count.
    """

    exact: bool
    headline: str = ""
    kept_out: Sequence[Mapping[str, Any]] = ()
    instead: Sequence[str] = ()
    refusal: str = ""
    unread: bool = False

    @classmethod
    def of(cls, project: Project, typed: Mapping[str, Any] | None = None, *, unread: bool = False) -> Told:
        """Count for whoever is signed in, with what is typed laid over what is saved."""
        actor = current_actor()
        exact = actor.holds_over("hr", project.department.lineage)
        facts = project_facts(project, host=host_of(project), pack=pack)
        facts = services.as_typed(facts, typed or {}, pack)
        try:
            found = services.live_count(project=project, facts=facts, actor_id=actor.person_id, exact=exact)
        except TooMany as refusal:
            return cls(exact, refusal=refusal.sentence)
        ordered = sorted(found.kept_out, key=lambda kept: -kept.people)
        return cls(
            exact=exact,
            headline=_headline(found),
            kept_out=[
                {"label": _asked(kept, facts), "value": kept.people, "text": _people(kept.people, exact=exact)}
                for kept in ordered
            ],
            instead=[sentence for kept in ordered for sentence in _instead(kept, exact=exact)],
            unread=unread,
        )


def _headline(found: LiveCount) -> str:
    if not found.rounded:
        return ngettext("One person qualifies now", "%(num)d people qualify now", found.qualify)
    if not found.qualify:
        return _("Fewer than ten people qualify now")
    return _("About %(people)s people qualify now", people=number(found.qualify))


def _people(people: int, *, exact: bool) -> str:
    if exact:
        return number(people)
    return _("about %(people)s", people=number(people)) if people else _("fewer than ten")


def _instead(kept: KeptOut, *, exact: bool) -> Iterator[str]:
    """Say what asking one thing otherwise would bring, where it brings somebody."""
    if kept.lower:
        people = _people(kept.lower, exact=exact)
        yield _("With %(skill)s one level lower, %(people)s more.", skill=_skill(kept.detail), people=people)
    if kept.rule == "essential_skills" and kept.people:
        people = _people(kept.people, exact=exact)
        yield _("With %(skill)s as an asset, %(people)s more.", skill=_skill(kept.detail), people=people)
    if kept.later and any(kept.later):
        more, fewer = (_people(people, exact=exact) for people in kept.later)
        yield _("With all days two weeks later, %(more)s more and %(fewer)s fewer.", more=more, fewer=fewer)


def _asked(kept: KeptOut, facts: ProjectFacts) -> str:
    if kept.rule == "essential_skills":
        level = in_words(pack.levels[facts.essential[kept.detail]])
        return _("%(skill)s: %(level)s", skill=_skill(kept.detail), level=level)
    if kept.rule == "languages":
        return in_words(pack.language_scheme.languages.get(kept.detail, {})) or kept.detail
    if kept.rule == "another_department":
        return _("People from other departments only")
    name = rule_name(kept.rule)
    return name[:1].upper() + name[1:]


def _skill(code: str) -> str:
    return in_words(pack.skills[code].names) if code in pack.skills else code
