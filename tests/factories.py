"""Builders of rows for tests: each makes one believable thing, and everything it needs, with what matters passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from freeagents.accounts.models import Department, Person
from freeagents.accounts.queries import directory
from freeagents.accounts.services import people
from freeagents.accounts.services.departments import add_department
from freeagents.accounts.services.passwords import set_password
from freeagents.accounts.services.roles import give_role
from freeagents.country.pack import load_pack
from freeagents.db.base import new_public_id, utc_now
from freeagents.extensions import db
from freeagents.profiles import services as profiles
from freeagents.profiles.models import Profile
from freeagents.projects.models import Project
from freeagents.projects.services import writing as projects
from freeagents.rounds.models import Policy, Proposal, Round
from freeagents.skills.models import Skill

PASSWORD = "correct horse battery staple"
TODAY = datetime.now(UTC).date()
START, END = TODAY + timedelta(days=30), TODAY + timedelta(days=120)
PACK = load_pack("uk")
_numbers = count(1)
_hashes: dict[str, str] = {}


def a_department(code: str = "", *, kind: str = "department", parent: Department | None = None) -> Department:
    """Return a department; the one with this code if it was made before."""
    code = code or f"department-{next(_numbers)}"
    found = directory.department_by_code(code)
    return found or add_department(code=code, names={"en": code.title()}, kind=kind, parent=parent)


def a_person(name: str = "Ada Lovelace", *, email: str = "", password: str | None = None) -> Person:
    """Return a person with an account; one that can sign in where a password is given."""
    person = people.add_person(name=name, email=email or f"person{next(_numbers)}@example.org", actor_id=None)
    if password is not None:
        # Hashing takes long on purpose; one hash serves all who have the same password.
        if password not in _hashes:
            set_password(person=person, password=password)
            _hashes[password] = person.password_hash or ""
        person.password_hash = _hashes[password]
        db.session.flush()
    return person


def with_role(person: Person, role: str, department: Department | None = None) -> Person:
    """Let the person hold a role from today on."""
    give_role(person=person, role=role, department=department, starts_on=TODAY, actor_id=None)
    return person


def some_skills(*codes: str) -> list[Skill]:
    """Return skills with these codes, made where they are missing; those of the pack have its names."""
    found = {skill.code: skill for skill in db.session.query(Skill).where(Skill.code.in_(codes))}
    for code in codes:
        if code not in found:
            known = PACK.skills.get(code)
            names, descriptions = (known.names, known.descriptions) if known else ({"en": code}, {})
            found[code] = Skill(code=code, names=dict(names), descriptions=dict(descriptions), source="test")
            db.session.add(found[code])
    db.session.flush()
    return [found[code] for code in codes]


def an_agent(
    name: str = "Grace Hopper",
    *,
    department: Department | None = None,
    grade: str | None = "G7",
    skills: Mapping[str, int] | None = None,
    admitted: bool = True,
    password: str | None = None,
    available: Iterable[tuple[date, date | None, int]] = ((TODAY, None, 100),),
    **profile: Any,
) -> Person:
    """Return an admitted person with a post, a profile and availability; further members of the profile by name."""
    person = a_person(name, password=password)
    people.employ(
        person=person,
        department=department or a_department(),
        grade=PACK.grade(grade) if grade else None,
        starts_on=TODAY - timedelta(days=400),
        actor_id=None,
    )
    if admitted:
        profiles.admit(
            person=person, admitted_on=TODAY - timedelta(days=30), expires_on=TODAY + timedelta(days=700), actor_id=None
        )
    held = skills or {}
    some_skills(*held, *profile.get("learning", ()))
    profiles.write_profile(
        profile=profile_of(person),
        data={
            "skills": [{"skill": code, "level": level, "evidence": ""} for code, level in held.items()],
            "availability": [
                {"starts_on": starts, "ends_on": ends, "percent": percent} for starts, ends, percent in available
            ],
            **profile,
        },
        pack=PACK,
        actor_id=None,
    )
    return person


def profile_of(person: Person) -> Profile:
    """Return the person's profile with all its parts."""
    return profiles.own_profile(person_id=person.id)


def a_project(
    title: str = "Find out what people need",
    *,
    department: Department | None = None,
    owner: Person | None = None,
    opened: bool = True,
    essential: Mapping[str, int] | None = None,
    asset: Mapping[str, int] | None = None,
    **members: Any,
) -> Project:
    """Return a project, open unless told otherwise; remote, full time, from START to END unless told otherwise."""
    asked = {"essential": essential or {}, "asset": asset or {}}
    some_skills(*asked["essential"], *asked["asset"])
    data = {
        "title": title,
        "outcome": "Decisions rest on what was seen.",
        "starts_on": START,
        "ends_on": END,
        "time_percent": 100,
        "work_mode": "remote",
        **{kind: [{"skill": code, "level": level} for code, level in skills.items()] for kind, skills in asked.items()},
        **members,
    }
    project = projects.draft_project(
        owner=owner, department=department or a_department(), data=data, pack=PACK, actor_id=None
    )
    if opened:
        projects.open_project(project=project, today=TODAY, longest_days=PACK.rules.longest_days, actor_id=None)
    return project


def a_match(person: Person, project: Project, *, state: str = "published") -> Proposal:
    """Return an approved proposal of a round of its own in this state, for a seat of the project that is not taken."""
    policy = a_policy(new_public_id())
    made = Round(
        series=new_public_id(), name="Round", policy=policy, cut_off=utc_now(), salt=b"", state=state,
        published_by=policy.author_id, published_at=utc_now(),
    )  # fmt: skip
    seat = next(one for one in project.seats if one.state == "open")
    proposal = Proposal(
        round=made, person=person, project=project, seat=seat, state="approved", score=0, parts={}, criteria=[],
        decided_by=policy.author_id, decided_at=utc_now(),
    )  # fmt: skip
    db.session.add_all((made, proposal))
    db.session.flush()
    return proposal


def a_policy(name: str = "balanced", *, objective: str = "most_score", rules: str = "") -> Policy:
    """Return an approved policy; ``rules`` are further lines of its text."""
    author, approver = a_person("Policy Author"), a_person("Policy Approver")
    policy = Policy(
        name=name,
        version=1,
        objective=objective,
        document=f'name = "{name}"\nobjective = "{objective}"\n{rules}',
        titles={"en": name.title()},
        author_id=author.id,
        approved_by=approver.id,
    )
    db.session.add(policy)
    db.session.flush()
    return policy
