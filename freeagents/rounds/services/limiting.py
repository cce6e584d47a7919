"""What policies limit: the groups of people there are, a version's side rules as the form states them, and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.accounts.queries import directory
from freeagents.country.current import pack
from freeagents.db.base import Words, utc_now
from freeagents.eligibility.bridge import LIMITED_BY, MOST_PEOPLE, Fault, PolicyError, policy_from_toml
from freeagents.eligibility.bridge import Policy as Rules
from freeagents.eligibility.facts import LimitUse, Pair
from freeagents.eligibility.limits import broken
from freeagents.eligibility.pool import host_of, people_facts, project_facts
from freeagents.eligibility.sentences import (
    sentence_for_breach,
    sentence_for_gap,
    sentence_for_limit,
    sentence_for_range,
)
from freeagents.errors import Conflict, Invalid
from freeagents.projects.queries import whole_projects_by_id
from freeagents.rounds.models import Proposal, Round
from freeagents.rounds.queries import matches
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services.telling import failure_sentence, without_prices
from freeagents.web.filters import plain_named, points

NAMED = 5
COSTS = (*LIMITED_BY, "team", "least_people")
"""What may be broken at a price in points instead of having to hold."""


def groups() -> dict[str, Words]:
    """Return kind and code of each group that can be limited, such as ``department:hmrc``, with its names."""
    found = {f"department:{each.code}": each.names for each in directory.employers()}
    found |= {f"grade:{code}": grade.names for code, grade in pack.grades.items()}
    found |= {f"discipline:{code}": names for code, names in pack.disciplines.items()}
    return found | {f"region:{code}": region.names for code, region in pack.regions.items()}


def names_of_groups(keys: Collection[str]) -> dict[str, Words]:
    """Return kind and code → names of these groups; departments are asked for only where there are any among them."""
    codes = {code for kind, _colon, code in (key.partition(":") for key in keys) if kind == "department"}
    found = {f"department:{each.code}": each.names for each in directory.employers(codes)} if codes else {}
    for kind, known in (("grade", pack.grades), ("region", pack.regions)):
        found |= {f"{kind}:{code}": entry.names for code, entry in known.items()}
    found |= {f"discipline:{code}": names for code, names in pack.disciplines.items()}
    return {key: found.get(key, {"": key.partition(":")[2]}) for key in keys}


def kind_name(kind: str) -> str:
    """Return what groups of a kind are called."""
    return {
        "department": _("Department"),
        "grade": _("Grade"),
        "discipline": _("Discipline"),
        "region": _("Region"),
    }[kind]


def stated(rules: Rules) -> dict[str, Any]:
    """Return the side rules of a policy as its form and the API state them."""
    limits = [
        {"group": f"{kind}:{code}", "least": least or None, "most": None if most == MOST_PEOPLE else most}
        for kind in rules.limits
        for code, (least, most) in rules.ranges(kind).items()
    ]
    costs = {f"cost_{name}": rules.breach_points.get(name) for name in COSTS}
    return {
        "limits": limits,
        "one_team": rules.one_team,
        "several_seats": rules.several_seats,
        "least_people": rules.least_people or None,
        **costs,
    }


@dataclass(frozen=True, slots=True)
class SideRules:
    """The side rules of a version that is being written, as a policy holds them."""

    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    one_team: bool = False
    several_seats: bool = False
    least_people: int = 0
    breach_points: Mapping[str, int] = field(default_factory=dict)


NO_SIDE_RULES = SideRules()


def read(data: Mapping[str, Any]) -> SideRules:
    """Return what a form or the API states.

    :raises Invalid: naming the member: a group that is not there or stands twice, or a cost of nothing.
    """
    known, limits = groups() if data["limits"] else {}, dict[str, dict[str, Any]]()
    for number, row in enumerate(data["limits"]):
        kind, _colon, code = row["group"].partition(":")
        if row["group"] not in known:
            raise Invalid(_("Choose whom the limit is about from the list."), field=f"limits-{number}-group")
        if code in limits.setdefault(kind, {}):
            raise Invalid(_("This group is limited twice. Name it once."), field=f"limits-{number}-group")
        limits[kind][code] = {side: row[side] for side in ("least", "most") if row[side] is not None}
    given = {name: data[f"cost_{name}"] for name in COSTS if data[f"cost_{name}"] is not None}
    there = {*limits, *(["team"] if data["one_team"] else []), *(["least_people"] if data["least_people"] else [])}
    for name in given:
        if name not in there:
            raise Invalid(_("This version states no such rule. Leave its cost blank."), field=f"cost_{name}")
    return SideRules(limits, data["one_team"], data["several_seats"], data["least_people"] or 0, given)


def refusal(error: PolicyError) -> Invalid:
    """Return what a policy is refused for, as a form says it."""
    fault: Fault = error.faults[0]
    if fault.code == "not_with_objective":
        said = _("Limits go only with the best fit in all, as many seats filled as can be, or few changes.")
        return Invalid(said, field="objective")
    return Invalid(_("This cannot be a policy: %(why)s.", why=f"{fault.key}: {fault.code}"), field=None)


def sentences(rules: Rules) -> list[str]:
    """Return the side rules of a policy in words, each with what it costs to break it."""
    keys = [f"{kind}:{code}" for kind in rules.limits for code in rules.limits[kind]]
    stated = [f"{told} {_cost(rules, name)}" for name, told in _told(rules, names_of_groups(keys))]
    return [*stated, *_freely(rules)]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the side rules of a round's policy came to, in words.

    :ivar limits: each limit and how it was met, and whether it was reached.
    :ivar others: the other side rules, in words.
    :ivar broken: what was not kept, and what it cost in points.
    :ivar gap: how much better any other placement could be at most.
    """

    limits: list[tuple[str, bool]]
    others: list[str]
    broken: list[tuple[str, str]]
    gap: str


def kept(figures: Mapping[str, Any], rules: Rules, *, private: bool) -> Kept | None:
    """Return what the side rules of a solved round came to; None: there were none.

    :param private: the reader may see what one person more would add.
    """
    if "gap" not in figures:
        return None
    uses = [LimitUse(**use) for use in (figures["limits"] if private else without_prices(figures["limits"]))]
    names = names_of_groups([f"{use.of}:{use.word}" for use in uses])
    limits = [
        (f"{sentence_for_limit(_with_name(use, names))} {_cost(rules, use.of)}", use.placed >= use.most) for use in uses
    ]
    others = [*(f"{told} {_cost(rules, name)}" for name, told in _told(rules, None)), *_freely(rules)]
    titles = queries.titles({row["project"] for row in figures["breaches"] if "project" in row})
    unkept = [(_broken(row, names, titles), points(row["units"])) for row in figures["breaches"]]
    return Kept(limits, others, unkept, sentence_for_gap(**figures["gap"]))


def broken_today(proposals: Sequence[Proposal], rules: Rules) -> list[dict[str, Any]]:
    """Return what these pairs do not keep today of the side rules that must hold."""
    if not rules.has_side_rules or not proposals:
        return []
    people = people_facts(today=utc_now().date(), only={one.person_id for one in proposals})
    whole = whole_projects_by_id({one.project_id for one in proposals})
    projects = {key: project_facts(project, host=host_of(project), pack=pack) for key, project in whole.items()}
    pairs = [
        Pair(people[one.person_id].key, projects[one.project_id].key) for one in proposals if one.person_id in people
    ]
    return list(broken(people.values(), projects.values(), pairs, rules, pack))


def refuse_too_many(subject: Proposal, proposal_round: Round) -> None:
    """Refuse a pair that leaves more people of a group decided on than may be placed.

    :raises Conflict: naming the limit.
    """
    rules = policy_from_toml(proposal_round.policy.document)
    if not rules.limits:
        return
    decided = [one for one in matches.decided(subject.round_id) if one.id != subject.id]
    over = [facts for facts in broken_today([*decided, subject], rules) if facts["kind"] == "most"]
    if over:
        why = " ".join(map(named, over))
        raise Conflict(
            _("With this pair the policy is not kept. %(why)s Bar the pair, or take another decision back.", why=why),
            limits=over,
        )


def refuse_unkept(subject: Round) -> None:
    """Refuse approved pairs that do not keep the side rules which must hold.

    :raises Conflict: naming each rule.
    """
    rules = policy_from_toml(queries.round_by_id(subject.id).policy.document)
    unkept = broken_today(matches.approved(subject.id), rules)
    if unkept:
        why = " ".join(map(named, unkept[:NAMED]))
        raise Conflict(
            _("The approved pairs do not keep the policy. %(why)s Run the round again; it then knows.", why=why),
            limits=unkept,
        )


def named(facts: Mapping[str, Any]) -> str:
    """Return what is not kept of a side rule, groups and projects by their names."""
    return _broken(facts, {}, queries.titles({facts["project"]} if "project" in facts else ()))


def failure(code: str, facts: Mapping[str, Any]) -> str:
    """Return why a round could not be solved and what to do, the side rule that stood in the way by its name."""
    if code in {"cannot_be_met", "kept_above", "kept_together"} and "of" in facts:
        why = named({"people": 1, **facts})
        return f"{failure_sentence(code, facts)} {_('In the nearest placement:')} {why}"
    return failure_sentence(code, facts)


def _with_name(use: LimitUse, names: Mapping[str, Words]) -> LimitUse:
    return replace(use, word=plain_named(names[f"{use.of}:{use.word}"]))


def _broken(facts: Mapping[str, Any], names: Mapping[str, Words], titles: Mapping[str, str]) -> str:
    """Return what is not kept of a side rule, groups and projects by their names."""
    told = dict(facts)
    if "group" in told:
        key = f"{told['of']}:{told['group']}"
        told["group"] = plain_named(names.get(key) or names_of_groups([key])[key])
    if "project" in told:
        told["project"] = titles.get(told["project"], told["project"])
    if "discipline" in told:
        key = f"discipline:{told['discipline']}"
        told["discipline"] = plain_named(names_of_groups([key])[key])
    return sentence_for_breach(told)


def _told(rules: Rules, names: Mapping[str, Words] | None) -> Iterator[tuple[str, str]]:
    for kind in rules.limits if names is not None else ():
        for code, (least, most) in rules.ranges(kind).items():
            group = plain_named(names[f"{kind}:{code}"] if names else None)
            yield kind, sentence_for_range(group, least, None if most == MOST_PEOPLE else most)
    if rules.one_team:
        yield (
            "team",
            str(_("A project of three seats or more has somebody of each discipline it names, or stays empty.")),
        )
    if rules.least_people > 1:
        yield (
            "least_people",
            ngettext(
                "A project of one seat or more has one person at least, or nobody.",
                "A project of %(num)d seats or more has %(num)d people at least, or nobody.",
                rules.least_people,
            ),
        )


def _freely(rules: Rules) -> list[str]:
    return [_("People may have several part-time seats, as long as they have the time.")] if rules.several_seats else []


def _cost(rules: Rules, name: str) -> str:
    cost = rules.breach_points.get(name)
    if cost is None:
        return str(_("This must hold."))
    return ngettext(
        "Each person too many or too few costs one point.",
        "Each person too many or too few costs %(num)d points.",
        cost,
    )
