"""Use-cases of questions: ask, answer, decline, withdraw. Who asked is told to nobody."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, TooMany
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.questions import queries
from freeagents.questions.models import MOVES, Question

MOST_A_DAY = 10
DAY = timedelta(days=1)
MOST_A_RUN = 500


def ask(*, project: Project, person_id: int, words: str) -> Question:
    """Ask the owners of an open project something; they are told, but not by whom.

    :raises Conflict: the project is not open.
    :raises TooMany: the person has asked as many questions within a day as one may.
    """
    if project.state != "open":
        raise Conflict(_("This project is not open. Nobody answers questions about it any more."))
    now = utc_now()
    asked = queries.asked_since(person_id, now - DAY)
    if len(asked) >= MOST_A_DAY:
        raise TooMany(
            _(
                "You can ask %(count)d questions a day, about all projects together. Ask again tomorrow.",
                count=MOST_A_DAY,
            ),
            retry_after=int((asked[0] + DAY - now).total_seconds()) + 1,
        )
    question = Question(project_id=project.id, person_id=person_id, words=words, project=project)
    db.session.add(question)
    db.session.flush()
    _record("question:ask", question, person_id)
    _tell("question:ask", question, project.owner_ids)
    return question


def answer(*, question: Question, answer: str, actor_id: int) -> None:
    """Answer a question: both are public from now on, and whoever asked is told.

    :raises Conflict: it has been answered or withdrawn meanwhile.
    """
    _close(question, "answered", answer, actor_id)
    _record("question:answer", question, actor_id)


def decline(*, question: Question, reason: str, actor_id: int) -> None:
    """Publish neither a question nor an answer; whoever asked is told why.

    :raises Conflict: it has been answered or withdrawn meanwhile.
    """
    _close(question, "declined", reason, actor_id)
    _record("question:decline", question, actor_id)


def withdraw(*, question: Question, actor_id: int) -> None:
    """Take back a question that nobody has answered; nothing of it is kept.

    :raises Conflict: it has been answered.
    """
    if queries.locked_state(question) != "asked":
        raise Conflict(_("This question has been answered already. It cannot be withdrawn any more."))
    _record("question:withdraw", question, actor_id)
    db.session.delete(question)
    db.session.flush()


def lapse() -> None:
    """Tell those who wait for an answer about a project that has ended that none will come; a job's handler."""
    for question in queries.left_waiting(limit=MOST_A_RUN):
        question.state, question.answered_at = "lapsed", utc_now()
        _tell("question:lapsed", question, [question.person_id])
        _record("question:lapse", question, None)
    db.session.flush()


def _close(question: Question, state: str, words: str, actor_id: int) -> None:
    if state not in MOVES[queries.locked_state(question)]:
        raise Conflict(_("This question has been answered already. Look at it again."))
    question.state, question.answer = state, words
    question.answered_at, question.answered_by = utc_now(), actor_id
    db.session.flush()
    _tell(f"question:{state}", question, [question.person_id])


def _tell(kind: str, question: Question, to: list[int]) -> None:
    facts = {"project": question.project.public_id, "title": question.project.title, "question": question.public_id}
    tell(kind, [Notice(one, f"question/{question.public_id}/{question.state}", facts) for one in to])


def _record(action: str, question: Question, actor_id: int | None) -> None:
    subject = f"question/{question.public_id}"
    record(db.session, action, subject, actor_id=actor_id, project=question.project.public_id)
