"""Use-cases of applications: apply, rank, withdraw. Ranks are private to the agent and to HR's review."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from freeagents.accounts.models import Person
from freeagents.applications.models import MOVES, Application, ProjectInvitation, SavedSearch
from freeagents.applications.queries import applications as queries
from freeagents.applications.queries import invitations, telling
from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.db.base import utc_now
from freeagents.eligibility import services as eligibility
from freeagents.eligibility.pool import people_facts
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.jobs.queue import enqueue
from freeagents.messages.services.telling import Notice, tell
from freeagents.projects.models import Project
from freeagents.projects.queries import owners_of
from freeagents.projects.services import ending as endings

TELL_JOB = "application:tell"
CALL_OFF_JOB = "project:call_off"
TOLD_AT_ONCE = 100
NEXT_BEST = 3
MOST_SEARCHES = 20
NAMED_IN_SEARCH = 5
SEARCHES_AT = time(5)  # UTC: before the hour of digests


def apply(*, project: Project, person_id: int, home_employer_id: int | None) -> Application:
    """Apply for an open project; the new application is ranked last. Applying twice changes nothing.

    Somebody who breaks another hard rule may apply: skills, dates and much else can change until the next round.

    :param home_employer_id: the department that employs the person today.
    :raises Conflict: the project is not open or in the person's own department, the person declared a conflict of
        interest, or the application was answered.
    """
    if project.state != "open":
        raise Conflict(_("This project is not open for applications."))
    if home_employer_id is not None and project.department.employer_id == home_employer_id:
        raise Conflict(_("This project is in your own department. Deployments go to another department."))
    application, in_conflict = queries.standing_with(person_id, project.id)
    if in_conflict:
        raise Conflict(_("You declared a conflict of interest with this project. Withdraw that first."))
    if application is not None and application.state == "submitted":
        return application
    standing = queries.standing_applications(person_id)
    if application is None:
        application = Application(person_id=person_id, project_id=project.id)
        db.session.add(application)
    elif "submitted" not in MOVES[application.state]:
        raise Conflict(_("You have had an answer to your application for this project already."))
    application.state = "submitted"
    application.submitted_at = utc_now()
    application.ended_at = None
    application.rank = len(standing) + 1
    db.session.flush()
    record(db.session, "application:submit", f"application/{application.public_id}", actor_id=person_id)
    invitation = invitations.open_invitation(person_id, project.id)
    if invitation is not None:
        invitation.state, invitation.answered_at = "accepted", application.submitted_at
        db.session.flush()
        record(db.session, "invitation:accept", f"invitation/{invitation.public_id}", actor_id=person_id)
    event = f"application/{application.public_id}/submitted/{application.submitted_at.isoformat()}"
    facts = {"project": project.public_id, "title": project.title}
    tell("application:submit", [Notice(owner, event, facts) for owner in owners_of([project.id])[project.id]])
    return application


def decline(*, invitation: ProjectInvitation, reason: str, today: date) -> None:
    """Decline an invitation; whoever looks after the project sees that, and the reason if one is given.

    :raises Conflict: it was answered already, or has lapsed.
    """
    held = invitations.open_invitation(invitation.person_id, invitation.project_id)
    if held is None or held.until < today:
        raise Conflict(_("This invitation was answered already or has lapsed."))
    held.state, held.answered_at, held.reason = "declined", utc_now(), reason.strip() or None
    db.session.flush()
    record(db.session, "invitation:decline", f"invitation/{held.public_id}", actor_id=held.person_id)


def withdraw(*, application: Application, actor_id: int) -> None:
    """Withdraw an application; those ranked after it move up.

    :raises Conflict: it has been answered already.
    """
    if application.state == "withdrawn":
        return
    if "withdrawn" not in MOVES[application.state]:
        raise Conflict(_("This application has been answered already. It cannot be withdrawn any more."))
    application.state = "withdrawn"
    application.ended_at = utc_now()
    application.rank = application.short_listed_at = None
    db.session.flush()
    _number(queries.standing_applications(application.person_id))
    record(db.session, "application:withdraw", f"application/{application.public_id}", actor_id=actor_id)


def move(*, application: Application, places: int, actor_id: int) -> None:
    """Move an application up (negative) or down the person's own order by that many places, as far as there are.

    :raises Conflict: the application does not stand any more.
    """
    standing = list(queries.standing_applications(application.person_id))
    if application not in standing:
        raise Conflict(_("This application does not stand any more, so it has no rank."))
    target = min(max(standing.index(application) + places, 0), len(standing) - 1)
    standing.remove(application)
    standing.insert(target, application)
    _number(standing)
    record(db.session, "application:rank", f"application/{application.public_id}", actor_id=actor_id)


def short_list(*, project: Project, application: str, listed: bool, actor_id: int) -> str:
    """Put an application, by its public id, on the project's short list, or take it off; return the person's name.

    In the next round everybody on it earns the points of the short list, all alike.

    :raises Conflict: it is no application for the project that stands.
    """
    found = queries.standing_application(project.id, application)
    if found is None:
        raise Conflict(_("This application does not stand any more. Look at the applicants again."))
    if (found.short_listed_at is not None) != listed:
        found.short_listed_at = utc_now() if listed else None
        db.session.flush()
        # Whom a manager prefers is private: the trail says that the list was changed, not how.
        record(db.session, "project:short_list", f"project/{project.public_id}", actor_id=actor_id)
    return found.person.name


def declare_conflict(*, project: Project, person_id: int) -> None:
    """Declare a conflict of interest: person and project are never matched. An application that stands is withdrawn."""
    application, _declared = queries.standing_with(person_id, project.id)
    eligibility.declare_conflict(project=project, person_id=person_id)
    if application is not None and application.state == "submitted":
        withdraw(application=application, actor_id=person_id)


def end_project(
    *, project: Project, ending: str, reason: str, actor_id: int | None, version: int | None = None
) -> None:
    """End a project, and answer the applications for it that stand; a job tells everybody why.

    Where it is cancelled, the matches with it end too; another job tells everybody who was matched.

    :param actor_id: who ends it; None: the service itself.
    :raises Conflict: it cannot end like that from its present state, or has changed since that version.
    :raises Invalid: no reason was given.
    """
    endings.end_project(project=project, ending=ending, reason=reason, actor_id=actor_id, version=version)
    now = utc_now()
    ended = queries.standing_for_projects([project.id], now)
    for application in ended:
        _answer(application, "not_matched", f"project_{ending}", {}, actor_id=actor_id, at=now)
    if ending == "cancelled":
        for application in queries.matched_with(project.id):
            _answer(application, "called_off", "project_called_off", {}, actor_id=actor_id, at=now)
        enqueue(db.session, CALL_OFF_JOB, project_id=project.id)
    db.session.flush()
    if ended:
        enqueue(db.session, TELL_JOB, at=now.isoformat())
    for _person, standing in groupby(
        queries.standing_of_people({application.person_id for application in ended}), key=lambda one: one.person_id
    ):
        _number(list(standing))


def save_search(*, person_id: int, data: Mapping[str, Any]) -> SavedSearch:
    """Save a search; from now on the person is told of what is new. Saving twice changes nothing.

    :param data: what :class:`ProjectFilter` loads.
    :raises Invalid: it asks nothing. :raises Conflict: the person has as many as there may be.
    """
    asked = {name: data[name] for name in ("text", "discipline", "work_mode")} | {"only_fits": data["show"] == "fits"}
    if not any(asked.values()):
        raise Invalid(_("Choose what to look for before you save the search."))
    kept = queries.searches_of(person_id)
    for search in kept:
        if all(getattr(search, name) == value for name, value in asked.items()):
            return search
    if len(kept) >= MOST_SEARCHES:
        raise Conflict(_("You can save %(count)d searches. Remove one first.", count=MOST_SEARCHES))
    search = SavedSearch(person_id=person_id, **asked)
    db.session.add(search)
    db.session.flush()
    record(db.session, "search:save", f"search/{search.public_id}", actor_id=person_id)
    return search


def remove_search(*, search: SavedSearch) -> None:
    """Remove a saved search."""
    db.session.delete(search)
    db.session.flush()
    record(db.session, "search:remove", f"search/{search.public_id}", actor_id=search.person_id)


def tell_searches(*, now: datetime, pack: Pack) -> None:
    """Tell people what their saved searches found since the day before, once a day; a job's handler.

    Commits after every few searches.
    """
    until = datetime.combine(now.date(), SEARCHES_AT, now.tzinfo)
    until = until if until <= now else until - timedelta(days=1)
    while searches := queries.searches_to_tell(until, limit=TOLD_AT_ONCE):
        fitting = {search.person_id for search in searches if search.only_fits}
        people = people_facts(today=now.date(), only=fitting) if fitting else {}
        notices = []
        for search in searches:
            found = telling.newly_open(search, until, person=people.get(search.person_id), pack=pack)
            if found:
                event = f"search/{search.public_id}/{until.date().isoformat()}"
                notices.append(Notice(search.person_id, event, _found(search, found)))
            search.told_until = until
        tell("search:find", notices)
        db.session.commit()


def _found(search: SavedSearch, found: Sequence[Project]) -> dict[str, Any]:
    named = [{"project": one.public_id, "title": one.title} for one in found[:NAMED_IN_SEARCH]]
    return {"search": queries.filter_of(search), "count": len(found), "projects": named}


def note_look(*, project: Project, people: Sequence[Person], actor_id: int) -> None:
    """Note that somebody saw these people, who applied for a project, and how they fit.

    In a transaction of its own: the page's may only read.
    """
    seen = [person.public_id for person in people]
    with Session(db.engine) as session, session.begin():
        record(session, "project:see_applicants", f"project/{project.public_id}", actor_id=actor_id, people=seen)


def answer_applications(
    *,
    matched: Collection[tuple[int, int]],
    barred: Collection[tuple[int, int]],
    reasons: Mapping[tuple[int, int], tuple[str, dict[str, Any]]],
    projects: Sequence[int],
    submitted_before: datetime,
    actor_id: int,
) -> None:
    """Answer the applications a published round decided: matched, or not matched with the reason; a job tells each.

    :param matched: (person id, project id) of the approved pairs; ``barred``: of those HR ruled out.
    :param reasons: pair → code and facts of why it came to nothing, for people the round left out; who is neither here
        nor matched was not in the pool when the round was solved.
    :param projects: ids of the projects that took part.
    """
    now = utc_now()
    placed = {person for person, _project in matched}
    for application in queries.standing_for_projects(projects, submitted_before):
        pair = (application.person_id, application.project_id)
        if pair in matched:
            _answer(application, "matched", "approved", {}, actor_id=actor_id, at=now)
        elif pair in barred:
            _answer(application, "not_matched", "reviewer", {}, actor_id=actor_id, at=now)
        elif application.person_id in placed:
            _answer(application, "not_matched", "placed_elsewhere", {}, actor_id=actor_id, at=now)
        else:
            _answer(application, "not_matched", *reasons.get(pair, ("not_in_pool", {})), actor_id=actor_id, at=now)
    db.session.flush()
    enqueue(db.session, TELL_JOB, at=now.isoformat())


def answer_late(*, projects: Collection[int], actor_id: int) -> None:
    """Answer whoever applied too late for the round that filled the last seat of these projects; a job tells each."""
    now = utc_now()
    late = queries.standing_for_projects(list(projects), now)
    for application in late:
        _answer(application, "not_matched", "project_filled", {}, actor_id=actor_id, at=now)
    db.session.flush()
    if late:
        enqueue(db.session, TELL_JOB, at=now.isoformat())


def tell_answers(*, at: datetime, today: date, pack: Pack) -> None:
    """Tell everybody whose application was answered at this instant, why, and what suits them next; a job's handler.

    Commits after every few people. Who was told before is not told again, so that the job may run twice.
    """
    last = 0
    while answered := queries.answered_at(at, after=last, limit=TOLD_AT_ONCE):
        last = answered[-1].id
        best = _best_next(answered, today, pack)
        told: dict[str, list[Notice]] = {}
        for application in answered:
            facts = _facts(application, best.get(application.person_id, []))
            notice = Notice(application.person_id, queries.answer_event(application), facts)
            told.setdefault(f"application:{application.state}", []).append(notice)
        for kind, notices in told.items():
            tell(kind, notices)
        db.session.commit()


def _best_next(answered: Sequence[Application], today: date, pack: Pack) -> dict[int, list[Project]]:
    """Return person id → the open projects that suit best, for those who now have no match."""
    waiting = {
        application.person_id
        for application in answered
        if application.state == "not_matched" and application.reason != "placed_elsewhere"
    }
    people = people_facts(today=today, only=waiting) if waiting else {}
    return telling.best_open(people, limit=NEXT_BEST, pack=pack)


def _facts(application: Application, best: Sequence[Project]) -> dict[str, Any]:
    project = application.project
    facts: dict[str, Any] = {"project": project.public_id, "title": project.title}
    if application.state == "matched":
        return facts | {"start": f"{project.starts_on}", "end": f"{project.ends_on}"}
    facts |= {"reason": application.reason, "reason_facts": application.reason_facts or {}}
    if application.reason in {"project_filled", "project_cancelled"}:
        facts["words"] = project.ended_reason
    if application.reason != "placed_elsewhere":
        facts["next"] = [{"project": one.public_id, "title": one.title} for one in best]
    return facts


def _answer(
    application: Application, state: str, reason: str, facts: dict[str, Any], *, actor_id: int | None, at: datetime
) -> None:
    application.state, application.reason, application.reason_facts = state, reason, facts
    application.ended_at = at
    application.rank = application.short_listed_at = None
    record(
        db.session,
        f"application:{state}",
        f"application/{application.public_id}",
        actor_id=actor_id,
        reason=reason,
    )


def _number(standing: Sequence[Application]) -> None:
    for rank, application in enumerate(standing, start=1):
        application.rank = rank
    db.session.flush()
