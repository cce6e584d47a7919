"""Pages of messages: the inbox, one message, when mail comes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for
from flask_babel import gettext as _

from freeagents.errors import NotFound
from freeagents.extensions import settings
from freeagents.messages import queries
from freeagents.messages.kinds import TOPICS, say
from freeagents.messages.mail import calendar
from freeagents.messages.models import Message
from freeagents.messages.schemas import MailChoiceSchema
from freeagents.messages.services import reading
from freeagents.security.actor import Actor, current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("messages", __name__, template_folder="templates")
PAGE = 20


def unread(actor: Actor) -> int:
    """Return how many messages are unread, without the one that this very request has read."""
    return actor.unread - int(g.get("read_now", 0))


@bp.get("/messages")
@allow("message:list_own")
def index() -> Answer:
    """List one's own messages, newest first."""
    after = request.args.get("after")
    found = queries.messages_of(current_actor().person_id, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    return render(
        "messages/index.html",
        rows=[(message, say(message.kind, message.facts).subject) for message in shown],
        first=url_for("messages.index") if after else "",
        following=url_for("messages.index", after=shown[-1].public_id) if len(found) > PAGE else "",
        by_mail=settings.smtp_url is not None,
    )


@bp.get("/messages/<message>")
@allow("message:read", message=queries.message_by_public_id)
def show(message: Message) -> Answer:
    """Show a message, which is read by that."""
    g.read_now = int(reading.note_reading(message=message))
    return render("messages/show.html", message=message, said=say(message.kind, message.facts))


@bp.get("/messages/<message>/dates.ics")
@allow("message:read", message=queries.message_by_public_id)
def dates(message: Message) -> Answer:
    """Return the days of a message as a calendar file."""
    said = say(message.kind, message.facts)
    if said.dates is None:
        raise NotFound(_("There is nothing at this address."))
    file = calendar([said.dates], message.created_at)
    headers = {"Content-Disposition": 'attachment; filename="dates.ics"'}
    return Response(file, mimetype="text/calendar", headers=headers)


@bp.post("/messages/read")
@allow("message:list_own")
def read_all() -> Answer:
    """Mark all messages as read."""
    reading.read_all(recipient_id=current_actor().person_id)
    flash(_("All your messages are marked as read."), "success")
    return see_other("messages.index")


@bp.get("/account/mail")
@allow("message:list_own")
def settings_form() -> Answer:
    """Ask when mail should come."""
    person_id = current_actor().person_id
    chosen = {topic: moment for (_person, topic), moment in queries.choices_of([person_id]).items()}
    usual = {name: topic.moments[0] for name, topic in TOPICS.items()}
    return _settings_page(Form(MailChoiceSchema(), initial=usual | chosen))


@bp.post("/account/mail")
@allow("message:list_own")
def write_settings() -> Answer:
    """Keep when mail should come."""
    form = Form(MailChoiceSchema(), request.form)
    with form.refusals():
        reading.choose(recipient_id=current_actor().person_id, moments=form.data)
        flash(_("We will send you mail as you chose."), "success")
        return see_other("messages.index")
    return _settings_page(form)


def _settings_page(form: Form) -> Answer:
    moments: dict[str, Any] = {
        "at_once": (_("At once"), ""),
        "daily": (_("Once a day"), _("What you have not read by then, in one mail early in the morning.")),
        "never": (_("Never"), _("You still find it under Messages.")),
    }
    return render(
        "messages/settings.html",
        form=form,
        by_mail=settings.smtp_url is not None,
        topics=[
            (name, str(topic.name), [(moment, *moments[moment]) for moment in topic.moments])
            for name, topic in TOPICS.items()
            if len(topic.moments) > 1
        ],
    )
