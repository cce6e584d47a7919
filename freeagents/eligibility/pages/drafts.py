"""Pages that write a project: a draft from its title to its opening, one page for each part, with the live count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.accounts.models import Department
from freeagents.accounts.queries.directory import departments_of, person_by_id
from freeagents.country.entries import Rung
from freeagents.db.base import utc_now
from freeagents.eligibility.pages.counting import Told
from freeagents.eligibility.pages.sections import SECTION_OF, SECTIONS, following, readable
from freeagents.eligibility.pages.suggesting import Suggestions, with_assets
from freeagents.errors import Conflict, Invalid, NotFound, TooMany
from freeagents.extensions import db, pack
from freeagents.profiles.models import WORK_MODES
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.projects.schemas import SOURCES, DraftSchema
from freeagents.projects.services import writing
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.queries import by_family
from freeagents.web.filters import locale_code
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, render_fragment, see_other, wants_part
from freeagents.web.words import in_words, place_name

bp = Blueprint("drafts", __name__, url_prefix="/projects", template_folder="../templates")
WRITABLE = {"draft", "open"}


SECTION = f"/<project>/edit/<any({', '.join(map(repr, SECTIONS))}):section>"


@bp.get("/new")
@allow("project:create")
def new() -> Answer:
    """Ask what a new project is called, and whose it is where there is a choice."""
    return _new_page(Form(DraftSchema(), initial={"start_from": "nothing"}))


@bp.post("/new")
@allow("project:create")
def start() -> Answer:
    """Start a project as a draft."""
    form = Form(DraftSchema(), request.form, labels={"title": _("a title"), "start_from": _("what to start from")})
    with form.refusals():
        actor = current_actor()
        project = writing.draft_project(
            owner=person_by_id(actor.person_id),
            department=_chosen(form.data["department"], _departments()),
            data={"title": form.data["title"]},
            pack=pack,
            actor_id=actor.person_id,
        )
        if form.data["start_from"] in SOURCES:
            return see_other("filling.choose", project=project.public_id, source=form.data["start_from"])
        return see_other("drafts.summary", project=project.public_id)
    return _new_page(form)


@bp.get("/<project>/draft")
@allow("project:edit", project=whole_project)
def summary(project: Project) -> Answer:
    """Show all that was written, what is missing, and who qualifies."""
    if project.state not in WRITABLE:
        return see_other("applications.project", project=project.public_id)
    return _summary_page(project)


@bp.post("/<project>/open")
@allow("project:edit", project=whole_project)
def open_project(project: Project) -> Answer:
    """Show a draft to the pool."""
    form = Form(Schema(), request.form)
    with form.refusals():
        writing.open_project(
            project=project,
            today=utc_now().date(),
            longest_days=pack.rules.longest_days,
            actor_id=current_actor().person_id,
        )
        flash(_("The project is open. People can apply from now on, and the next round fills its seats."), "success")
        return see_other("applications.project", project=project.public_id)
    if project.state not in WRITABLE:
        raise Conflict(_("This project has ended. It cannot be opened."))
    wrong = _unready(project) or {name: said for name, said in form.errors.items() if name}
    if wrong:
        form.errors = {}
    for field, sentence in wrong.items():
        form.fail(SECTION_OF.get(field, field), sentence)
    return _summary_page(project, form)


@bp.get(SECTION)
@allow("project:edit", project=whole_project)
def section_form(project: Project, section: str) -> Answer:
    """Show the page of one part."""
    if project.state not in WRITABLE:
        return see_other("applications.project", project=project.public_id)
    return _section_page(project, section, SECTIONS[section].form(project), version=project.version)


@bp.post(SECTION)
@allow("project:edit", project=whole_project)
def write_section(project: Project, section: str) -> Answer:
    """Save one part, or add or remove one of its rows."""
    form = SECTIONS[section].form()
    version = request.form.get("version", -1, type=int)
    with form.refusals():
        data = form.data | (with_assets(project, Suggestions.taken()) if SECTIONS[section].suggests else {})
        writing.write_project(
            project=project, data=data, pack=pack, actor_id=current_actor().person_id, version=version
        )
        ahead = following(project, section) if request.form.get("then") == "next" else None
        if ahead is not None:
            return see_other("drafts.section_form", project=project.public_id, section=ahead)
        flash(_("The project is saved."), "success")
        return see_other("drafts.summary", project=project.public_id)
    if form.refused_with is not None:
        project = _as_saved(project)
        if form.refused_with == Conflict.status:
            # The person is told, and sees what is there now before saving over it.
            version = project.version
    return _section_page(project, section, form, version=version)


@bp.post("/<project>/count")
@allow("project:count", project=whole_project)
def count(project: Project) -> Answer:
    """Count with what is typed on the page of a part; nothing is saved."""
    section = request.form.get("section", "")
    if section not in SECTIONS or not SECTIONS[section].counted:
        raise NotFound(_("There is nothing at this address."))
    form = SECTIONS[section].form()
    told = Told.of(project, readable(form), unread=bool(form.errors))
    status = TooMany.status if told.refusal else None
    if wants_part():
        return render_fragment("eligibility/_count.html", told=told, status=status or 200)
    version = request.form.get("version", -1, type=int)
    return _section_page(project, section, form, version=version, told=told, status=status)


@bp.post("/<project>/suggest")
@allow("project:edit", project=whole_project)
def suggest(project: Project) -> Answer:
    """Suggest skills for what is typed on the page of a part; nothing is saved."""
    section = request.form.get("section", "")
    if section not in SECTIONS or not SECTIONS[section].suggests:
        raise NotFound(_("There is nothing at this address."))
    form = SECTIONS[section].form()
    suggestions = Suggestions.of(project, readable(form), taken=Suggestions.taken())
    if wants_part():
        return render_fragment("eligibility/_suggested.html", suggestions=suggestions)
    version = request.form.get("version", -1, type=int)
    return _section_page(project, section, form, version=version, suggestions=suggestions)


def _as_saved(project: Project) -> Project:
    """Return the project as the database has it: what the rules refused must not reach it with the next question."""
    db.session.rollback()
    found = whole_project(project.public_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _departments() -> list[Department]:
    """Return the departments for which the person may post, by name."""
    found = {
        department.id: department
        for role in ("manager", "hr")
        for department in departments_of(current_actor().person_id, role)
    }
    return sorted(found.values(), key=lambda department: in_words(department.names).casefold())


def _chosen(public_id: str, departments: Sequence[Department]) -> Department:
    if len(departments) == 1:
        return departments[0]
    for department in departments:
        if department.public_id == public_id:
            return department
    raise Invalid(_("Choose a department."), field="department")


def _new_page(form: Form) -> Answer:
    departments = [(department.public_id, in_words(department.names)) for department in _departments()]
    return render("eligibility/new.html", form=form, departments=departments)


def _unready(project: Project) -> dict[str, str]:
    return writing.unready(project, today=utc_now().date(), longest_days=pack.rules.longest_days)


def _summary_page(project: Project, form: Form | None = None) -> Answer:
    missing = _unready(project)
    return render(
        "eligibility/summary.html",
        form=form or Form(Schema()),
        project=project,
        sections={name: section.title for name, section in SECTIONS.items()},
        missing={SECTION_OF.get(field, field): sentence for field, sentence in reversed(missing.items())},
        told=Told.of(project),
    )


def _section_page(
    project: Project,
    section: str,
    form: Form,
    *,
    version: int,
    told: Told | None = None,
    suggestions: Suggestions | None = None,
    status: int | None = None,
) -> Answer:
    counted = SECTIONS[section].counted
    if SECTIONS[section].suggests and suggestions is None:
        suggestions = Suggestions.of(project, readable(form), taken=Suggestions.taken())
    return render(
        f"eligibility/{section}.html",
        form=form,
        status=status,
        project=project,
        section=section,
        version=version,
        stale=form.refused_with == Conflict.status,
        suggestions=suggestions,
        told=told or (Told.of(project, readable(form)) if counted else None),
        skill_groups=by_family(pack, locale_code()) if section == "skills" else [],
        levels=[(level, in_words(names)) for level, names in pack.levels.items()],
        work_modes=WORK_MODES,
        places=sorted({place_name(code) for code in pack.places}, key=str.casefold) if section == "where" else [],
        disciplines=_choices(pack.disciplines, form.values("discipline")),
        grades=_rungs(pack.grades, form.value("grade_min"), form.value("grade_max")),
        clearances=_rungs(pack.clearances, form.value("clearance")),
        languages=_choices(pack.language_scheme.languages),
    )


def _rungs(ladder: Mapping[str, Rung], *held: str) -> list[tuple[str, str]]:
    names = {code: f"{code} ({in_words(rung.names)})" for code, rung in ladder.items()}
    return [*names.items(), *((code, code) for code in dict.fromkeys(held) if code and code not in names)]


def _choices(entries: Mapping[str, Mapping[str, str]], held: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return value and text of each choice; what is held already is one of them, even where the pack lacks it."""
    choices = [(code, in_words(names)) for code, names in entries.items()]
    return choices + [(code, code) for code in held if code not in entries]
