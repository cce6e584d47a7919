"""Questions about a project: answered for everybody, and nobody is told who asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from freeagents.accounts.models import Person
from freeagents.accounts.services.tokens import make_api_token
from freeagents.applications import services as applications
from freeagents.audit.models import AuditEntry
from freeagents.db.base import utc_now
from freeagents.errors import Conflict, TooMany
from freeagents.extensions import db
from freeagents.messages.kinds import say
from freeagents.messages.models import Message
from freeagents.privacy.services.keeping import forget
from freeagents.projects.models import Project
from freeagents.projects.queries import whole_project
from freeagents.questions import queries, services
from freeagents.questions.models import Question
from tests.clients import signed_in
from tests.factories import PASSWORD, a_department, a_person, a_project, an_agent, with_role


@pytest.fixture
def project(session) -> Project:
    """An open project with two owners; Ada works elsewhere."""
    host = a_department("host")
    mary, max_ = (with_role(a_person(name), "manager", host) for name in ("Mary", "Max"))
    made = a_project("Ask around", department=host, owner=mary)
    made.owners.append(max_)
    an_agent("Ada", department=a_department("home"))
    session.flush()
    return made


def person(name: str) -> int:
    return db.session.scalars(select(Person.id).where(Person.name == name)).one()


def subjects(name: str) -> list[str]:
    query = select(Message).where(Message.recipient_id == person(name)).order_by(Message.id)
    return [say(message.kind, message.facts).subject for message in db.session.scalars(query)]


def ask(project: Project, words: str = "When does it start?") -> Question:
    return services.ask(project=project, person_id=person("Ada"), words=words)


def test_owners_are_told_once_of_a_question_but_neither_by_whom_nor_what(session, project):
    ask(project)
    assert subjects("Mary") == subjects("Max") == ["A question about “Ask around”"]
    facts = [str(facts) for facts in session.scalars(select(Message.facts))]
    assert not any("Ada" in told or "start" in told for told in facts)


def test_whoever_asked_is_told_of_the_answer(session, project):
    services.answer(question=ask(project), answer="In May.", actor_id=person("Mary"))
    services.decline(question=ask(project, "It is me, Ada."), reason="It says who you are.", actor_id=person("Max"))
    session.commit()
    assert subjects("Ada") == [
        "Your question about “Ask around” is answered",
        "Your question about “Ask around” is not published",
    ]
    published = queries.in_state(project.id, "answered", after=None, limit=9)
    assert [(one.words, one.answer) for one in published] == [("When does it start?", "In May.")]
    assert [one.answer for one in queries.asked_by(person("Ada"))] == ["It says who you are.", "In May."]
    trail = session.execute(select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.action.like("question:%")))
    assert sorted(trail.all()) == sorted(
        [
            ("question:ask", person("Ada")),
            ("question:answer", person("Mary")),
            ("question:ask", person("Ada")),
            ("question:decline", person("Max")),
        ]
    )


def test_a_question_is_answered_once(session, project):
    question = ask(project)
    services.answer(question=question, answer="In May.", actor_id=person("Mary"))
    for act in (
        lambda: services.answer(question=question, answer="In June.", actor_id=person("Max")),
        lambda: services.decline(question=question, reason="No.", actor_id=person("Max")),
        lambda: services.withdraw(question=question, actor_id=person("Ada")),
    ):
        with pytest.raises(Conflict, match="has been answered already"):
            act()


def test_what_is_withdrawn_is_gone(session, project):
    services.withdraw(question=ask(project), actor_id=person("Ada"))
    assert session.scalars(select(Question)).all() == []


def test_ten_questions_a_day(session, project):
    for number in range(10):
        ask(project, f"Question {number}?")
    with pytest.raises(TooMany, match="You can ask 10 questions a day") as refusal:
        ask(project)
    assert 86_000 < refusal.value.facts["retry_after"] <= 86_401
    session.execute(update(Question).values(asked_at=utc_now() - timedelta(hours=25)))
    ask(project)


def test_only_open_projects_are_asked_about(session, project):
    question = ask(project)
    applications.end_project(project=project, ending="cancelled", reason="No money.", actor_id=person("Mary"))
    with pytest.raises(Conflict, match="not open"):
        ask(project)
    services.lapse()
    services.lapse()
    session.commit()
    assert subjects("Ada") == ["“Ask around” ended before your question was answered"]
    assert session.get(Question, question.id).state == "lapsed"


def test_questions_go_two_years_after_the_end_of_their_project(session, project):
    ask(project)
    project.ended_at = utc_now() - timedelta(days=700)
    forget(now=utc_now())
    assert len(session.scalars(select(Question)).all()) == 1
    project.ended_at = utc_now() - timedelta(days=740)
    forget(now=utc_now())
    assert session.scalars(select(Question)).all() == []


def test_pages_and_the_api_say_the_same_and_never_who_asked(app: Flask) -> None:
    with app.app_context():
        host = a_department("host")
        owner = with_role(a_person("Mary", email="mary@example.org", password=PASSWORD), "manager", host)
        ada = an_agent("Ada Lovelace", department=a_department("home"), password=PASSWORD)
        eve = a_person("Eve", email="eve@example.org", password=PASSWORD)
        project = a_project("Ask around", department=host, owner=owner).public_id
        draft = a_project("Draft", department=host, owner=owner, opened=False).public_id
        tokens = {
            one.name[0]: {"Authorization": f"Bearer {make_api_token(person_id=one.id, name='t', actor_id=one.id)}"}
            for one in (owner, ada, eve)
        }
        ada_email = ada.email
        db.session.commit()
    address, api = f"/projects/{project}/questions", f"/api/v1/projects/{project}/questions"
    browser, client = signed_in(app, ada_email), app.test_client()
    assert browser.client.get(f"/projects/{draft}/questions/new").status_code == 404
    assert "Write your question." in browser.post(f"{address}/new", {"words": " "}, status=422).text
    browser.post(f"{address}/new", {"words": "<b>When</b>?"})
    assert "&lt;b&gt;When&lt;/b&gt;?" in browser.get(address)
    assert client.post(api, json={"words": "Where?"}, headers=tokens["A"]).status_code == 201
    own = client.get("/api/v1/questions", headers=tokens["A"]).json
    assert [(one["question"], one["state"]) for one in own] == [("Where?", "asked"), ("<b>When</b>?", "asked")]
    where, when = (one["id"] for one in own)

    manager = signed_in(app, "mary@example.org")
    assert "2 questions wait for your answer" in manager.get("/")
    assert "2 wait for an answer" in manager.get(f"/projects/{project}")
    seen = manager.get(address) + manager.get(f"/questions/{when}") + manager.get(f"/projects/{project}")
    waiting = client.get(f"{api}/waiting", headers=tokens["M"])
    assert len(waiting.json["items"]) == 2
    assert "Ada" not in seen + waiting.text
    assert "Where?" not in signed_in(app, "eve@example.org").get(address)
    for who in ("A", "E"):
        assert client.get(f"{api}/waiting", headers=tokens[who]).status_code == 404
        answer = {"answer": "Now."}
        assert client.post(f"/api/v1/questions/{when}/answer", json=answer, headers=tokens[who]).status_code == 404
    assert client.post(f"/api/v1/questions/{when}/withdraw", headers=tokens["M"]).status_code == 404

    wrong = manager.post(f"/questions/{when}", {"answer": "In May."}, status=422).text
    assert "Choose whether to publish the question." in wrong
    manager.post(f"/questions/{when}", {"decision": "answered", "answer": "In May."})
    reason = {"answer": "It will be in the next version."}
    assert client.post(f"/api/v1/questions/{where}/decline", json=reason, headers=tokens["M"]).status_code == 204
    everybody = signed_in(app, "eve@example.org").get(f"/projects/{project}")
    assert "In May." in everybody
    assert "next version" not in everybody
    answered = client.get(api, headers=tokens["E"])
    assert [one["answer"] for one in answered.json["items"]] == ["In May."]
    assert "Ada" not in answered.text
    assert "It will be in the next version." in browser.get(address)
    assert manager.client.get(f"/questions/{when}").status_code == 303


def test_answers_follow_one_another_by_key(app: Flask) -> None:
    with app.app_context():
        eve = a_person("Eve", email="eve@example.org", password=PASSWORD)
        project = a_project("Ask around")
        rows = {"person_id": eve.id, "project_id": project.id, "state": "answered", "answer": "Yes."}
        db.session.add_all(Question(words=f"Number {number}?", **rows) for number in range(25))
        public_id = whole_project(project.public_id).public_id
        db.session.commit()
    browser = signed_in(app, "eve@example.org")
    page = browser.get(f"/projects/{public_id}/questions")
    assert page.count("Number") == 20
    older = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert browser.get(older.replace("&amp;", "&")).count("Number") == 5
