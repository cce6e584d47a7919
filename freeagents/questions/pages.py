"""Pages of questions and answers about a project: read them, ask, answer."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.projects.models import Project
from freeagents.projects.queries import owned_project
from freeagents.questions import queries, services
from freeagents.questions.models import Question
from freeagents.questions.schemas import DecisionSchema, QuestionSchema
from freeagents.security.access import allows
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("questions", __name__, template_folder="templates")
PAGE = 20
MOST_WAITING = 100


@bp.get("/projects/<project>/questions")
@allow("project:read", project=owned_project)
def index(project: Project) -> Answer:
    """List what was asked and answered; to whoever may answer also what waits."""
    return _index(project, Form(Schema()))


@bp.get("/projects/<project>/questions/new")
@allow("question:ask", project=owned_project)
def new(project: Project) -> Answer:
    """Show the form for a question."""
    return render("questions/new.html", form=Form(QuestionSchema()), project=project)


@bp.post("/projects/<project>/questions/new")
@allow("question:ask", project=owned_project)
def ask(project: Project) -> Answer:
    """Ask a question."""
    form = Form(QuestionSchema(), request.form, labels={"words": _("your question")})
    with form.refusals():
        services.ask(project=project, person_id=current_actor().person_id, **form.data)
        flash(_("Your question is with the owners of the project. We tell you when they answer."), "success")
        return see_other("questions.index", project=project.public_id)
    return render("questions/new.html", form=form, project=project)


@bp.post("/questions/<question>/withdraw")
@allow("question:withdraw", question=queries.question_by_public_id)
def withdraw(question: Question) -> Answer:
    """Take a question back."""
    project = question.project
    form = Form(Schema(), request.form)
    with form.refusals():
        services.withdraw(question=question, actor_id=current_actor().person_id)
        flash(_("Your question is withdrawn. Nothing of it is kept."), "success")
        return see_other("questions.index", project=project.public_id)
    return _index(project, form)


@bp.get("/questions/<question>")
@allow("question:answer", question=queries.question_by_public_id)
def answer_form(question: Question) -> Answer:
    """Show a question to whoever may answer it."""
    if question.state != "asked":
        return see_other("questions.index", project=question.project.public_id)
    return render("questions/answer.html", form=Form(DecisionSchema()), question=question)


@bp.post("/questions/<question>")
@allow("question:answer", question=queries.question_by_public_id)
def answer(question: Question) -> Answer:
    """Answer a question for everybody, or say to whoever asked why it is not published."""
    labels = {"decision": _("whether to publish the question"), "answer": _("the answer")}
    form = Form(DecisionSchema(), request.form, labels=labels)
    actor_id = current_actor().person_id
    with form.refusals():
        if form.data["decision"] == "answered":
            services.answer(question=question, answer=form.data["answer"], actor_id=actor_id)
            flash(_("Question and answer are published."), "success")
        else:
            services.decline(question=question, reason=form.data["answer"], actor_id=actor_id)
            flash(_("The question is not published. Whoever asked reads why."), "success")
        return see_other("questions.index", project=question.project.public_id)
    return render("questions/answer.html", form=form, question=question)


def _index(project: Project, form: Form) -> Answer:
    actor = current_actor()
    after = request.args.get("after") or None
    rows = queries.in_state(project.id, "answered", after=after, limit=PAGE + 1)
    answers = allows("project:edit", actor, project)
    address = url_for("questions.index", project=project.public_id)
    return render(
        "questions/index.html",
        form=form,
        project=project,
        answered=rows[:PAGE],
        waiting=queries.in_state(project.id, "asked", after=None, limit=MOST_WAITING) if answers else [],
        own=[one for one in queries.asked_by(actor.person_id, project_id=project.id) if one.state != "answered"],
        answers=answers,
        first=address if after else "",
        following=url_for("questions.index", project=project.public_id, after=rows[PAGE - 1].public_id)
        if len(rows) > PAGE
        else "",
    )
