"""Files in the database: complete, the same when brought in again, and nothing of a file that is wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from freeagents.accounts.models import Department, Employment, ExternalId, Person
from freeagents.accounts.queries.directory import employment_today, person_by_email
from freeagents.applications.models import Application
from freeagents.audit.models import AuditEntry
from freeagents.db.base import Base
from freeagents.eligibility.gathering import read_pool
from freeagents.exchange.services import loading
from freeagents.exchange.tables import InputError
from freeagents.profiles.models import Admission, Profile
from freeagents.profiles.queries import whole_profile
from freeagents.projects.models import Project
from freeagents.skills.models import Skill
from tests.factories import PACK, TODAY, a_person
from tests.integration.exchange.files import PEOPLE, PROJECTS, bring_all_in, bring_all_out, bring_in, matched, written


@pytest.fixture
def files(session, tmp_path):
    loading.load_pack(PACK)
    session.commit()
    return written(tmp_path)


def everything(session):
    """Every row of every table but the audit's, as text."""
    session.commit()
    tables = [table for table in Base.metadata.sorted_tables if not table.name.startswith("audit")]
    return {
        table.name: sorted(map(str, session.execute(text(f'SELECT t::text FROM "{table.name}" t')))) for table in tables
    }


def entries(session):
    session.commit()
    return session.scalar(select(func.count()).select_from(AuditEntry))


def refusal(kind, path):
    with pytest.raises(InputError) as caught:
        bring_in(kind, path)
    return [str(problem).removeprefix(f"{path}, ") for problem in caught.value.problems]


def test_what_comes_in(session, files):
    counts = bring_all_in(files)
    assert counts == {
        "people": {"added": 3, "changed": 0, "unchanged": 0, "admitted": 3},
        "projects": {"added": 2, "changed": 0, "unchanged": 0, "opened": 2, "drafts": 0},
        "applications": {"added": 3, "changed": 0, "unchanged": 0, "left_out": 0},
    }
    session.commit()
    ada = person_by_email("ada@example.org")
    profile = whole_profile(ada.id)
    assert {held.skill.code: held.level for held in profile.skills} == {"user-research": 3, "Basket weaving": 2}
    assert [(place.place, place.max_km) for place in profile.places] == [("leeds", 40), ("51.5,-0.12", 10)]
    assert {row.language: row.letters for row in profile.languages} == {"cy": "B2", "fr": ""}
    post = employment_today(ada.id)
    assert (post.department.code, post.grade, post.grade_ladder) == ("hmrc", "G7", "civil-service")
    assert session.scalar(select(Admission.expires_on).where(Admission.person_id == ada.id)) > TODAY
    assert session.scalar(select(Skill.source).where(Skill.code == "Basket weaving")) == "import"
    magic = session.scalar(select(Department).where(Department.code == "Ministry of Magic"))
    assert magic.employer_id == magic.id
    assert set(session.scalars(select(Project.state))) == {"open"}
    ranks = session.execute(select(Application.rank).order_by(Application.rank.nulls_last())).scalars().all()
    assert ranks == [1, 2, None]


def test_the_same_files_again_change_nothing(session, files):
    bring_all_in(files)
    before, noted = everything(session), entries(session)
    counts = bring_all_in(files)
    assert counts["people"] == {"added": 0, "changed": 0, "unchanged": 3, "admitted": 0}
    assert counts["projects"] == {"added": 0, "changed": 0, "unchanged": 2, "opened": 0, "drafts": 0}
    assert counts["applications"] == {"added": 0, "changed": 0, "unchanged": 3, "left_out": 0}
    assert everything(session) == before
    assert entries(session) == noted


def test_lists_in_another_order_change_nothing(session, files):
    bring_all_in(files)
    before, noted = everything(session), entries(session)
    people = (
        PEOPLE.replace("hybrid;remote", "remote;hybrid;remote")
        .replace("cy:B2;fr", "fr;cy:B2")
        .replace("Leeds:40;51.5,-0.12:10", "51.5,-0.12:10;Leeds:40")
        .replace("user-research:3;Basket weaving:2", "Basket weaving:2;user-research:3")
    )
    projects = PROJECTS.replace("design;data", "data;design;data")
    assert (people, projects) != (PEOPLE, PROJECTS)
    files |= written(files["people"].parent, people=people, projects=projects)
    counts = bring_all_in(files)
    assert (counts["people"]["unchanged"], counts["projects"]["unchanged"]) == (3, 2)
    assert everything(session) == before
    assert entries(session) == noted


def test_a_changed_file_changes_only_what_differs(session, files):
    bring_all_in(files)
    profile = whole_profile(person_by_email("grace@example.org").id)
    profile.skills[0].evidence = "Led the census study."
    session.commit()
    files["people"].write_text(
        PEOPLE.replace("user-research:2,", "user-research:3;python:1,").replace(",dwp,", ",mod,")
    )
    assert bring_in("people", files["people"])["changed"] == 1
    session.commit()
    profile = whole_profile(profile.person_id)
    assert {held.skill.code: (held.level, held.evidence) for held in profile.skills} == {
        "user-research": (3, "Led the census study."),
        "python": (1, ""),
    }
    assert session.scalar(select(func.count()).select_from(Employment)) == 3
    assert employment_today(profile.person_id).department.code == "mod"


def test_columns_the_file_lacks_stay_as_they_are(session, files, tmp_path):
    bring_in("people", files["people"])
    short = tmp_path / "short.csv"
    short.write_text("person_id,name,email,department\np1,Ada King,ada@example.org,hmrc\n")
    assert bring_in("people", short)["changed"] == 1
    session.commit()
    ada = person_by_email("ada@example.org")
    assert ada.name == "Ada King"
    assert len(whole_profile(ada.id).skills) == 2
    assert employment_today(ada.id).grade == "G7"


def test_an_account_with_the_same_address_is_that_person(session, files):
    known = a_person("Ada", email="ada@example.org")
    session.commit()
    assert bring_in("people", files["people"])["added"] == 2
    assert session.scalar(select(ExternalId.row_id).where(ExternalId.external_id == "p1")) == known.id
    assert session.scalar(select(func.count()).select_from(Person)) == 3


def test_ids_belong_to_their_source(session, files):
    bring_in("people", files["people"], source="hr")
    other = files["people"].with_name("other.csv")
    other.write_text("person_id,name,email,department\np1,Somebody Else,else@example.org,dwp\n")
    assert bring_in("people", other, source="payroll")["added"] == 1
    assert session.scalar(select(func.count()).select_from(Person)) == 4


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("Grace Hopper,grace@example.org", "Grace Hopper,", "line 3, email: Nothing is written here. Fill it in."),
        ("Grace Hopper,", ",", "line 3, name: Nothing is written here. Fill it in."),
        (",dwp,", ",,", "line 3, department: Nothing is written here. Fill it in."),
        (
            "grace@example.org",
            "ADA@example.org",
            "line 3, email: ada@example.org stands in line 2 already. Give each person an address of their own.",
        ),
    ],
)
def test_nothing_of_a_wrong_file_comes_in(session, files, before, after, sentence):
    untouched = everything(session)
    files["people"].write_text(PEOPLE.replace(before, after))
    assert refusal("people", files["people"]) == [sentence]
    session.rollback()
    assert everything(session) == untouched


def test_an_address_of_somebody_else_is_refused(session, files):
    bring_in("people", files["people"])
    session.commit()
    swapped = PEOPLE.replace("Ada@", "x@").replace("grace@", "ada@").replace("x@", "grace@")
    files["people"].write_text(swapped)
    assert refusal("people", files["people"]) == [
        "line 2, email: grace@example.org belongs to somebody else. Correct one of the two.",
        "line 3, email: ada@example.org belongs to somebody else. Correct one of the two.",
    ]


def test_nothing_of_a_file_the_rules_refuse_comes_in(session, files):
    untouched = everything(session)
    files["projects"].write_text(PROJECTS.replace("Wizard,Wizard", "Wizard,Warlock"))
    assert refusal("projects", files["projects"]) == [
        "line 3, grade_max: The highest grade must be the same as or above the lowest, and of the same ladder."
    ]
    session.rollback()
    assert everything(session) == untouched


def test_incomplete_projects_stay_drafts(session, files):
    files["projects"].write_text("project_id,title,department\nj1,Some day,mod\n")
    assert bring_in("projects", files["projects"]) == {
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "opened": 0,
        "drafts": 1,
    }


def test_a_changed_project_keeps_its_seats(session, files):
    bring_in("projects", files["projects"])
    session.commit()
    files["projects"].write_text(PROJECTS.replace("design;data,2", "data,3").replace(",mod,", ",dwp,"))
    assert bring_in("projects", files["projects"])["changed"] == 1
    project = session.scalar(select(Project).where(Project.title == "Find out what people need"))
    session.refresh(project, ["seats", "department"])
    assert [seat.number for seat in project.seats] == [1, 2, 3]
    assert project.department.code == "dwp"


def test_applications_name_known_people_and_projects(session, files):
    bring_in("people", files["people"])
    session.commit()
    assert refusal("applications", files["applications"])[0] == (
        "line 2, project_id: j1 is not known from hr. Import it first, or remove this row."
    )


def test_applications_the_rules_refuse_are_left_out(session, files):
    files["projects"].write_text(PROJECTS.replace(",mod,", ",hmrc,"))
    assert bring_all_in(files)["applications"] == {"added": 2, "changed": 0, "unchanged": 0, "left_out": 1}


def test_what_comes_in_and_out_matches_the_same(session, files, tmp_path):
    bring_all_in(files)
    session.commit()
    out = bring_all_out(tmp_path / "out")
    before, after = matched(files, tmp_path), matched(out, tmp_path / "out")
    assert before[1]["counts"]["placed"] == 2
    assert after == before


def test_what_comes_out_comes_in_again_unchanged(session, files, tmp_path):
    bring_all_in(files)
    before = everything(session)
    assert bring_all_in(bring_all_out(tmp_path / "out"))["people"]["unchanged"] == 3
    assert everything(session) == before


def test_cells_that_would_run_as_formulas_are_guarded(session, files, tmp_path):
    files["people"].write_text(PEOPLE.replace("Grace Hopper", "=HYPERLINK(1)"))
    bring_in("people", files["people"])
    session.commit()
    out = bring_all_out(tmp_path / "out")
    assert ",'=HYPERLINK(1)," in out["people"].read_text()
    assert bring_in("people", out["people"])["unchanged"] == 3


def test_who_gave_no_dates_is_never_free(session, files, tmp_path):
    bring_all_in(files)
    whole_profile(person_by_email("ada@example.org").id).availability = []
    session.commit()
    out = bring_all_out(tmp_path / "out")
    _proposals, report = matched(out, tmp_path / "out")
    assert report["unplaced"][0]["person_id"] == "p1"
    assert len(read_pool(TODAY, lambda _done, _total: None).person) == len(session.scalars(select(Profile)).all())
