"""Who is told what, when something happens to an application, a project or a round."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from freeagents.applications import services as applications
from freeagents.applications.models import Application
from freeagents.applications.queries import applications as queries
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.rounds.services import expiring, planning, review, solving
from tests.factories import PACK, TODAY, a_department, a_person, a_project, an_agent
from tests.integration.rounds.world import FORMS, SURVEYS, World, a_world, proposal, solved


@pytest.fixture
def world(session) -> World:
    return a_world()


def told(person_id: int, kind: str = "") -> list[Message]:
    messages = db.session.query(Message).where(Message.recipient_id == person_id).order_by(Message.id)
    return [message for message in messages if message.kind.startswith(kind)]


def words(message: Message) -> str:
    said = say(message.kind, message.facts)
    return "\n".join((said.subject, *said.paragraphs, *(link.words for link in said.links)))


def run_tell_jobs() -> None:
    """Play the worker's part for the jobs that wait."""
    at = "SELECT args->>'at' FROM procrastinate_jobs WHERE task_name = 'application:tell' ORDER BY id"
    for instant in db.session.scalars(text(at)).all():
        applications.tell_answers(at=datetime.fromisoformat(instant), today=TODAY, pack=PACK)


def publish(world: World) -> None:
    subject = solved(world)
    for person, title in (("ada", SURVEYS), ("grace", FORMS)):
        review.approve(subject=proposal(world, subject, person, title), pack=PACK, actor_id=world.hr)
    planning.publish(subject=subject, actor_id=world.hr)
    db.session.commit()


def test_owner_is_told_that_somebody_applied_but_not_who(session):
    owner = a_person("Katherine Johnson")
    project = a_project("Ask around", owner=owner, department=a_department("host"))
    ada = an_agent("Ada Lovelace", department=a_department("home"))
    applications.apply(project=project, person_id=ada.id, home_employer_id=None)
    applications.apply(project=project, person_id=ada.id, home_employer_id=None)
    (message,) = told(owner.id)
    assert "Somebody applied for “Ask around”" in words(message)
    assert "Ada" not in str(message.facts)
    (application,) = session.query(Application)
    applications.withdraw(application=application, actor_id=ada.id)
    applications.apply(project=project, person_id=ada.id, home_employer_id=None)
    assert len(told(owner.id)) == 2


def test_publishing_tells_everybody_who_applied_why_and_what_next(session, world):
    publish(world)
    more = a_project("Count things", department=a_department("host"), essential={"numbers": 1})
    session.commit()
    assert told(world.people["ada"]) == []
    run_tell_jobs()
    (ada,) = told(world.people["ada"])
    assert ada.kind == "application:matched"
    assert say(ada.kind, ada.facts).dates.first == session.get(Project, world.projects[SURVEYS]).starts_on
    *_matched, grace = told(world.people["grace"])
    assert "You are matched with another project." in words(grace)
    (alan,) = told(world.people["alan"])
    assert "You do not hold every essential skill" in words(alan)
    assert alan.facts["next"] == [{"project": more.public_id, "title": "Count things"}]
    assert "Count things" in words(alan)


def test_job_that_runs_twice_tells_once(session, world):
    publish(world)
    run_tell_jobs()
    run_tell_jobs()
    assert len(told(world.people["alan"])) == 1


def test_next_best_are_the_best_that_are_allowed_and_new_to_the_person(session):
    home, host = a_department("home"), a_department("host")
    ada = an_agent("Ada", department=home, skills={"user-research": 3, "numbers": 2})
    ended = a_project("Ended", department=host)
    good = a_project("Good", department=host, asset={"user-research": 3})
    a_project("Plain", department=host)
    a_project("Own", department=home, asset={"user-research": 3})
    a_project("Too hard", department=host, essential={"numbers": 4})
    applied = a_project("Applied", department=host, asset={"user-research": 3})
    for project in (ended, applied):
        applications.apply(project=project, person_id=ada.id, home_employer_id=home.id)
    applications.end_project(project=ended, ending="cancelled", reason="The money has gone.", actor_id=ada.id)
    session.commit()
    run_tell_jobs()
    (message,) = told(ada.id)
    assert [row["title"] for row in message.facts["next"]] == ["Good", "Plain"]
    assert message.facts["next"][0]["project"] == good.public_id
    assert "The money has gone." in words(message)


def test_hr_is_told_that_a_round_is_ready_and_nobody_else(session, world):
    subject = solved(world)
    (message,) = told(world.hr, "round:")
    assert "“November” is ready for review" in words(message)
    recipients = session.query(Message.recipient_id).where(Message.kind == "round:solve")
    assert recipients.count() == 2
    assert world.auditor not in [row[0] for row in recipients]
    assert subject.public_id in message.event


def test_hr_is_told_that_a_round_failed_and_why(session, world):
    subject = solved(world)
    review.keep(subject=proposal(world, subject, "ada", SURVEYS), reason="A reason.", actor_id=world.hr)
    session.execute(text("DELETE FROM held_skill"))
    session.commit()
    solved(world, planning.rerun(subject=subject, actor_id=world.hr))
    (message,) = told(world.hr, "round:fail")
    assert "does not meet a rule any more: essential skills" in words(message)


def test_hr_is_told_of_a_round_that_was_abandoned(session, world):
    subject = solved(world)
    session.execute(text("UPDATE round SET state = 'queued'"))
    session.execute(text("DELETE FROM procrastinate_jobs"))
    solving.fail_abandoned()
    assert f"round/{subject.public_id}/failed" in [message.event for message in told(world.hr)]


@pytest.fixture
def owner(session):
    return a_person("Katherine Johnson")


def in_days(count: int) -> dict[str, object]:
    return {"starts_on": TODAY + timedelta(days=count), "ends_on": TODAY + timedelta(days=90)}


def test_owner_is_reminded_once_before_the_first_day(session, owner):
    near = a_project("Near", owner=owner, **in_days(14))
    a_project("Just opened", owner=owner, **in_days(5))
    a_project("Far", owner=owner, **in_days(40))
    near.opened_at = utc_now() - timedelta(days=30)
    session.flush()
    for _time in range(2):
        expiring.remind_owners(today=TODAY)
    (message,) = told(owner.id)
    assert "“Near” starts on" in words(message)
    assert say(message.kind, message.facts).dates.first == near.starts_on
    near.starts_on += timedelta(days=1)
    session.flush()
    expiring.remind_owners(today=TODAY + timedelta(days=3))
    assert len(told(owner.id)) == 2


def test_project_whose_first_day_has_passed_expires_and_everybody_is_told(session, owner):
    project = a_project("Stale", owner=owner, department=a_department("host"), **in_days(1))
    ada = an_agent("Ada", department=a_department("home"))
    applications.apply(project=project, person_id=ada.id, home_employer_id=None)
    session.commit()
    for days, state in ((1, "open"), (2, "open"), (3, "expired"), (4, "expired")):
        expiring.expire_stale(today=TODAY + timedelta(days=days))
        assert session.get(Project, project.id).state == state
    run_tell_jobs()
    assert [message.kind for message in told(owner.id)] == ["application:submit", "project:expire"]
    (answer,) = told(ada.id)
    assert "The project expired before its seats were filled." in words(answer)
    assert "The reason given" not in words(answer)


def test_project_that_a_round_has_people_for_does_not_expire(session, world):
    subject = solved(world)
    later = TODAY + timedelta(days=60)
    expiring.expire_stale(today=later)
    states = {project.title: project.state for project in session.query(Project)}
    assert states == {SURVEYS: "open", FORMS: "open"}
    review.bar(subject=proposal(world, subject, "ada", SURVEYS), reason="A reason.", actor_id=world.hr)
    session.commit()
    expiring.expire_stale(today=later)
    assert session.get(Project, world.projects[SURVEYS]).state == "expired"
    assert session.get(Project, world.projects[FORMS]).state == "open"


def test_the_page_of_applications_names_what_was_told_as_far_as_it_is_open(session, world):
    publish(world)
    more = a_project("Count things", department=a_department("host"), essential={"numbers": 1})
    session.commit()
    run_tell_jobs()
    alan = world.people["alan"]
    answered = [one for one in queries.applications_of(alan) if one.state == "not_matched"]
    named = queries.told_next(alan, answered)
    assert [[one.title for one in projects] for projects in named.values()] == [["Count things"]]
    applications.end_project(project=whole_project(more.public_id), ending="cancelled", reason="Gone.", actor_id=None)
    session.commit()
    assert [list(projects) for projects in queries.told_next(alan, answered).values()] == [[]]
