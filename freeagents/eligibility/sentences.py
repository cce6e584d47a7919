"""Says in words what the rules and the matcher say in codes; in English where no application is running."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from freeagents.eligibility.advice import Naming, your_nearest_sentence
from freeagents.eligibility.facts import Lapse, LimitUse
from freeagents.web.filters import day, points
from freeagents.web.words import part_name, spoken_name

RULE_NAMES = {
    "essential_skills": _l("essential skills"),
    "admission": _l("admission to the pool"),
    "another_department": _l("another department"),
    "clearance": _l("security clearance"),
    "grade": _l("grade"),
    "languages": _l("languages"),
    "work_mode": _l("way of working"),
    "place": _l("place of work"),
    "availability": _l("dates and share of time"),
    "conflict": _l("conflict of interest"),
    "barred": _l("ruled out by HR"),
}
RULE_SENTENCES = {
    "essential_skills": _l("Not every essential skill is held at the level asked"),
    "admission": _l("The person is not admitted to the pool, or has paused"),
    "another_department": _l("The project is in the person’s own department"),
    "clearance": _l("The security clearance the project needs is not held to its last day"),
    "grade": _l("The grade is outside the project’s band"),
    "languages": _l("Not every language is held at the level asked to the project’s last day"),
    "work_mode": _l("The person does not work in the way the project does"),
    "place": _l("The place of work is farther than the person would go"),
    "availability": _l("The person is not free on every day at the share of time asked"),
    "conflict": _l("A conflict of interest was declared"),
    "barred": _l("HR has ruled the pair out"),
}
YOUR_RULE_SENTENCES = {
    "essential_skills": _l("You do not hold every essential skill at the level asked"),
    "admission": _l("You are not in the pool, or you have paused"),
    "another_department": _l("The project is in your own department"),
    "clearance": _l("It needs a security clearance that your profile does not show"),
    "grade": _l("Your grade is outside the band it asks for"),
    "languages": _l("You do not hold every language at the level asked"),
    "work_mode": _l("You did not say that you would work in this way"),
    "place": _l("It is farther away than you would go"),
    "availability": _l("You are not free on every day for the share of time asked"),
    "conflict": _l("You declared a conflict of interest"),
    "barred": _l("HR has ruled the pair out and gave a reason"),
}
YOUR_ANSWERS = {
    "approved": _l("HR approved the match. You will hear about the next step."),
    "placed_elsewhere": _l("You are matched with another project."),
    "reviewer": _l("HR ruled this match out and gave a reason. Ask HR for it."),
    "not_in_pool": _l("You were not in the pool, or had paused, when the round was run."),
    "project_filled": _l("The project ended: its seats are filled."),
    "project_cancelled": _l("The project was cancelled."),
    "project_called_off": _l(
        "You were matched with this project, and then it was cancelled. Your match has ended with it: these days are"
        " yours again."
    ),
    "project_expired": _l("The project expired before its seats were filled."),
}
OBJECTIVES = {
    "most_score": _l("No other placement of people in seats has a higher total score."),
    "most_seats": _l("No other placement fills more seats, and none that fills as many has a higher total score."),
    "worst_off": _l(
        "No other placement fills more seats. Of those that fill as many, none has a higher lowest score of a pair, "
        "and none with as high a lowest score has a higher total."
    ),
    "stable_people": _l(
        "No person and project would both rather have each other than what they have, and no other such placement is "
        "better for any person."
    ),
    "stable_projects": _l(
        "No person and project would both rather have each other than what they have, and no other such placement is "
        "better for any project."
    ),
    "fewest_changes": _l(
        "No other placement has a higher total score once each pair of the placement before that is not kept has cost "
        "its price."
    ),
}
OUTCOMES = {
    "placed_elsewhere": _l("The person is matched with another project."),
    "reviewer": _l("HR ruled this pair out and gave a reason."),
    "approved": _l("HR approved the match."),
}


def rule_name(code: str) -> str:
    """Return a hard rule as a noun phrase, such as *essential skills*; a code of no rule stays as it is."""
    return str(RULE_NAMES.get(code, code))


def rule_sentence(code: str, detail: str = "") -> str:
    """Return what is amiss when a pair breaks a hard rule.

    :param detail: what in particular, such as the skills that are missing; follows in brackets.
    """
    sentence = str(RULE_SENTENCES.get(code, rule_name(code)))
    return f"{sentence} ({detail})." if detail else f"{sentence}."


def your_rule_sentence(code: str, detail: str = "") -> str:
    """Return :func:`rule_sentence` as one says it to the person it is about."""
    sentence = str(YOUR_RULE_SENTENCES.get(code, rule_name(code)))
    return f"{sentence} ({detail})." if detail else f"{sentence}."


def your_rule_sentences(code: str, lapses: Iterable[Lapse], detail: str = "") -> list[str]:
    """Return :func:`your_rule_sentence`, or in its stead what ends too early, where nothing else breaks the rule."""
    return [your_lapse(lapse) for lapse in lapses if lapse.rule == code] or [your_rule_sentence(code, detail)]


def your_lapse(lapse: Lapse) -> str:
    """Return until when something counts, and the project runs, as one says it to the person it is about."""
    days = {"until": day(lapse.until), "needed": day(lapse.needed)}
    if lapse.rule == "clearance":
        return str(_("Your clearance counts until %(until)s; the project runs until %(needed)s.", **days))
    return str(
        _(
            "Your test of %(language)s counts until %(until)s; the project runs until %(needed)s.",
            language=spoken_name(lapse.word),
            **days,
        )
    )


def your_answer(code: str, facts: Mapping[str, Any]) -> str:
    """Return, to the person who applied, why the application was answered as it was."""
    if code == "rules_not_met":
        ends = [Lapse(rule, word, *map(date.fromisoformat, days)) for rule, word, *days in facts.get("lapses", ())]
        return " ".join(said for rule in facts.get("rules", ()) for said in your_rule_sentences(rule, ends))
    return str(YOUR_ANSWERS[code]) if code in YOUR_ANSWERS else sentence_for_person(code, facts, {})


def your_answers(code: str, facts: Mapping[str, Any]) -> list[str]:
    """Return :func:`your_answer` and, where it is told with this answer, what would have placed the person."""
    answers = [your_answer(code, facts)]
    if "nearest" in facts:
        change = facts["nearest"]
        names = {change["skill"]: change["names"]} if change and "skill" in change else {}
        answers.append(your_nearest_sentence(change, change["title"] if change else "", Naming.spoken(names)))
    return answers


def objective_sentence(objective: str) -> str:
    """Return what an objective makes as great as can be."""
    return str(OBJECTIVES.get(objective, objective))


def sentence_for_pair(parts: Mapping[str, int], most: Mapping[str, int], *, kept: bool = False) -> str:
    """Return why a pair is proposed, in units given as points; parts that earn nothing are left out.

    :param parts: the parts the reader may see, in units; ``most``: what each can earn.
    """
    earned = [
        _(
            "%(points)s of %(most)s for %(part)s",
            points=points(units),
            most=points(most[part]),
            part=part_name(part),
        )
        for part, units in parts.items()
        if units
    ]
    first = _("Kept by HR.") if kept else _("Meets every hard rule.")
    told = _listed(earned) if earned else _("nothing")
    return str(first + " " + _("Earns %(parts)s.", parts=told))


def sentence_for_seat(code: str, facts: Mapping[str, Any]) -> str:
    """Return why a seat stays empty."""
    if code == "nobody_allowed":
        return str(_("Nobody meets every hard rule.")) + _alone_keeping_people_out(facts.get("alone", {}))
    if code == "nobody_else_allowed":
        first = ngettext(
            "The one person who meets every hard rule has another seat of this project.",
            "All %(num)d people who meet every hard rule have other seats of this project.",
            facts["allowed"],
        )
        return str(first) + _alone_keeping_people_out(facts.get("alone", {}))
    if code == "chosen_elsewhere":
        return str(
            ngettext(
                "One more person meets every hard rule, but adds more to the whole in another seat.",
                "%(num)d more people meet every hard rule, but add more to the whole in other seats.",
                facts["elsewhere"],
            )
        )
    if code == "limited":
        return str(
            ngettext(
                "One person who meets every hard rule is left out all the same, since the round has limits.",
                "%(num)d people who meet every hard rule are left out all the same, since the round has limits.",
                facts["idle"],
            )
        )
    return code


def sentence_for_range(group: str, least: int, most: int | None) -> str:
    """Return what a limit asks; ``most`` None: there is none."""
    if least and most is not None:
        told = _("From %(least)d to %(most)d people of %(group)s are placed.", least=least, most=most, group=group)
    elif least:
        told = ngettext(
            "At least one person of %(group)s is placed.",
            "At least %(num)d people of %(group)s are placed.",
            least,
            group=group,
        )
    else:
        told = ngettext(
            "At most one person of %(group)s is placed.",
            "At most %(num)d people of %(group)s are placed.",
            most or 0,
            group=group,
        )
    return str(told)


def sentence_for_limit(use: LimitUse) -> str:
    """Return what a limit came to."""
    open_ended = use.least > 0 and use.most >= use.people
    told = sentence_for_range(use.word, use.least, None if open_ended else use.most)
    if use.units is None or use.placed != use.most:
        count = ngettext("One is.", "%(num)d are.", use.placed)
        return f"{told} {count}"
    if use.seats > 0:
        more = _("One more would fill a seat more.")
    elif use.units > 0:
        more = _("One more would add %(points)s points to the whole.", points=points(use.units))
    else:
        more = _("One more would add nothing.")
    return f"{told} {more}"


def sentence_for_breach(facts: Mapping[str, Any]) -> str:
    """Return what is not kept of a side rule, or cannot be: ``kind``, ``people`` and where."""
    if facts["kind"] == "apart":
        return str(_("%(one)s and %(other)s are together on project %(project)s.", **facts))
    if facts["kind"] == "time":
        return str(_("Somebody has more seats than time."))
    if facts["kind"] == "minimum":
        return str(
            ngettext(
                "On project %(project)s one person too few is placed.",
                "On project %(project)s %(num)d people too few are placed.",
                facts["people"],
                project=facts["project"],
            )
        )
    if facts["kind"] == "team":
        return str(_("Project %(project)s has nobody of the discipline %(discipline)s.", **facts))
    told = {
        "most": ngettext(
            "Of %(group)s one person too many is placed.", "Of %(group)s %(num)d people too many are placed.",
            facts["people"], group=facts["group"],
        ),
        "least": ngettext(
            "Of %(group)s one person too few is placed.", "Of %(group)s %(num)d people too few are placed.",
            facts["people"], group=facts["group"],
        ),
    }  # fmt: skip
    return str(told[facts["kind"]])


def sentence_for_gap(seats: int, units: int) -> str:
    """Return by how much any other placement could be better at most."""
    if not seats and not units:
        return str(_("Proven: no other placement is better."))
    if not seats:
        return str(_("No other placement is better by more than %(points)s points.", points=points(units)))
    return str(
        _(
            "No other placement is better by more than %(seats)d seats and %(points)s points.",
            seats=seats,
            points=points(units),
        )
    )


def sentence_for_person(code: str, facts: Mapping[str, Any], titles: Mapping[str, str], *, scores: bool = False) -> str:
    """Return what became of a person in a round.

    :param titles: key → title of the projects that ``facts`` may name; a key without a title stands for itself.
    :param scores: name the nearest project and total scores; only for reviewers, since private parts are in them.
    """
    if code == "no_seat_allowed":
        return str(_("Every project with seats is ruled out.")) + _alone_keeping_from(facts.get("alone"))
    if code == "seats_kept":
        return str(
            ngettext(
                "All seats of the one project that would be allowed are kept for others.",
                "All seats of the %(num)d projects that would be allowed are kept for others.",
                facts["allowed"],
            )
        )
    if code == "others_scored_more":
        return _others_scored_more(facts, titles, scores=scores)
    if code == "limited":
        return str(
            ngettext(
                "One project would be allowed, but within the limits of the round others add more to the whole.",
                "%(num)d projects would be allowed, but within the limits of the round others add more to the whole.",
                facts.get("allowed", 1),
            )
        )
    return str(OUTCOMES.get(code, code))


def _others_scored_more(facts: Mapping[str, Any], titles: Mapping[str, str], *, scores: bool) -> str:
    sentence = str(
        ngettext(
            "One project would be allowed, but its seats went to people who add at least as much to the whole.",
            "%(num)d projects would be allowed, but their seats went to people who add at least as much to the whole.",
            facts.get("allowed", 1),
        )
    )
    if not scores or "project" not in facts:
        return sentence
    nearest = _(
        "The nearest was %(project)s: %(score)s points, where the lowest placed has %(lowest)s.",
        project=titles.get(facts["project"], facts["project"]),
        score=points(facts["score"]),
        lowest=points(facts["lowest"]),
    )
    return f"{sentence} {nearest}"


def _alone_keeping_people_out(alone: Mapping[str, int]) -> str:
    told = [
        ngettext("%(rule)s, %(num)d person", "%(rule)s, %(num)d people", count, rule=rule_name(code))
        for code, count in _most_first(alone)
    ]
    return " " + str(_("Kept out by a single rule: %(rules)s.", rules="; ".join(told))) if told else ""


def _alone_keeping_from(alone: Mapping[str, int] | None) -> str:
    if alone is None:
        return ""
    told = [
        ngettext("%(rule)s, %(num)d project", "%(rule)s, %(num)d projects", count, rule=rule_name(code))
        for code, count in _most_first(alone)
    ]
    if not told:
        return " " + str(_("Each of them is ruled out by two rules or more."))
    return " " + str(_("Ruled out by a single rule: %(rules)s.", rules="; ".join(told)))


def _most_first(alone: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(alone.items(), key=lambda pair: (-pair[1], pair[0]))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else str(_("%(most)s and %(last)s", most=", ".join(words[:-1]), last=words[-1]))
