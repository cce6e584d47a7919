"""What forms say is wrong is said as a person would say it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from tests.architecture.access_world import an_access_world
from tests.clients import Browser, signed_in

FORMS = {
    "/sign-in": "",
    "/invitation/{invitation}": "",
    "/account/tokens": "applicant",
    **{
        f"/profile/{part}": "applicant"
        for part in ("about", "skills", "learning", "clearance", "languages", "work-modes", "places", "availability")
    },
    "/profile/skills/role": "applicant",
    "/projects/new": "owner",
    **{
        f"/projects/{{draft}}/edit/{section}": "owner"
        for section in (
            "title",
            "outcome",
            "tasks",
            "dates",
            "seats",
            "where",
            "skills",
            "grade",
            "clearance",
            "languages",
        )
    },
    **{f"/projects/{{draft}}/fill/{source}": "owner" for source in ("template", "project", "role")},
    "/projects/{draft}/open": "owner",
    "/projects/{project}/end": "owner",
    "/rounds/new": "hr",
    "/rounds/proposals/{proposal}/decide": "hr",
}
"""Each form's address, and who of the world sends it."""
PAGES = {"/account/tokens": "/account", "/projects/{draft}/open": "/projects/{draft}/draft"}
"""On which page a form stands, where it is not sent to its own address."""
SENTENCE = re.compile(r"[A-Z][^_]*\.", re.DOTALL)
UNSPOKEN = re.compile(r"(?:Enter|Choose) (?!(?:a|an|at|how|the|what|whether|your)\b)")
"""An input called by its name in the code: *Enter email.*"""


def inputs(page: str) -> list[str]:
    """Return the names of what one fills in on a page."""
    names = re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page)
    return [name for name in names if name not in {"csrf_token", "version", "next"}]


def sentences(page: str) -> list[str]:
    """Return what the error summary says."""
    found = re.search(r'class="govuk-error-summary".*?</ul>', page, re.DOTALL)
    return [unescape(said) for said in re.findall(r'<a href="#[^"]*">(.*?)</a>', found[0])] if found else []


@pytest.mark.parametrize("typed", ["", "1" + "x" * 5000], ids=["nothing", "nonsense"])
def test_every_form_says_what_is_wrong_in_a_sentence(app: Flask, typed: str) -> None:
    world = an_access_world(app)
    browsers = {"": Browser(app), **{who: signed_in(app, world.emails[who]) for who in set(FORMS.values()) - {""}}}
    said = {}
    for form, who in FORMS.items():
        page = PAGES.get(form, form.removesuffix("/decide")).format(**world.values)
        data = {"version": "1", **dict.fromkeys(inputs(browsers[who].get(page)), typed)}
        data["csrf_token"] = browsers[who].token(page)
        answer = browsers[who].client.post(form.format(**world.values), data=data)
        assert answer.status_code in {303, 409, 422}, (form, answer.status_code)
        said |= dict.fromkeys(sentences(answer.text), form)
    assert len(said) > 8, said
    assert not {sentence: form for sentence, form in said.items() if not SENTENCE.fullmatch(sentence)}
    assert not {sentence: form for sentence, form in said.items() if UNSPOKEN.match(sentence)}
    if not typed:
        assert {"Enter your email address.", "Enter your password.", "Enter what the new token is for."} <= said.keys()
