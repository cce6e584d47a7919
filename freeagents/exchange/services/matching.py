"""Matches people and projects of files: no database, no settings, no account."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from flask_babel import gettext as _

from freeagents.country.pack import Pack, Problem
from freeagents.eligibility import breaking, bridge
from freeagents.eligibility.advice import NOT_USED, Naming, filling_sentence, nearest_sentence
from freeagents.eligibility.case import Case, digest
from freeagents.eligibility.facts import LimitUse
from freeagents.eligibility.limits import gap_of, limits_of
from freeagents.eligibility.nearest import nearest_seats
from freeagents.eligibility.relaxing import fillings
from freeagents.eligibility.sentences import (
    objective_sentence,
    sentence_for_breach,
    sentence_for_gap,
    sentence_for_limit,
    sentence_for_pair,
    sentence_for_person,
    sentence_for_seat,
)
from freeagents.exchange.facts import case_of, group_code, unordered
from freeagents.exchange.rows import APART, APPLICATIONS, PEOPLE, PROJECTS, Rows, read_rows
from freeagents.exchange.services.unknown import unknown_words
from freeagents.exchange.tables import Faults, InputError, replacing, write_table
from freeagents.web.filters import plain_points

PROPOSAL_COLUMNS = ("project_id", "seat", "person_id", "score", *bridge.PARTS, "reason")
MOST_LOOKED_AT = 5_000_000
"""Up to so many pairs of a person allowed nowhere and a project, the report says which rules alone are in the way."""
VERSIONED = ("freeagents", "numpy", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFiles:
    """What goes into a match and what comes out of it."""

    people: Path
    projects: Path
    applications: Path | None = None
    policy: Path | None = None
    apart: Path | None = None
    proposals: Path
    report: Path


def match_files(files: MatchFiles, *, pack: Pack, progress: bridge.Progress | None = None) -> dict[str, Any]:
    """Solve the case the files state, write the proposals and the report, and return the report.

    :raises InputError: with all that is wrong with the files; then no file was written.
    """
    started = perf_counter()
    _refuse_writing_over(files)
    policy = _policy(files.policy, pack)
    case, titles = _case(files, pack)
    case = case.with_regions(pack, policy)
    read = perf_counter()
    try:
        answer = bridge.solve(case, policy, progress)
    except bridge.CaseError as error:
        raise InputError([_unsolvable(str(files.policy or ""), error)]) from error
    solved = perf_counter()
    report = _report(case, policy, answer, titles, pack=pack)
    with replacing(files.proposals, files.report) as (proposals, told):
        write_table(proposals, PROPOSAL_COLUMNS, proposal_rows(answer))
        seconds = {
            "read": read - started,
            **answer.seconds,
            "write": perf_counter() - solved,
            "total": perf_counter() - started,
        }
        report["seconds"] = {stage: round(spent, 3) for stage, spent in seconds.items()}
        _write_report(told, report)
    return report


def _refuse_writing_over(files: MatchFiles) -> None:
    """Refuse to write the proposals or the report over a file that is read, or over each other."""
    faults = Faults()
    read = [
        file
        for file in (files.people, files.projects, files.applications, files.policy, files.apart)
        if file is not None
    ]
    for target, others in ((files.proposals, read), (files.report, [*read, files.proposals])):
        if target.resolve() in {other.resolve() for other in others}:
            faults.add(str(target), 0, "", _("Another file of this match has this name. Choose another."))
    faults.refuse()


def _write_report(target: IO[str], report: Mapping[str, Any]) -> None:
    """Write JSON that people can read and diff: each member, and each item of a list, on a line of its own."""
    members = []
    for name, value in report.items():
        lines = [json.dumps(item, ensure_ascii=False) for item in (value if isinstance(value, list) else [value])]
        told = (
            "[\n    " + ",\n    ".join(lines) + "\n  ]"
            if isinstance(value, list) and value
            else lines[0]
            if lines
            else "[]"
        )
        members.append(f"  {json.dumps(name)}: {told}")
    target.write("{\n" + ",\n".join(members) + "\n}\n")


def proposal_rows(answer: bridge.Answer) -> Iterator[list[Any]]:
    """Yield the rows of the proposals file; score and parts in points, which add up exactly."""
    for placement in answer.placements:
        found = placement.explanation
        yield [
            placement.project,
            placement.seat,
            placement.person,
            plain_points(found.score),
            *(plain_points(found.parts[part]) for part in bridge.PARTS),
            sentence_for_pair(found.parts, found.most, kept=placement.kept),
        ]


def _case(files: MatchFiles, pack: Pack) -> tuple[Case, dict[str, str]]:
    faults = Faults()
    people = read_rows(PEOPLE, files.people, faults)
    projects = read_rows(PROJECTS, files.projects, faults)
    applications = read_rows(APPLICATIONS, files.applications, faults) if files.applications else None
    case = case_of(people, projects, applications, pack=pack, faults=faults)
    apart = list(_apart(read_rows(APART, files.apart, faults), people, faults)) if files.apart else []
    faults.refuse()
    return replace(case, apart=tuple(apart)), _titles(projects)


def _apart(rows: Rows, people: Rows, faults: Faults) -> Iterator[tuple[str, str]]:
    """Yield two people each who are not together on one project; note ids that are not among the people."""
    for row in rows:
        for column in APART.columns:
            if people.columns and (row.data[column],) not in people.ids:
                sentence = _(
                    "%(id)s is not in %(file)s. Add it there, or remove this row.",
                    id=row.data[column],
                    file=people.file,
                )
                faults.add(rows.file, row.line, column, sentence)
        one, other = (row.data[column] for column in APART.columns)
        if one == other:
            faults.add(rows.file, row.line, "other_id", _("Nobody is apart from themselves. Name two people."))
        yield one, other


def _titles(projects: Rows) -> dict[str, str]:
    return {row.data["project_id"]: row.data["title"] or row.data["project_id"] for row in projects}


def _policy(path: Path | None, pack: Pack) -> bridge.Policy:
    if path is None:
        return bridge.Policy()
    try:
        policy = bridge.policy_from_toml(path.read_text(encoding="utf-8-sig"))
        return replace(policy, limits={name: _coded(name, most, pack) for name, most in policy.limits.items()})
    except OSError as error:
        why = _("The file cannot be read: %(why)s.", why=error.strerror)
        raise InputError([Problem(str(path), 0, "", why)]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem(str(path), 0, "", _("This is not UTF-8. Save it in UTF-8."))]) from error
    except bridge.PolicyError as error:
        raise InputError([_policy_fault(str(path), fault) for fault in error.faults]) from error


def _unsolvable(file: str, error: bridge.CaseError) -> Problem:
    """Return why there is no plan: which limit, where, and by how many people."""
    if error.code == "not_with_objective":
        return Problem(
            file,
            0,
            "objective",
            _("Limits go with these objectives only: %(allowed)s.", allowed=", ".join(bridge.PRICED)),
        )
    if error.code != "cannot_be_met":
        return Problem(file, 0, str(error.facts.get("field", "")), _("This cannot be solved: %(why)s.", why=error.code))
    why = _("No placement keeps all limits that must hold. In the nearest one:")
    return Problem(file, 0, str(error.facts["field"]), f"{why} {sentence_for_breach(error.facts)}")


def _coded(name: str, most: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return a limit by the codes that the pack knows for its words.

    :raises PolicyError: two words are one group.
    """
    coded: dict[str, Any] = {}
    for word, count in most.items():
        code = group_code(pack, name, word)
        if code in coded:
            raise bridge.PolicyError((bridge.Fault(f"limits.{name}.{word}", "twice", code),))
        coded[code] = count
    return coded


def _policy_fault(file: str, fault: Any) -> Problem:
    sentences = {
        "not_toml": _("This is not TOML: %(why)s.", why=fault.allowed),
        "not_a_table": _("Write it as a table: [%(key)s].", key=fault.key),
        "unknown_key": _("A policy has no such key. Remove it."),
        "not_a_name": _("Write 1 to 80 printable characters."),
        "unknown_objective": _("Write one of: %(allowed)s.", allowed=fault.allowed),
        "out_of_range": _("Write a %(allowed)s.", allowed=fault.allowed),
        "not_true_or_false": _("Write true or false."),
        "not_a_range": _("Write a whole number, or { least = 1, most = 5 } with one of the two or both."),
        "least_above_most": _("The least must not be above the most."),
        "not_with_objective": _("Limits go with these objectives only: %(allowed)s.", allowed=fault.allowed),
        "twice": _("%(code)s is limited twice. Name it once.", code=fault.allowed),
        "all_zero": _("At least one part of the score must earn points."),
    }
    return Problem(file, 0, fault.key, sentences.get(fault.code, fault.code))


def _report(
    case: Case,
    policy: bridge.Policy,
    answer: bridge.Answer,
    titles: Mapping[str, str],
    *,
    pack: Pack,
) -> dict[str, Any]:
    limits = list(limits_of(answer, policy))
    return {
        "policy": asdict(policy),
        "country": {"pack": pack.code, "digest": pack.digest},
        "counts": {
            "people": len(case.people),
            "projects": len(case.projects),
            "seats": answer.stats["seats"],
            "applications": len(case.people.lists["wishes"]["word"]),
            "allowed_pairs": answer.stats["allowed_pairs"],
            "placed": len(answer.placements),
            "unfilled": len(answer.unfilled),
            "unplaced": len(answer.left_out),
            "blocking_pairs": answer.blocking,
        },
        "objective": {
            "name": str(answer.objective),
            "score": plain_points(sum(answer.totals.values())),
            "seats": len(answer.placements),
            "parts": {part: plain_points(units) for part, units in answer.totals.items()},
            "sentence": objective_sentence(answer.objective),
        },
        "limits": [_limit(use) for use in limits],
        "breaches": [_breach(facts) for facts in answer.breaches],
        "gap": _gap(answer),
        "notes": [*_notes(case), *unknown_words(case, pack), *_idle_limits(limits)],
        "not_used": [str(what) for what in NOT_USED],
        "unfilled": list(_unfilled(case, answer, pack)),
        "unplaced": list(_unplaced(case, answer, titles, pack)),
        "input": {"sha256": digest(case.pieces()).hex()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONED}},
    }


def _limit(use: LimitUse) -> dict[str, Any]:
    facts = {"of": use.of, "group": use.word, "least": use.least, "most": use.most, "placed": use.placed}
    added = None if use.units is None else {"seats": use.seats, "score": plain_points(use.units)}
    return facts | {"one_more_adds": added, "sentence": sentence_for_limit(use)}


def _breach(facts: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in facts.items() if name != "units"}
    return told | {"cost": plain_points(facts["units"]), "sentence": sentence_for_breach(facts)}


def _gap(answer: bridge.Answer) -> dict[str, Any]:
    """Return by how much any other placement could be better at most."""
    seats, units = gap_of(answer)
    return {"seats": seats, "score": plain_points(units), "sentence": sentence_for_gap(seats, units)}


def _idle_limits(limits: Sequence[LimitUse]) -> Iterator[dict[str, Any]]:
    """Yield a note for each limit on a group that nobody is in: its word may be misspelt."""
    for use in limits:
        if not use.people:
            facts = {"of": use.of, "group": use.word}
            sentence = _("The limit on %(group)s has no effect: nobody is of that %(of)s.", **facts)
            yield {"code": "limit_on_nobody", "facts": facts, "sentence": str(sentence)}


def _unfilled(case: Case, answer: bridge.Answer, pack: Pack) -> Iterator[dict[str, Any]]:
    filling, naming = dict(fillings(case, answer, pack)), _naming(pack)
    for row in answer.unfilled:
        told: dict[str, Any] = {
            "project_id": row.project,
            "seat": row.seat,
            "code": row.code,
            "facts": row.facts,
            "reason": sentence_for_seat(row.code, row.facts),
        }
        if row.project in filling:
            change = filling[row.project]
            facts = change.facts if change else None
            told |= {"filling": facts, "what_fills_it": filling_sentence(facts, naming)}
        yield told


def _unplaced(case: Case, answer: bridge.Answer, titles: Mapping[str, str], pack: Pack) -> Iterator[dict[str, Any]]:
    left_out = answer.left_out
    nowhere = left_out.person[left_out.reason == bridge.LEFT_OUT.index("no_seat_allowed")]
    told = len(nowhere) * len(case.projects) <= MOST_LOOKED_AT
    alone = iter(breaking.keeps_from(case, nowhere) if told else [])
    near, naming = dict(nearest_seats(case, answer)), _naming(pack)
    for row, (person, code, found) in zip(left_out.person.tolist(), bridge.reasons_of(left_out, case), strict=True):
        facts = found | {"alone": next(alone)} if told and code == "no_seat_allowed" else found
        sentence = sentence_for_person(code, facts, titles, scores=True)
        entry: dict[str, Any] = {"person_id": person, "code": code, "facts": facts, "reason": sentence}
        if answer.plan.is_priced:
            change = near.get(row)
            title = titles[change["project"]] if change else ""
            entry |= {"nearest": change, "what_would_place": nearest_sentence(change, title, naming)}
        yield entry


def _naming(pack: Pack) -> Naming:
    """Return what things are called where no application is running: by the pack, in English."""

    def skill(code: str) -> str:
        known = pack.skill(code)
        return pack.text(known.names, "en")[0] if known else code

    return Naming(skill, lambda level: pack.text(pack.levels[level], "en")[0], str)


def _notes(case: Case) -> Iterator[dict[str, Any]]:
    names = {"grade": _("Grade"), "clearance": _("Clearance")}
    for column, words in unordered(case).items():
        for word in sorted(words.held | words.asked):
            facts = {"word": word, "people": words.held[word], "projects": words.asked[word]}
            sentence = _(
                "%(what)s %(word)s has no ladder: compared by equality only"
                " (people: %(people)d, projects: %(projects)d).",
                what=names[column],
                **facts,
            )
            yield {"code": f"{column}_without_ladder", "facts": facts, "sentence": str(sentence)}
