"""Limits of a policy in rounds: stated on pages and by the API, frozen, solved, stored, shown in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from freeagents.accounts.models import Employment
from freeagents.eligibility.bridge import Policy as Rules
from freeagents.eligibility.bridge import policy_from_toml
from freeagents.errors import Conflict
from freeagents.extensions import db
from freeagents.matching import verify
from freeagents.profiles.models import AcceptedPlace, Profile
from freeagents.rounds.models import Policy, Round
from freeagents.rounds.schemas import POINTS, SETTINGS
from freeagents.rounds.services import choosing, explaining, leaving, planning, review, solving
from tests.clients import Browser, signed_in
from tests.factories import PACK, PASSWORD, a_department, a_person, an_agent
from tests.integration.rounds.test_api import Caller
from tests.integration.rounds.world import (
    AUDITOR,
    FORMS,
    HR,
    HR2,
    SURVEYS,
    World,
    a_world,
    again,
    answers,
    pairs,
    proposal,
    solved,
)

NUMBERS = {
    **{member: str(getattr(Rules().points, part)) for part, member in POINTS.items()},
    **{name: str(getattr(Rules(), name)) for name in SETTINGS},
}
WRITTEN = {
    "name_en": "Two of each",
    "code": "two-of-each",
    "objective": "most_score",
    **NUMBERS,
    "limits-0-group": "department:home",
    "limits-0-most": "2",
    "limits-1-group": "grade:G7",
    "limits-1-least": "1",
    "limits-1-most": "3",
    "cost_grade": "4",
    "least_people": "2",
    "one_team": "true",
    "several_seats": "true",
}


@pytest.fixture
def world(app) -> World:
    with app.app_context():
        return a_world(password=PASSWORD)


@pytest.fixture
def author(app, world) -> Browser:
    return signed_in(app, HR)


def document(app, version: int = 1) -> Rules:
    with app.app_context():
        query = select(Policy.document).where(Policy.name == "two-of-each", Policy.version == version)
        return policy_from_toml(db.session.scalars(query).one())


def test_limits_are_written_on_the_page_and_stay_in_the_next_version(app, author):
    shown = author.post("/policies/new", WRITTEN).headers["Location"]
    page = author.get(shown)
    rules = document(app)
    assert rules.limits == {"department": {"home": {"most": 2}}, "grade": {"G7": {"least": 1, "most": 3}}}
    assert (rules.one_team, rules.several_seats, rules.least_people) == (True, True, 2)
    assert rules.breach_points == {"grade": 4}
    assert "At most 2 people of Home are placed. This must hold." in page
    assert "From 1 to 3 people of Grade 7 are placed. Each person too many or too few costs 4 points." in page
    assert "A project of 2 seats or more has 2 people at least, or nobody. This must hold." in page
    form = author.get(f"{shown}/next-version")
    assert 'value="department:home" selected' in form
    later = author.post(f"{shown}/next-version", WRITTEN | {"limits-0-most": "1"}).headers["Location"]
    assert later != shown
    assert document(app, 2).limits["department"] == {"home": {"most": 1}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"limits-0-group": "department:nowhere"}, "Choose whom the limit is about from the list."),
        ({"limits-0-group": ""}, "Choose whom the limit is about."),
        ({"limits-1-group": "department:home"}, "This group is limited twice. Name it once."),
        ({"limits-0-most": ""}, "Enter how many people at least, at most, or both."),
        ({"limits-1-least": "4"}, "The least must not be above the most."),
        ({"limits-0-most": "-1"}, "The most must be between 0 and 1000000."),
        ({"cost_region": "3"}, "This version states no such rule. Leave its cost blank."),
        ({"objective": "stable_people"}, "Limits go only with the best fit in all"),
        ({"least_people": "1"}, "The number of people must be between 2 and 200."),
    ],
)
def test_what_cannot_be_a_limit_is_said_beside_it(app, author, changed, said):
    assert said in author.post("/policies/new", WRITTEN | changed, status=422).text
    with app.app_context():
        assert not db.session.scalars(select(Policy).where(Policy.name == "two-of-each")).all()


def a_limited_round(world: World, name: str = "limited", **stated) -> tuple[Round, Rules, World]:
    """Return a solved round of the world under a policy with these side rules, the rules, and the world with it."""
    rules = Rules(name=name, **stated)
    row = Policy(
        name=name,
        version=1,
        objective=rules.objective,
        document=rules.to_toml(),
        titles={"en": name},
        author_id=a_person("An Author").id,
        approved_by=world.hr,
    )
    db.session.add(row)
    db.session.commit()
    limited = replace(world, policy=row.public_id)
    return solved(limited), rules, limited


def test_a_round_keeps_the_limits_and_its_snapshot_gives_the_same_again(session):
    world = a_world()
    subject, rules, _ = a_limited_round(world, limits={"department": {"home": 1}})
    assert len(pairs(world, subject)) == 1
    answer = solving.replay(subject)
    assert len(answer.placements) == 1
    assert verify(answer.plan.index.problem, rules, answer.plan) == ()
    proof = choosing.proof_of(subject)
    assert proof["bound"] == sum(proof["price"]) + sum(proof["worth"]) + sum(proof["groups"])
    assert proof["groups"] == answer.plan.certificate.group_price.tolist()
    [use] = subject.figures["limits"]
    assert (use["of"], use["word"], use["most"], use["placed"], use["people"]) == ("department", "home", 1, 1, 3)
    codes = {row.person.name: row.code for row in leaving.listed(subject=subject, after=None, limit=10)}
    assert "limited" in codes.values()
    assert codes["Alan Turing"] == "no_seat_allowed"


def test_the_round_page_says_what_limits_came_to(app, world):
    with app.app_context():
        subject, _, _ = a_limited_round(
            world, limits={"department": {"home": 1}}, breach_points={"department": 7}, least_people=2
        )
        address = f"/rounds/{subject.public_id}"
        placed = subject.figures["placed"]
    reviewer = signed_in(app, HR)
    page = reviewer.get(address)
    assert "Who is placed, and how many" in page
    assert "At most one person of Home is placed." in page
    assert "Each person too many or too few costs 7 points." in page
    assert "A project of 2 seats or more has 2 people at least, or nobody. This must hold." in page
    assert "Proven: no other placement is better." in page
    assert placed == 1
    assert "Pairs that would rather have each other, whatever the limits" in page


def test_what_one_more_would_add_is_for_reviewers_only(app, world):
    with app.app_context():
        subject, _, _ = a_limited_round(world, limits={"department": {"home": 1}})
        address = f"/rounds/{subject.public_id}"
    assert "One more would add" in signed_in(app, HR).get(address)
    assert "One more would add" not in signed_in(app, AUDITOR).get(address)
    assert Caller(app, HR).get(address)["figures"]["limits"][0]["units"] > 0
    told = Caller(app, AUDITOR).get(address)["figures"]["limits"][0]
    assert (told["most"], told["placed"], told["units"]) == (1, 1, None)


def test_the_api_states_limits_as_the_page_does(app, world):
    author, colleague = Caller(app, HR), Caller(app, HR2)
    numbers = {name: int(value) for name, value in NUMBERS.items()}
    body = {
        "titles": {"en": "Two of each"},
        "code": "two-of-each",
        "objective": "most_seats",
        "limits": [{"group": "department:home", "most": 2}],
        "cost_department": 3,
        **numbers,
    }
    written = author.post("/policies", body, 201)
    assert written["side_rules"]["limits"] == [{"group": "department:home", "least": None, "most": 2}]
    assert written["side_rules"]["cost_department"] == 3
    assert document(app).limits == {"department": {"home": {"most": 2}}}
    author.post("/policies", body, 422)
    del body["code"]
    unlimited = body | {"limits": [], "cost_department": None}
    later = author.post(f"/policies/{written['id']}/next-version", unlimited, 201)
    assert (later["version"], later["side_rules"]["limits"]) == (2, [])
    wrong = author.post(f"/policies/{later['id']}/next-version", body | {"limits": [{"group": "x:y", "most": 1}]}, 422)
    assert "Choose whom the limit is about" in str(wrong)
    author.post(f"/policies/{later['id']}/approve", {}, 409)
    assert colleague.post(f"/policies/{later['id']}/approve")["approved"]


def test_a_broken_limit_shows_what_it_cost(app, world):
    with app.app_context():
        subject, _, _ = a_limited_round(world, limits={"department": {"home": 0}}, breach_points={"department": 1})
        address = f"/rounds/{subject.public_id}"
    reviewer = signed_in(app, HR)
    page = reviewer.get(address)
    assert "What was not kept, and what it cost" in page
    one = page[page.index("/rounds/proposals/") :].partition('"')[0]
    assert "Not worked out: under this policy’s rules" in reviewer.get(f"{one}?instead=yes")
    assert "Of Home 2 people too many are placed. This cost 2 points." in page


def test_whoever_a_limit_leaves_out_is_told_so(app, session):
    world = a_world()
    subject, _, _ = a_limited_round(world, limits={"department": {"home": 0}})
    planning.publish(subject=subject, actor_id=world.hr)
    assert answers(world)["ada", SURVEYS] == ("not_matched", "limited")


def test_a_round_that_cannot_keep_its_limits_says_which(app, world):
    with app.app_context():
        subject, _, _ = a_limited_round(world, limits={"department": {"home": {"least": 3}}})
        assert (subject.state, subject.failure) == ("failed", "cannot_be_met")
        address = f"/rounds/{subject.public_id}"
    page = signed_in(app, HR).get(address)
    assert "No placement keeps all the rules on who is placed that must hold." in page
    assert "In the nearest placement: Of Home one person too few is placed." in page


def test_people_of_a_region_are_those_whose_places_all_lie_there(session):
    world = a_world()
    for name, places in {"ada": ("leeds",), "grace": ("leeds", "london")}.items():
        profile = session.scalars(select(Profile).where(Profile.person_id == world.people[name])).one()
        session.add_all(AcceptedPlace(profile_id=profile.id, place=place, max_km=None) for place in places)
    session.commit()
    subject, rules, _ = a_limited_round(world, limits={"region": {"YH": 0, "LON": 0}})
    assert {person for person, _, _ in pairs(world, subject)} == {"grace"}
    assert [(use["word"], use["people"]) for use in subject.figures["limits"]] == [("YH", 1), ("LON", 0)]
    answer = solving.replay(subject)
    assert verify(answer.plan.index.problem, rules, answer.plan) == ()


def test_approval_and_publication_are_refused_by_the_name_of_a_limit(session):
    world = a_world()
    subject, _, _ = a_limited_round(world, limits={"department": {"home": {"least": 2, "most": 2}}})
    barred = proposal(world, subject, "ada", SURVEYS)
    review.bar(subject=barred, reason="She moves.", actor_id=world.hr)
    review.approve(subject=proposal(world, subject, "grace", FORMS), pack=PACK, actor_id=world.hr)
    with pytest.raises(Conflict, match="Of Home one person too few is placed"):
        planning.publish(subject=subject, actor_id=world.hr)
    # Whoever works elsewhere by now may make a group too large.
    session.rollback()
    limited, _, _ = a_limited_round(world, "other", limits={"department": {"home": 2, "host": 0}})
    post = session.scalars(select(Employment).where(Employment.person_id == world.people["grace"])).one()
    post.department_id = a_department("host").id
    session.commit()
    with pytest.raises(Conflict, match="Of Host one person too many is placed"):
        review.keep(subject=proposal(world, limited, "grace", FORMS), reason="Good.", actor_id=world.hr)


def test_few_changes_are_those_to_the_version_before(session):
    world = a_world()
    first, _, limited = a_limited_round(world, objective="fewest_changes", change_points=1000)
    before = {(person, title) for person, title, _ in pairs(world, first)}
    # Somebody better for the surveys applies too late to move Ada.
    better = an_agent("Joan Clarke", department=a_department("other"), skills={"user-research": 4})
    session.commit()
    second = again(limited, first)
    known = replace(limited, people=world.people | {"joan": better.id})
    assert before <= {(person, title) for person, title, _ in pairs(known, second)}
    assert explaining.kept_case(second).previous
    assert solving.replay(second).plan.changes == 0
