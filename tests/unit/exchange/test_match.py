"""``freeagents match``: the examples of the documentation, repeatable, and without a trace when something is wrong."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from marshmallow import ValidationError

from freeagents.country.pack import load_pack
from freeagents.eligibility.bridge import PARTS, Policy, policy_from_toml
from freeagents.eligibility.case import digest
from freeagents.exchange.cli.match import match
from freeagents.exchange.facts import case_of
from freeagents.exchange.rows import APPLICATIONS, PEOPLE, PROJECTS, read_rows
from freeagents.exchange.tables import Faults
from freeagents.matching import Objective
from freeagents.skills.schemas import unpack_skill_level

DOCUMENT = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")


def example(name):
    [text] = re.findall(rf"```\w+ {name}\n(.*?)```", DOCUMENT, re.DOTALL)
    return text


def test_every_example_speaks_the_words_of_the_shipped_pack():
    pack = load_pack("uk")
    with pytest.raises(ValidationError) as refusal:
        unpack_skill_level("python")
    [hint] = re.findall(r"as in ([\w-]+):3", str(refusal.value))
    named = {hint, *re.findall(r"(?<![\w-])([a-z-]+):[1-5]\b", DOCUMENT)}
    for row in csv.DictReader(io.StringIO(example("people"))):
        named |= {word for word in row["learning"].split(";") if word}
    assert named > {"user-research-methods", "data-modelling", "operational-research"}
    assert not named - pack.skills.keys()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in a folder with the documentation's examples, or other texts, and returns what it says."""
    monkeypatch.chdir(tmp_path)

    def command(*options, **texts):
        for name in ("people", "projects", "applications"):
            Path(f"{name}.csv").write_text(texts.get(name, example(name)), encoding="utf-8")
        arguments = ["people.csv", "projects.csv", "--applications", "applications.csv"]
        outputs = ["--out", "proposals.csv", "--report", "report.json"]
        return CliRunner().invoke(match, [*arguments, *outputs, *options])

    return command


def proposals():
    with Path("proposals.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def report():
    return json.loads(Path("report.json").read_text(encoding="utf-8"))


def test_the_example_of_the_documentation(run):
    result = run()
    assert (result.exit_code, result.stderr) == (
        0,
        "Grade Wizard has no ladder: compared by equality only (people: 1, projects: 0).\n",
    )
    assert [(row["project_id"], row["seat"], row["person_id"]) for row in proposals()] == [
        ("j1", "1", "p1"),
        ("j2", "1", "p2"),
    ]
    assert result.stdout.startswith("2 of 3 seats filled, ")
    told = report()
    assert [row["person_id"] for row in told["unplaced"]] == ["p3"]
    assert [(row["project_id"], row["seat"], row["code"]) for row in told["unfilled"]] == [
        ("j2", 2, "chosen_elsewhere")
    ]
    assert told["counts"] == {
        "people": 3,
        "projects": 2,
        "seats": 3,
        "applications": 3,
        "allowed_pairs": 3,
        "placed": 2,
        "unfilled": 1,
        "unplaced": 1,
        "blocking_pairs": 0,
    }
    assert told["notes"] == [
        {
            "code": "grade_without_ladder",
            "facts": {"word": "Wizard", "people": 1, "projects": 0},
            "sentence": "Grade Wizard has no ladder: compared by equality only (people: 1, projects: 0).",
        }
    ]


def test_parts_add_up_and_so_does_the_whole(run):
    run()
    total = Decimal(0)
    for row in proposals():
        assert sum(Decimal(row[part]) for part in PARTS) == Decimal(row["score"])
        total += Decimal(row["score"])
        assert row["reason"].startswith("Meets every hard rule. Earns ")
    assert Decimal(report()["objective"]["score"]) == total


def test_the_hash_is_that_of_the_canonical_input(run):
    run()
    faults = Faults()
    rows = [read_rows(kind, Path(f"{kind.name}.csv"), faults) for kind in (PEOPLE, PROJECTS, APPLICATIONS)]
    case = case_of(*rows, pack=load_pack("uk"), faults=faults)
    assert report()["input"]["sha256"] == digest(case.pieces()).hex()
    assert set(report()["versions"]) == {"freeagents", "python", "numpy", "scipy"}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_and_columns_changes_nothing(run, seed):
    draw = random.Random(seed)
    people = "person_id,department,time_percent,skills\n" + "".join(
        f"p{each},{draw.choice(['dwp', 'hmrc'])},,a:{draw.randint(1, 3)};b:{draw.randint(1, 3)}\n" for each in range(30)
    )
    projects = "project_id,department,seats,essential,asset\n" + "".join(
        f"j{each},{draw.choice(['dwp', 'mod'])},{draw.randint(1, 3)},a:{draw.randint(1, 2)},b:2\n" for each in range(8)
    )
    applications = "person_id,project_id,rank\n" + "".join(f"p{each},j{each % 8},1\n" for each in range(30))
    texts = {"people": people, "projects": projects, "applications": applications}
    run(**texts)
    first, told = Path("proposals.csv").read_bytes(), report()
    run(**{name: shuffled(text, draw) for name, text in texts.items()})
    again = report()
    assert Path("proposals.csv").read_bytes() == first
    for each in (told, again):
        del each["seconds"]
    assert again == told
    assert told["counts"]["placed"] > 0


def shuffled(text, draw):
    header, *rows = [line.split(",") for line in text.splitlines()]
    order = draw.sample(range(len(header)), len(header))
    draw.shuffle(rows)
    return "".join(",".join(row[place] for place in order) + "\r\n" for row in [header, *rows])


def test_faults_are_told_as_documented(run):
    wrong = example("people").replace(",2027-12-31,", ",31/12/2027,").replace("data-modelling:4", "data-modelling:5")
    Path("proposals.csv").write_text("older")
    result = run(people=wrong)
    assert result.exit_code == 2
    assert result.stderr == example("faults") + "2 faults; nothing was written.\n"
    assert result.stdout == ""
    assert Path("proposals.csv").read_text() == "older"
    assert {path.name for path in Path().iterdir()} == {
        "people.csv",
        "projects.csv",
        "applications.csv",
        "proposals.csv",
    }


def test_the_policy_of_the_documentation_is_the_default():
    assert policy_from_toml(example("policy")) == Policy()


def test_a_policy_changes_the_score(run):
    Path("policy.toml").write_text("[points]\nskills = 0\ngrowth = 0\nrank = 7\n")
    run("--policy", "policy.toml")
    assert {row["skills"] for row in proposals()} == {"0"}
    assert report()["policy"]["points"]["rank"] == 7


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            'nmae = "x"\nobjective = "all"\n[points]\nskills = -1\nluck = 3\n',
            [
                "policy.toml, nmae: A policy has no such key. Remove it.",
                "policy.toml, points.luck: A policy has no such key. Remove it.",
                f"policy.toml, objective: Write one of: {', '.join(Objective)}.",
                "policy.toml, points.skills: Write a whole number 0-1000.",
            ],
        ),
        ("points = 3\n", ["policy.toml, points: Write it as a table: [points]."]),
    ],
)
def test_a_wrong_policy_names_its_keys(run, text, sentences):
    Path("policy.toml").write_text(text)
    result = run("--policy", "policy.toml")
    assert (result.exit_code, result.stderr.splitlines()[:-1]) == (2, sentences)


def test_a_policy_that_is_no_toml(run):
    Path("policy.toml").write_text("points =\n")
    result = run("--policy", "policy.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith("policy.toml: This is not TOML: ")


def test_ids_alone_are_enough(run):
    result = run(people="person_id\np1\n", projects="project_id\nj1\n", applications="person_id,project_id\n")
    assert result.exit_code == 0
    assert [(row["project_id"], row["person_id"], row["score"]) for row in proposals()] == [("j1", "p1", "0")]
    assert proposals()[0]["reason"] == "Meets every hard rule. Earns nothing."


def test_words_without_a_ladder_are_equal_to_themselves_only(run):
    run(
        people="person_id,grade\np1,Wizard\np2,Warlock\np3,\n",
        projects="project_id,seats,grade_min,grade_max\nj1,3,Wizard,\n",
        applications="person_id,project_id\n",
    )
    assert [row["person_id"] for row in proposals()] == ["p1"]
    assert [note["facts"] for note in report()["notes"]] == [
        {"word": "Warlock", "people": 1, "projects": 0},
        {"word": "Wizard", "people": 1, "projects": 1},
    ]


def test_a_branch_belongs_to_its_department(run):
    branch = next(node for node in load_pack("uk").departments.values() if node.kind == "branch")
    run(
        people=f"person_id,department\np1,{branch.code}\np2,Elsewhere\n",
        projects=f"project_id,department,seats\nj1,{branch.parent},2\n",
        applications="person_id,project_id\n",
    )
    assert [row["person_id"] for row in proposals()] == ["p2"]
    assert report()["unplaced"][0]["facts"] == {"projects": 1, "alone": {"another_department": 1}}


def test_the_report_says_what_would_place_people_and_fill_seats(run):
    people = "person_id,clearance,skills\np1,SC,data-modelling:2\np2,,data-modelling:3\np3,SC,\n"
    run(
        people=people,
        projects="project_id,title,clearance,essential,seats\nj1,Ask people,SC,data-modelling:3,2\n",
        applications="person_id,project_id\n",
    )
    told = report()
    assert {row["person_id"]: row["nearest"] for row in told["unplaced"]} == {
        "p1": {"project": "j1", "skill": "data-modelling", "level": 3},
        "p2": {"project": "j1", "rule": "clearance"},
        "p3": {"project": "j1", "skill": "data-modelling", "level": 3},
    }
    assert told["unplaced"][0]["what_would_place"] == (
        "With Data modelling at the level Practitioner, the person would take a seat of “Ask people”."
    )
    filling = {"change": "lower", "skill": "data-modelling", "level": 2, "qualify": 1, "filled": 1}
    assert [row["filling"] for row in told["unfilled"]] == [filling, filling]
    assert told["unfilled"][0]["what_fills_it"] == (
        "The smallest change that fills it: ask Data modelling at the level Working. Then one person meets every hard"
        " rule. Solved with it, the round fills one more seat of the project."
    )
    run(
        people=people.replace("p1,SC,data-modelling:2", "p1,SC,data-modelling:3"),
        projects=Path("projects.csv").read_text(),
        applications="person_id,project_id\n",
    )
    assert report()["unfilled"][0]["filling"] == {
        "change": "asset",
        "skill": "data-modelling",
        "qualify": 2,
        "filled": 1,
    }


def test_under_an_objective_that_is_no_sum_nothing_is_said_of_changes(run):
    Path("policy.toml").write_text('objective = "worst_off"\n')
    run("--policy", "policy.toml")
    assert all("filling" not in row for row in report()["unfilled"])
    assert all("nearest" not in row for row in report()["unplaced"])
    assert "age" in report()["not_used"]


def test_seats_are_filled_before_score_where_the_policy_says_so(run):
    Path("policy.toml").write_text('objective = "most_seats"\n')
    run("--policy", "policy.toml")
    assert report()["objective"]["name"] == "most_seats"
    assert report()["objective"]["sentence"].startswith("No other placement fills more seats")


@pytest.mark.parametrize("objective", Objective)
def test_every_objective_can_be_asked_for(run, objective: Objective):
    Path("policy.toml").write_text(f'objective = "{objective}"\n')
    run("--policy", "policy.toml")
    told = report()
    assert (told["objective"]["name"], told["objective"]["seats"]) == (objective, told["counts"]["placed"])
    assert told["counts"]["blocking_pairs"] == 0


def test_another_country(run):
    result = run(
        "--country",
        "canada",
        people="person_id,languages,grade\np1,fr:CBC,AS-04\np2,fr:AAA,AS-4\n",
        projects="project_id,languages,grade_min\nj1,fr:BBB,as4\n",
        applications="person_id,project_id\n",
    )
    assert result.exit_code == 0
    assert [row["person_id"] for row in proposals()] == ["p1"]
    assert report()["country"]["pack"] == "canada"


IMPOSSIBLE = "No placement keeps all limits that must hold. In the nearest one:"


def limited_match(run, text):
    Path("policy.toml").write_text(text)
    return run(
        "--policy",
        "policy.toml",
        people="person_id,department,discipline,grade\n"
        + "".join(f"p{each},{'HMRC' if each < 5 else 'DWP'},data,{'SEO' if each % 2 else 'G7'}\n" for each in range(8)),
        projects="project_id,department,seats\nj1,Cabinet Office,5\n",
        applications="person_id,project_id,rank\n" + "".join(f"p{each},j1,1\n" for each in range(5)),
    )


def test_a_department_releases_at_most_so_many(run):
    result = limited_match(run, example("limits").replace("HMRC", '"HM Revenue and Customs"', 1))
    assert result.exit_code == 0, result.stderr
    placed = [row["person_id"] for row in proposals()]
    assert sum(person in {"p0", "p1", "p2", "p3", "p4"} for person in placed) == 1
    told = report()
    assert len(placed) == 4 == told["counts"]["placed"]
    hmrc, defence = told["limits"]
    assert (hmrc["of"], hmrc["group"], hmrc["most"], hmrc["placed"]) == ("department", "hmrc", 1, 1)
    assert hmrc["one_more_adds"] == {"seats": 0, "score": "15"}
    assert hmrc["sentence"] == "At most one person of hmrc is placed. One more would add 15 points to the whole."
    assert (defence["most"], defence["placed"]) == (2, 0)
    assert [note["code"] for note in told["notes"]] == ["limit_on_nobody"]
    assert {row["code"] for row in told["unplaced"]} == {"limited"}
    assert [(row["code"], row["facts"]) for row in told["unfilled"]] == [("limited", {"allowed": 8, "idle": 4})]
    assert told["policy"]["limits"] == {"department": {"hmrc": 1, "mod": 2}}


def test_a_region_is_that_of_all_places_a_person_gives(run):
    places = ["Leeds:40", "Leeds;Sheffield", "Leeds;London", "51.5,-0.12:30", "", "London"]
    Path("policy.toml").write_text('[limits.region]\n"Yorkshire and the Humber" = 1\nLON = 0\n')
    result = run(
        "--policy",
        "policy.toml",
        people="person_id,places\n" + "".join(f'p{each},"{words}"\n' for each, words in enumerate(places)),
        projects="project_id,seats,work_mode\nj1,6,remote\n",
        applications="person_id,project_id\np0,j1\n",
    )
    assert result.exit_code == 0, result.stderr
    told = report()
    assert [(use["group"], use["most"], use["placed"]) for use in told["limits"]] == [("YH", 1, 1), ("LON", 0, 0)]
    assert told["counts"]["placed"] == 4
    assert {row["person_id"] for row in told["unplaced"]} > {"p5"}


def test_seats_first_says_what_one_more_would_fill(run):
    limited_match(run, 'objective = "most_seats"\n[limits.grade]\nG7 = 1\nSEO = 3\n')
    grades = report()["limits"]
    assert [(use["group"], use["placed"], use["one_more_adds"]["seats"]) for use in grades] == [
        ("G7", 1, 1),
        ("SEO", 3, 1),
    ]
    assert all(use["sentence"].endswith("One more would fill a seat more.") for use in grades)


def test_a_policy_with_limits_is_read_back_as_it_was():
    policy = policy_from_toml(example("limits"))
    assert policy.limits == {"department": {"HMRC": 1, "Ministry of Defence": 2}}
    assert policy_from_toml(policy.to_toml()) == policy


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[limits.clearance]\nSC = 1\n", "limits.clearance: A policy has no such key. Remove it."),
        ("limits = 1\n", "limits: Write it as a table: [limits]."),
        ("[limits]\ngrade = 1\n", "limits.grade: Write it as a table: [limits.grade]."),
        ("[limits.grade]\nG7 = -1\n", "limits.grade.G7: Write a whole number 0-1000000."),
        (
            "[limits.grade]\nG7 = { some = 1 }\n",
            "limits.grade.G7: Write a whole number, or { least = 1, most = 5 } with one of the two or both.",
        ),
        ("[limits.grade]\nG7 = { least = 2, most = 1 }\n", "limits.grade.G7: The least must not be above the most."),
        ("one_team = 1\n", "one_team: Write true or false."),
        ("several_seats = 1\n", "several_seats: Write true or false."),
        (
            'objective = "worst_off"\nseveral_seats = true\n',
            "several_seats: Limits go with these objectives only: most_score, most_seats, fewest_changes.",
        ),
        ("[breach_points]\nluck = 1\n", "breach_points.luck: A policy has no such key. Remove it."),
        ("least_people = -1\n", "least_people: Write a whole number 0-1000000."),
        (
            "one_team = true\n[breach_points]\nteam = -1\n",
            "breach_points.team: Write a whole number 0-1000.",
        ),
        (
            "[limits.department]\nHMRC = { least = 6 }\n",
            f"limits.department: {IMPOSSIBLE} Of hmrc one person too few is placed.",
        ),
        (
            'objective = "stable_people"\n[limits.grade]\nG7 = 1\n',
            "limits: Limits go with these objectives only: most_score, most_seats, fewest_changes.",
        ),
        ("[limits.department]\nHMRC = 1\nhmrc = 2\n", "limits.department.hmrc: hmrc is limited twice. Name it once."),
    ],
)
def test_a_wrong_limit_is_told(run, text, sentence):
    result = limited_match(run, text)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, f"policy.toml, {sentence}")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--out", "people.csv"), "people.csv"),
        (("--report", "./projects.csv"), "projects.csv"),
        (("--out", "same", "--report", "same"), "same"),
    ],
)
def test_no_file_of_the_match_is_written_over(run, options, told):
    result = run(*options)
    assert result.exit_code != 0
    assert f"{told}: Another file of this match has this name. Choose another." in result.output
    assert Path("people.csv").read_text() == example("people")
    assert Path("projects.csv").read_text() == example("projects")


TEAM_FILES = {
    "people": "person_id,discipline\n" + "".join(f"p{each},{'data' if each < 6 else 'Design'}\n" for each in range(7)),
    "projects": "project_id,discipline,seats\nj1,data;design,3\nj2,design;policy,3\n",
    "applications": "person_id,project_id,rank\n" + "".join(f"p{each},j2,1\n" for each in range(7)),
}


def test_a_project_is_one_team_or_stays_empty(run):
    Path("policy.toml").write_text("one_team = true\n")
    result = run("--policy", "policy.toml", **TEAM_FILES)
    assert result.exit_code == 0, result.stderr
    assert {row["project_id"] for row in proposals()} == {"j1"}
    assert "p6" in {row["person_id"] for row in proposals()}
    assert len(proposals()) == 3
    told = report()
    assert told["breaches"] == []
    assert told["gap"] == {"seats": 0, "score": "0", "sentence": "Proven: no other placement is better."}


def test_a_team_that_lacks_somebody_costs_points(run):
    Path("policy.toml").write_text("one_team = true\n[breach_points]\nteam = 4\n")
    result = run("--policy", "policy.toml", **TEAM_FILES)
    assert result.exit_code == 0, result.stderr
    assert {row["project_id"] for row in proposals()} == {"j2"}
    assert report()["breaches"] == [
        {
            "of": "team",
            "kind": "team",
            "project": "j2",
            "discipline": "policy",
            "people": 1,
            "cost": "4",
            "sentence": "Project j2 has nobody of the discipline policy.",
        }
    ]


def test_least_and_most_of_several_groups_at_once(run):
    result = limited_match(
        run, "[limits.department]\nDWP = { least = 2 }\n[limits.grade]\nG7 = { least = 1, most = 2 }\nSEO = 3\n"
    )
    assert result.exit_code == 0, result.stderr
    told = report()
    assert [(use["group"], use["least"], use["placed"], use["one_more_adds"]) for use in told["limits"]] == [
        ("dwp", 2, 2, None),
        ("G7", 1, 2, None),
        ("SEO", 0, 3, None),
    ]
    assert [use["sentence"] for use in told["limits"]] == [
        "At least 2 people of dwp are placed. 2 are.",
        "From 1 to 2 people of G7 are placed. 2 are.",
        "At most 3 people of SEO are placed. 3 are.",
    ]


def test_a_policy_with_side_rules_is_read_back_as_it_was():
    policy = policy_from_toml(example("side rules"))
    assert policy.one_team
    assert policy.breach_points == {"grade": 5}
    assert policy_from_toml(policy.to_toml()) == policy


def test_halves_of_a_week_go_to_one_person_while_the_time_lasts(run):
    Path("policy.toml").write_text("several_seats = true\n")
    spells = "project_id,start,end,time_percent\n"
    files = {
        "people": "person_id,available_from,available_to,time_percent\np1,2027-01-01,2027-12-31,100\n",
        "projects": spells + "".join(f"j{each},2027-02-01,2027-04-30,50\n" for each in range(3)),
        "applications": "person_id,project_id,rank\np1,j2,1\n",
    }
    result = run("--policy", "policy.toml", **files)
    assert result.exit_code == 0, result.stderr
    assert [row["person_id"] for row in proposals()] == ["p1", "p1"]
    assert "j2" in {row["project_id"] for row in proposals()}
    told = report()
    assert told["gap"]["sentence"] == "Proven: no other placement is better."
    assert told["policy"]["several_seats"]


APART_FILES = {
    "people": "person_id\np1\np2\np3\n",
    "projects": "project_id,seats\nj1,2\nj2,1\n",
    "applications": "person_id,project_id,rank\np1,j1,1\np2,j1,1\n",
}


def test_two_people_are_not_together_on_one_project(run):
    Path("apart.csv").write_text("person_id,other_id\np1,p2\n")
    result = run("--apart", "apart.csv", **APART_FILES)
    assert result.exit_code == 0, result.stderr
    assert len(proposals()) == 3
    assert {row["project_id"] for row in proposals() if row["person_id"] in {"p1", "p2"}} == {"j1", "j2"}
    assert report()["gap"]["score"] == "0"


def test_who_is_together_all_the_same_costs_points(run):
    Path("apart.csv").write_text("person_id,other_id\np1,p2\n")
    Path("policy.toml").write_text("[breach_points]\napart = 2\n")
    run("--apart", "apart.csv", "--policy", "policy.toml", **APART_FILES)
    [breach] = report()["breaches"]
    assert (breach["one"], breach["other"], breach["project"], breach["cost"]) == ("p1", "p2", "j1", "2")
    assert breach["sentence"] == "p1 and p2 are together on project j1."


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("p1,p9\n", "apart.csv, line 2, other_id: p9 is not in people.csv. Add it there, or remove this row."),
        ("p1,p1\n", "apart.csv, line 2, other_id: Nobody is apart from themselves. Name two people."),
    ],
)
def test_a_wrong_row_of_people_apart_is_told(run, rows, sentence):
    Path("apart.csv").write_text(f"person_id,other_id\n{rows}")
    result = run("--apart", "apart.csv", **APART_FILES)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, sentence)


def test_people_apart_go_with_sums_only(run):
    Path("apart.csv").write_text("person_id,other_id\np1,p2\n")
    Path("policy.toml").write_text('objective = "worst_off"\n')
    result = run("--apart", "apart.csv", "--policy", "policy.toml", **APART_FILES)
    assert result.exit_code == 2
    assert result.stderr.startswith("policy.toml, objective: Limits go with these objectives only: most_score, ")


def test_a_project_has_the_least_number_of_people_or_nobody(run):
    Path("policy.toml").write_text("least_people = 2\n")
    files = APART_FILES | {"people": "person_id\np1\np3\n", "projects": "project_id,seats\nj1,3\nj2,1\n"}
    run("--policy", "policy.toml", **files | {"applications": "person_id,project_id,rank\np3,j2,1\n"})
    placed = {row["person_id"]: row["project_id"] for row in proposals()}
    assert placed == {"p3": "j2"}
    Path("policy.toml").write_text("least_people = 2\n[breach_points]\nleast_people = 3\n")
    run("--policy", "policy.toml", **files | {"applications": "person_id,project_id,rank\np1,j1,1\np3,j2,1\n"})
    assert [breach["sentence"] for breach in report()["breaches"]] == ["On project j1 one person too few is placed."]


def test_the_hash_tells_who_is_apart_whichever_way_it_is_written(run):
    hashes = []
    for rows in ("p1,p2\n", "p2,p1\n", "p1,p3\n"):
        Path("apart.csv").write_text(f"person_id,other_id\n{rows}")
        run("--apart", "apart.csv", **APART_FILES)
        hashes.append(report()["input"]["sha256"])
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_misspelt_word_is_named_with_what_it_may_mean(run):
    run(
        people="person_id,department,clearance,places,skills\np1,hmcr,SCC,Leedz,agile-workin:3;knitting:2\n",
        projects="project_id,essential\nj1,decision-makng:1\n",
        applications="person_id,project_id\n",
    )
    notes = [note for note in report()["notes"] if note["code"] == "word_not_known"]
    assert {note["facts"]["word"]: note["facts"]["near"] for note in notes} == {
        "agile-workin": "agile-working",
        "decision-makng": "decision-making",
        "Leedz": "leeds",
        "SCC": "SC",
        "hmcr": "hmrc",
    }
    assert notes[0]["sentence"] == "No skill is called agile-workin. Did you mean agile-working?"
