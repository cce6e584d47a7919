"""The page that lists open projects: those that suit whoever looks best first, or newest first."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from freeagents.applications.queries import finding
from freeagents.applications.queries.finding import NEAR, Found
from freeagents.applications.queries.wanted import Counts, Wanted
from freeagents.applications.schemas import FindSchema
from freeagents.db.base import utc_now
from freeagents.eligibility.facts import PersonFacts
from freeagents.eligibility.fitting import Fit
from freeagents.eligibility.pool import people_facts
from freeagents.extensions import pack
from freeagents.profiles.models import WORK_MODES
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.filters import number
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render
from freeagents.web.words import in_words, place_name, work_mode_name

bp = Blueprint("finding", __name__, template_folder="../templates")
ASKED = tuple(one.name for one in fields(Wanted))
UNSAVED = ("order", "month", "place")
"""What a saved search does not ask."""


@bp.get("/projects")
@allow("project:list")
def projects() -> Answer:
    """List open projects, to agents how they fit each, those that suit best first."""
    actor = current_actor()
    form = Form(
        FindSchema(),
        MultiDict({"show": "all", "order": "best"} | request.args.to_dict()),
        labels={
            "text": _("The words"),
            "work_mode": _("a way of working from the list"),
            "month": _("The month"),
            "place": _("The place"),
        },
    )
    asked = form.understood
    wanted = Wanted(**{name: asked[name] for name in ASKED if asked.get(name)})
    if wanted.place and (known := pack.place(wanted.place)):
        wanted = replace(wanted, place=known.code)
    show, order, after = asked.get("show", "all"), asked.get("order", "best"), request.args.get("after")
    person = None
    if actor.agent:
        person = people_facts(today=utc_now().date(), only=actor.person_id).get(actor.person_id)
    if person is None or (order == "newest" and show == "all"):
        show = "all"
        found = finding.newest(person_id=actor.person_id, person=person, wanted=wanted, after=after, pack=pack)
    else:
        found = finding.best(person_id=actor.person_id, person=person, wanted=wanted, show=show, after=after, pack=pack)
    kept = {name: value for name in form.schema.load_fields if (value := request.args.get(name))}
    return render(
        "applications/projects.html",
        form=form,
        found=found,
        rows=[_card(row, person) for row in found.rows],
        nearest=[_card(row, person) for row in found.nearest],
        show=show,
        near=NEAR,
        filtered=wanted != Wanted(),
        month=wanted.month,
        place=place_name(wanted.place) if wanted.place else "",
        knows_fit=person is not None,
        saved={name: value for name, value in kept.items() if name not in UNSAVED and value != "near"},
        first=_address(kept) if after else "",
        following=_address(kept | {"after": found.after}) if found.after else "",
        wider=_wider(wanted, found.counts, kept),
        shows=_shows(found.shares),
        disciplines=[
            (code, _counted(in_words(names), found.counts.of(discipline=code, work_mode=wanted.work_mode)))
            for code, names in pack.disciplines.items()
        ],
        work_modes=[
            (mode, _counted(work_mode_name(mode), found.counts.of(discipline=wanted.discipline, work_mode=mode)))
            for mode in WORK_MODES
        ],
    )


def _card(row: Found, person: PersonFacts | None) -> tuple[Found, Fit | None, list[str]]:
    """Return a project, how the person fits, and the names of the skills asked that the person wants to learn."""
    if row.told is None or person is None:
        return row, None, []
    grows = [in_words(one.skill.names) for one in row.project.criteria if one.skill.code in person.learning]
    return row, Fit.of(row.project, row.told), grows


def _shows(shares: Any) -> list[tuple[str, str]]:
    """Return which projects one may choose to see, with how many there are of each, where that was looked at."""
    names = {"all": _("All of them"), "fits": _("Those I qualify for"), "near": _("Those nearly in reach")}
    return [(show, _counted(name, shares[show]) if shares else name) for show, name in names.items()]


def _wider(wanted: Wanted, counts: Counts, kept: dict[str, Any]) -> list[tuple[str, str]]:
    """Return words and address of what is left of a search without one of its filters, where that is something."""
    without = {
        "discipline": (wanted.discipline, counts.of(work_mode=wanted.work_mode), _("in any discipline")),
        "work_mode": (wanted.work_mode, counts.of(discipline=wanted.discipline), _("with any way of working")),
    }
    return [
        (_counted(words, count), _address({key: value for key, value in kept.items() if key != name}))
        for name, (asked, count, words) in without.items()
        if asked and count
    ]


def _counted(words: str, count: int) -> str:
    return f"{words} ({number(count)})"


def _address(arguments: dict[str, Any]) -> str:
    return url_for("finding.projects", **arguments)
