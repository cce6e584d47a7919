"""The API's questions about projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from freeagents.projects.models import Project
from freeagents.projects.queries import owned_project
from freeagents.questions import queries, services
from freeagents.questions.models import Question
from freeagents.questions.schemas import AnswerSchema, QuestionSchema
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.api import PageQuery, cut, page_of, resource

bp = resource("questions", "/questions", "The token owner's own questions, and answers to those of others.")
of_project_bp = resource("project_questions", "/projects", "What is asked about projects.")


class WaitingShown(Schema):
    """A question that waits for an answer; never who asked."""

    id = fields.String(attribute="public_id")
    question = fields.String(attribute="words")
    asked_at = fields.AwareDateTime()


class AnsweredShown(WaitingShown):
    """A question with its answer; never who asked."""

    answer = fields.String()
    answered_at = fields.AwareDateTime()


class OwnShown(WaitingShown):
    """One's own question, with what became of it."""

    project = fields.String(attribute="project.public_id")
    state = fields.String()
    answer = fields.String(allow_none=True, metadata={"description": "Where declined: the reason."})


@of_project_bp.route("/<project>/questions")
class ProjectQuestions(MethodView):
    """What is asked about a project."""

    @allow("project:read", project=owned_project)
    @of_project_bp.arguments(PageQuery, location="query")
    @of_project_bp.response(200, page_of(AnsweredShown))
    def get(self, page: dict[str, Any], project: Project) -> dict[str, Any]:
        """List what was asked and answered, newest first."""
        return _page(project, "answered", page)

    @allow("question:ask", project=owned_project)
    @of_project_bp.arguments(QuestionSchema)
    @of_project_bp.response(201, OwnShown)
    def post(self, data: dict[str, Any], project: Project) -> Question:
        """Ask the owners of an open project; nobody is told who asked."""
        return services.ask(project=project, person_id=current_actor().person_id, **data)


@of_project_bp.route("/<project>/questions/waiting")
class WaitingQuestions(MethodView):
    """What waits for an answer."""

    @allow("project:edit", project=owned_project)
    @of_project_bp.arguments(PageQuery, location="query")
    @of_project_bp.response(200, page_of(WaitingShown))
    def get(self, page: dict[str, Any], project: Project) -> dict[str, Any]:
        """List the questions about a project that wait for an answer, newest first."""
        return _page(project, "asked", page)


@bp.route("")
class OwnQuestions(MethodView):
    """The token owner's questions."""

    @allow("question:list_own")
    @bp.response(200, OwnShown(many=True))
    def get(self) -> Sequence[Question]:
        """List one's own questions and what became of them, newest first."""
        return queries.asked_by(current_actor().person_id)


@bp.route("/<question>/answer")
class AnswerQuestion(MethodView):
    """A question that is to be answered."""

    @allow("question:answer", question=queries.question_by_public_id)
    @bp.arguments(AnswerSchema)
    @bp.response(204)
    def post(self, data: dict[str, Any], question: Question) -> None:
        """Answer a question; both are public then."""
        services.answer(question=question, answer=data["answer"], actor_id=current_actor().person_id)


@bp.route("/<question>/decline")
class DeclineQuestion(MethodView):
    """A question that is not to be published."""

    @allow("question:answer", question=queries.question_by_public_id)
    @bp.arguments(AnswerSchema)
    @bp.response(204)
    def post(self, data: dict[str, Any], question: Question) -> None:
        """Publish nothing, and tell whoever asked why: *answer* is the reason."""
        services.decline(question=question, reason=data["answer"], actor_id=current_actor().person_id)


@bp.route("/<question>/withdraw")
class WithdrawQuestion(MethodView):
    """A question that is to be taken back."""

    @allow("question:withdraw", question=queries.question_by_public_id)
    @bp.response(204)
    def post(self, question: Question) -> None:
        """Take back a question that was not answered; nothing of it is kept."""
        services.withdraw(question=question, actor_id=current_actor().person_id)


def _page(project: Project, state: str, page: dict[str, Any]) -> dict[str, Any]:
    rows = queries.in_state(project.id, state, after=page["after"], limit=page["limit"] + 1)
    return cut(rows, page["limit"], lambda question: question.public_id)
