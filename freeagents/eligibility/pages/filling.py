"""Pages that fill a draft in from a template, an earlier project of the department or a role level."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from freeagents.country.entries import Template
from freeagents.extensions import pack
from freeagents.projects.models import Project
from freeagents.projects.queries import earlier_projects, whole_project
from freeagents.projects.schemas import SOURCES, FillSchema
from freeagents.projects.services import filling
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.queries import roles_by_discipline
from freeagents.web.filters import day, locale_code, percent
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import in_words, work_mode_name

bp = Blueprint("filling", __name__, url_prefix="/projects", template_folder="../templates")
SOURCE = f"/<project>/fill/<any({', '.join(map(repr, SOURCES))}):source>"
SHOWN = 20
LABELS = {"template": _l("a template"), "project": _l("an earlier project"), "role": _l("a role")}


@bp.get(SOURCE)
@allow("project:edit", project=whole_project)
def choose(project: Project, source: str) -> Answer:
    """Ask which template, earlier project or role level a draft is filled in from."""
    if project.state != "draft":
        return see_other("applications.project", project=project.public_id)
    return _page(project, source, Form(_schema(source)))


@bp.post(SOURCE)
@allow("project:edit", project=whole_project)
def fill(project: Project, source: str) -> Answer:
    """Fill a draft in."""
    form = Form(_schema(source), request.form, labels={name: str(label) for name, label in LABELS.items()})
    with form.refusals():
        filling.fill_project(
            project=project, chosen=form.data, pack=pack, locale=locale_code(), actor_id=current_actor().person_id
        )
        flash(_("The draft is filled in. Look through it and change what is different here."), "success")
        return see_other("drafts.summary", project=project.public_id)
    return _page(project, source, form)


def _schema(source: str) -> FillSchema:
    schema = FillSchema(only=(source,))
    field = schema.load_fields[source]
    field.required = True
    field.error_messages["required"] = filling.REQUIRED[source]
    return schema


def _page(project: Project, source: str, form: Form) -> Answer:
    text = request.args.get("text", "").strip()[:100]
    found = earlier_projects(project.department, text=text, limit=SHOWN + 1) if source == "project" else []
    return render(
        f"eligibility/fill_{source}.html",
        form=form,
        project=project,
        text=text,
        templates=[(one.code, in_words(one.names), _in_short(one)) for one in pack.templates.values()],
        earlier=[(one.public_id, one.title, _opened(one)) for one in found[:SHOWN]],
        more=len(found) > SHOWN,
        role_groups=roles_by_discipline(pack, locale_code()) if source == "role" else [],
    )


def _in_short(template: Template) -> str:
    told = (
        work_mode_name(template.work_mode),
        ngettext("about one week", "about %(num)d weeks", template.weeks),
        _("full time")
        if template.time_percent == 100
        else _("%(share)s of the working week", share=percent(template.time_percent / 100)),
        ngettext("one person", "%(num)d people", template.seats),
    )
    return f"{in_words(template.outcomes)} {', '.join(told)}."


def _opened(project: Project) -> str:
    return f"{in_words(project.department.names)}, {day(project.opened_at)}" if project.opened_at else ""
