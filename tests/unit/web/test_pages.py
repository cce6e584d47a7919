"""check_page accepts a good page and catches one planted fault of each kind."""

from __future__ import annotations

import pytest

from tests.pages import PageFault, check_page, check_part

GOOD = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Your profile – Free Agents</title><meta name="htmx-config" content="{}">
<script src="/static/vendor/htmx.js" nonce="n"></script>
<script src="/static/vendor/accessible-autocomplete.js" nonce="n"></script></head>
<body><a href="#main">Skip</a><main id="main"><h1>Your profile</h1>
<form method="post"><input type="hidden" name="csrf_token" value="t">
<label for="skill">Skill</label><select id="skill" name="skill" data-search="true" aria-describedby="hint">
<option value=""></option><option value="a" selected>A</option></select><p id="hint">Choose one</p>
<fieldset><legend>Mode</legend>
<input type="radio" id="m" name="m" value="1" checked><label for="m">One</label></fieldset>
<button name="go" value="1">Save</button></form>
<form method="get"><label>Find <input name="q"></label><button>Find</button></form>
<div hx-get="/part">Live</div>
<img src="/a.png" alt=""><svg aria-hidden="true"></svg>
<table><caption>Figures</caption><thead><tr><th scope="col">Skill</th></tr></thead></table>
<h2>More</h2></main></body></html>"""
SUMMARY = '<div class="govuk-error-summary"><ul><li><a href="#skill">Enter a skill.</a></li></ul></div>'


def test_a_good_page_passes_and_gives_what_a_browser_would_send() -> None:
    page = check_page(GOOD)
    assert page.fields(page.all("form")[0]) == {"csrf_token": "t", "skill": "a", "m": "1"}


def test_a_page_with_errors_says_so_in_its_title() -> None:
    html = GOOD.replace("<h1>", SUMMARY + "<h1>")
    check_page(html.replace("<title>", "<title>Error: "))
    with pytest.raises(PageFault, match="after “Error: ”"):
        check_page(html)


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<!DOCTYPE html>", "", "invalid HTML"),
        ("<h2>More</h2>", "<h2>More</p></h2>", "invalid HTML"),
        ("<h2>More</h2>", "<form><form></form></form>", "invalid HTML"),
        (' lang="en"', "", "html without lang"),
        ("<h2>More</h2>", "<h1>More</h1>", "2 h1"),
        ("<h1>Your profile</h1>", "", "0 h1"),
        ("<title>Your", "<title>My", "does not begin"),
        (" – Free Agents", "", "does not begin"),
        ("<title>", "<title>Error: ", "does not begin"),
        ('<main id="main">', '<div id="main">', "main"),
        ('id="hint"', 'id="skill"', "id 'skill' occurs 2 times"),
        ('id="hint"', 'id="a hint"', "holds a space"),
        ('<label for="skill">Skill</label>', "", "select 'skill' has no label"),
        ('<label for="skill">Skill</label>', '<label for="skill"></label>', "select 'skill' has no label"),
        ('<label>Find <input name="q"></label>', 'Find <input name="q">', "input 'q' has no label"),
        ("<legend>Mode</legend>", "", "without a legend"),
        ("fieldset>", "div>", "outside a fieldset"),
        ('for="m"', 'for="n"', "for='n' leads nowhere"),
        ('describedby="hint"', 'describedby="hind"', "leads nowhere"),
        ('href="#main"', 'href="#top"', "leads nowhere"),
        ('value="t"', 'value=""', "CSRF"),
        ('name="csrf_token"', 'name="csrf"', "0 CSRF"),
        ("<label>Find", '<input type="hidden" name="csrf_token" value="t"><label>Find', "in the address"),
        ("<h2>", '<h2 style="color:red">', "inline style"),
        ("<h2>", '<h2 onclick="go()">', "inline onclick"),
        ("<h2>", '<h2 hx-on:click="go()">', "inline hx-on"),
        ("</head>", "<style>h1{}</style></head>", "inline <style>"),
        ("</head>", "<script>go()</script></head>", "without a nonce"),
        ("</head>", '<link rel="stylesheet" href="//cdn.example/a.css"></head>', "another site"),
        ('src="/a.png"', 'src="https://cdn.example/a.png"', "another site"),
        ('href="#main"', 'href="javascript:go()"', "a script in href"),
        (' alt=""', "", "without alt"),
        ('<svg aria-hidden="true">', '<svg role="img">', "neither named nor hidden"),
        (">Save<", "><", "button without text"),
        (">Skip<", "><", "a without text"),
        ("<caption>Figures</caption>", "", "without a caption"),
        (' scope="col"', "", "scope"),
        ("<h2>More</h2>", "<h3>More</h3>", "h3 follows h1"),
        ("More", "&lt;bound method Project.title&gt;", "left over"),
        ("More", "&lt;Project object at 0x7f&gt;", "left over"),
        ("/static/vendor/htmx.js", "/static/other.js", "htmx is not there"),
        ('name="htmx-config"', 'name="other"', "configuration"),
        ("/static/vendor/accessible-autocomplete.js", "/static/other.js", "accessible-autocomplete is not there"),
    ],
)
def test_one_planted_fault_is_caught(good: str, bad: str, fault: str) -> None:
    assert good in GOOD
    with pytest.raises(PageFault, match=fault):
        check_page(GOOD.replace(good, bad))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PageFault) as caught:
        check_page(GOOD.replace(' alt=""', "").replace(' lang="en"', ""))
    assert str(caught.value).count("\n") == 1


def test_a_part_is_checked_for_what_can_be_said_of_it() -> None:
    check_part('<p id="a">Ten people qualify.</p>')
    with pytest.raises(PageFault, match="inline style"):
        check_part('<p style="color:red">Ten people qualify.</p>')
