"""Pages that read skills from a file, for their owner to look over before anything is saved."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import gettext as _
from marshmallow import ValidationError

from freeagents.extensions import pack
from freeagents.profiles import queries
from freeagents.profiles.pages.profiles import PARTS, part_page, skills_as_data, with_more
from freeagents.profiles.schemas import FileSchema, read_file
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.skills.models import MOST_SKILLS
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render

bp = Blueprint("reading", __name__, url_prefix="/profile", template_folder="../templates")


@bp.get("/skills/file")
@allow("profile:edit_own")
def file_form() -> Answer:
    """Ask for a file to read skills from."""
    return render("profiles/file.html", form=Form(FileSchema()))


@bp.post("/skills/file")
@allow("profile:edit_own")
def read() -> Answer:
    """Show the skills of a file beside those held, to be looked over and saved there; nothing is saved here."""
    form = Form(FileSchema(), request.form, files=request.files, labels={"file": _("a file")})
    if form.valid:
        upload = form.data["file"]
        try:
            found = queries.recognised(read_file(upload.name, upload.content), pack)
        except ValidationError as error:
            form.fail("file", str(error.messages[0]))
        else:
            profile = queries.profile_or_empty(current_actor().person_id)
            skills = with_more(skills_as_data(profile), [dict(item) for item in found.skills])[:MOST_SKILLS]
            shown = PARTS["skills"].form(profile, skills=skills)
            return part_page("skills", shown, version=profile.version, read=found)
    return render("profiles/file.html", form=form)
