"""What a published round takes: seats, and people's time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from freeagents.applications import services as applications
from freeagents.applications.models import Application
from freeagents.db.base import utc_now
from freeagents.errors import Conflict
from freeagents.messages.models import Message
from freeagents.projects.models import Project, ProjectOwner, Seat
from freeagents.projects.queries import whole_project
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import planning, review
from tests.factories import PACK, a_department, a_person, a_policy, a_project, an_agent
from tests.integration.rounds.world import FORMS, SURVEYS, World, a_round, a_world, again, solved


def approve_all(world: World, subject) -> None:
    for row in queries.proposals(subject.id, after=None, limit=50):
        review.approve(subject=row, pack=PACK, actor_id=world.hr)


def published(world: World, subject):
    approve_all(world, subject)
    planning.publish(subject=subject, actor_id=world.hr)
    return subject


def pairs(subject) -> set[tuple[str, str]]:
    rows = queries.proposals(subject.id, after=None, limit=50)
    return {(row.person.name, row.project.title) for row in rows}


def test_published_pairs_fill_their_seats_and_full_projects(session):
    world = a_world()
    late = an_agent("Late", department=a_department("home"))
    subject = solved(world)
    applications.apply(project=session.get(Project, world.projects[SURVEYS]), person_id=late.id, home_employer_id=None)
    published(world, subject)
    states = session.execute(select(Project.title, Seat.number, Seat.state, Project.state).join(Project)).all()
    assert {tuple(row) for row in states} == {
        (FORMS, 1, "filled", "open"),
        (FORMS, 2, "open", "open"),
        (SURVEYS, 1, "filled", "filled"),
    }
    answer = session.scalars(select(Application).where(Application.person_id == late.id)).one()
    assert (answer.state, answer.reason) == ("not_matched", "project_filled")


def test_owners_are_told_who_comes(session):
    world = a_world()
    owner = a_person("Owner")
    for project in world.projects.values():
        session.add(ProjectOwner(project_id=project, person_id=owner.id))
    session.commit()
    published(world, solved(world))
    told = {row.facts["title"]: row for row in session.scalars(select(Message).where(Message.kind == "round:match"))}
    assert told[SURVEYS].facts["people"] == ["Ada Lovelace"]
    assert told[FORMS].facts["people"] == ["Grace Hopper"]
    assert {row.recipient_id for row in told.values()} == {owner.id}


def test_a_later_round_knows_who_and_what_is_taken(session):
    world = a_world()
    published(world, solved(world))
    ada_again = a_project("Same days", department=a_department("host"), essential={"user-research": 3})
    session.commit()
    assert pairs(solved(world, a_round(world, "December"))) == set()
    ada_again.starts_on += timedelta(days=500)
    ada_again.ends_on += timedelta(days=500)
    session.commit()
    assert pairs(solved(world, a_round(world, "January"))) == {("Ada Lovelace", "Same days")}


def test_two_rounds_cannot_take_the_same_seat_or_person(session):
    world = a_world()
    one, other = solved(world, a_round(world, "One")), solved(world, a_round(world, "Other"))
    approve_all(world, other)
    published(world, one)
    session.commit()
    with pytest.raises(Conflict, match=r"Ada Lovelace – .*Run the round again"):
        planning.publish(subject=other, actor_id=world.hr)
    session.rollback()
    assert queries.round_by_id(other.id).state == "in_review"


def test_a_round_read_before_another_was_published_does_not_know_it_however_late_it_was_solved(session):
    world = a_world()
    one, other = solved(world, a_round(world, "One")), solved(world, a_round(world, "Other"))
    approve_all(world, other)
    published(world, one)
    # Only the people are taken now, and the other round looks as if it had been solved afterwards.
    session.execute(update(Seat).values(state="open"))
    session.execute(update(Project).values(state="open", ended_at=None))
    other.solved_at = utc_now()
    session.commit()
    with pytest.raises(Conflict, match="Ada Lovelace"):
        planning.publish(subject=other, actor_id=world.hr)


def test_a_person_placed_meanwhile_is_not_approved(session):
    world = a_world()
    one = solved(world, a_round(world, "One"))
    a_project("Elsewhere", department=a_department("host"), essential={"user-research": 4}, seats=1)
    session.commit()
    other = solved(world, a_round(world, "Other"))
    mine = next(row for row in queries.proposals(other.id, after=None, limit=9) if row.person.name == "Ada Lovelace")
    published(world, one)
    session.commit()
    with pytest.raises(Conflict):
        review.approve(subject=mine, pack=PACK, actor_id=world.hr)


def test_a_match_counts_no_more_when_its_project_is_cancelled(session):
    world = a_world()
    published(world, solved(world))
    forms = whole_project(session.get(Project, world.projects[FORMS]).public_id)
    again = a_project("For Grace", department=a_department("host"), essential={"plain-words": 3})
    session.commit()
    assert pairs(solved(world, a_round(world, "December"))) == set()
    applications.end_project(project=forms, ending="cancelled", reason="No money.", actor_id=world.hr)
    session.commit()
    assert pairs(solved(world, a_round(world, "January"))) == {("Grace Hopper", again.title)}


def test_a_person_fills_several_part_time_seats_where_the_policy_says_so(session):
    world = a_world()
    home, host = a_department("home"), a_department("host")
    grace = an_agent("Grace Murray", department=home, skills={"astronomy": 3})
    halves = [
        a_project(f"Stars {number}", department=host, essential={"astronomy": 2}, time_percent=50)
        for number in range(3)
    ]
    for project in halves:
        applications.apply(project=project, person_id=grace.id, home_employer_id=home.id)
    world = replace(world, policy=a_policy("several", rules="several_seats = true\n").public_id)
    session.commit()
    subject = solved(world)
    mine = {title for name, title in pairs(subject) if name == grace.name}
    assert len(mine) == 2
    kept = next(row for row in queries.proposals(subject.id, after=None, limit=50) if row.person_id == grace.id)
    review.keep(subject=kept, reason="She knows the sky.", actor_id=world.hr)
    session.commit()
    subject = again(world, subject)
    assert {title for name, title in pairs(subject) if name == grace.name} >= {kept.project.title}
    published(world, subject)
    session.commit()
    taken = session.scalars(
        select(Project.title).join(Seat).where(Seat.state == "filled", Project.title.startswith("Stars"))
    ).all()
    assert len(taken) == 2
    told = dict(
        session.execute(
            select(Project.title, Application.state)
            .join(Project, Project.id == Application.project_id)
            .where(Application.person_id == grace.id)
        ).all()
    )
    assert sorted(told.values()) == ["matched", "matched", "not_matched"]
    assert {title for title, state in told.items() if state == "matched"} == set(taken)
