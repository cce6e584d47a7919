"""Every answer carries the headers of safety; refusals and failures are sentences; files are kept and sent small."""

from __future__ import annotations

import gzip
import re
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from freeagents.web import compression, filters, theme
from tests.pages import check_page, text
from tests.unit.web.conftest import make_app

GZIP = {"Accept-Encoding": "gzip"}
FIRST_VIEW_BYTES = 45 * 1024
WITH_LIVE_PARTS_BYTES = 70 * 1024


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    return web.test_client()


def test_scripts_run_only_with_this_answer_s_nonce(client: FlaskClient) -> None:
    answers = [client.get("/components") for _ in range(2)]
    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    for answer, policy in zip(answers, policies, strict=True):
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce
        assert {script.get("nonce") for script in check_page(answer).all("script")} == {nonce[1]}
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert rule in policy
    assert policies[0] != policies[1]


@pytest.mark.parametrize("path", ["/components", "/nowhere", "/components/fail/mistake", "/static/css/app.css"])
def test_every_answer_is_safe(client: FlaskClient, path: str) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert headers["Cache-Control"] == ("public, no-cache" if path.startswith("/static") else "no-store")


def test_https_is_for_ever() -> None:
    answer = make_app("https://agents.example").test_client().get("/components")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Page not found"),
        ("DELETE", "/components", 405, "Sorry, there is a problem"),
        ("GET", "/components/fail/conflict", 409, "This cannot be done now"),
        ("GET", "/components/fail/busy", 503, "The service is not available"),
        ("GET", "/components/fail/mistake", 500, "Sorry, there is a problem"),
        ("POST", "/components", 400, "Sorry, there is a problem"),
    ],
)
def test_a_refusal_is_a_page_with_a_sentence_and_no_trace(
    client: FlaskClient, method: str, path: str, status: int, title: str
) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.open(path, method=method)
    page = check_page(answer)
    assert (answer.status_code, text(page.all("h1")[0])) == (status, title)
    assert "Traceback" not in answer.text
    assert "secret" not in answer.text
    assert len(text(page.all("main")[0])) > len(title) + 20
    assert answer.headers.get("Retry-After") == ("7" if status == 503 else None)


@pytest.mark.parametrize(
    ("method", "headers", "target"),
    [
        ("GET", {}, "/components/fail/signed-out?page=2"),
        ("POST", {"Referer": "http://localhost/components?page=3#top"}, "/components?page=3"),
        ("POST", {"Referer": "https://elsewhere.example/components"}, None),
        ("POST", {"Referer": "http://localhost.elsewhere.example/"}, None),
        ("POST", {}, None),
    ],
)
def test_whoever_must_sign_in_comes_back_to_the_page(
    client: FlaskClient, method: str, headers: dict[str, str], target: str | None
) -> None:
    token = check_page(client.get("/components")).fields()["csrf_token"]
    path = "/components/fail/signed-out?page=2"
    answer = client.open(path, method=method, headers=headers, data={"csrf_token": token} if method == "POST" else None)
    asked = parse_qs(urlsplit(answer.location).query)
    assert (answer.status_code, asked) == (303, {"next": [target]} if target else {})


def test_a_part_sends_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/components?page=3"}
    answer = client.get("/components/fail/signed-out", headers=headers)
    assert (answer.status_code, answer.data) == (401, b"")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/components?page%3D3"


def test_a_refusal_of_a_part_is_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/components/fail/conflict", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (
        409,
        '<p class="govuk-inset-text" role="alert">Somebody was faster.</p>',
    )


def test_a_body_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/components", data=b"x" * (2 * 1024 * 1024 + 1), content_type="application/octet-stream")
    assert answer.status_code in {400, 413}
    assert "2 MB" in answer.text or "could not read" in answer.text or "too long" in answer.text


def test_files_are_kept_for_a_year_under_the_mark_of_their_content(client: FlaskClient) -> None:
    page = check_page(client.get("/components"))
    addresses = [link.get("href", "") for link in page.all("link")] + [
        script.get("src", "") for script in page.all("script") if script.get("src")
    ]
    for address in addresses:
        answer = client.get(address, headers=GZIP)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), address
        assert re.search(r"v=[0-9a-f]{6,}$", address)


def test_files_are_sent_compressed_and_only_when_they_changed(client: FlaskClient) -> None:
    address = "/static/vendor/govuk-frontend.css"
    plain = client.get(f"{address}?as=somebody", buffered=True)
    packed = client.get(f"{address}?as=somebody", headers=GZIP)
    assert gzip.decompress(packed.data) == plain.data
    assert (plain.headers["Vary"], packed.headers["Vary"]) == ("Accept-Encoding", "Accept-Encoding")
    for answer, coding in ((plain, ""), (packed, "gzip")):
        known = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": coding}
        again = client.get(address, headers=known, buffered=True)
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["../app.py", "..%2fapp.py", "css", "nothing.css", "css/app.css/x", "%00"])
def test_no_other_file_is_sent(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_page_is_light(client: FlaskClient) -> None:
    assert weight(client, "/?as=somebody") <= FIRST_VIEW_BYTES


def test_a_page_with_search_or_with_live_parts_is_light_enough(client: FlaskClient) -> None:
    # This page has both, and every macro there is.
    live = len(client.get("/static/vendor/htmx.js", headers=GZIP).data)
    assert weight(client, "/components?as=somebody") - live <= WITH_LIVE_PARTS_BYTES


def test_pages_are_compressed_for_whoever_takes_it_to_a_length_of_chance(client: FlaskClient) -> None:
    plain = client.get("/components")
    packed = [client.get("/components", headers=GZIP) for _ in range(20)]
    assert (plain.headers.get("Content-Encoding"), packed[0].headers["Content-Encoding"]) == (None, "gzip")
    assert len(packed[0].data) == packed[0].content_length < len(plain.data) / 3
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len({len(compression.compressed(plain.data)) for _ in range(40)}) > 5
    assert gzip.decompress(packed[0].data).startswith(b"<!DOCTYPE html>")
    assert "Content-Encoding" not in client.get("/components/progress", headers=GZIP | {"HX-Request": "true"}).headers


def weight(client: FlaskClient, path: str) -> int:
    """Return the bytes of a first view as sent: page, styles, pictures, scripts and what they import."""
    answer = client.get(path)
    addresses = set(re.findall(r'(?:href|src|data-components)="(/(?:static|theme)[^"]+)"', answer.text))
    files = [client.get(address, headers=GZIP).data for address in addresses]
    return len(client.get(path, headers=GZIP).data) + sum(map(len, files))


@pytest.mark.parametrize(("colour", "words"), [("#26374a", "#ffffff"), ("#14415c", "#ffffff"), ("#ffdd00", "#0b0c0c")])
def test_text_can_be_read_on_any_colour(colour: str, words: str) -> None:
    assert f"--app-brand-text:{words}" in theme.css(colour)
    assert theme.contrast(colour, words) >= 4.5


def test_contrast_is_the_guidelines_own() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("language", "template", "said"),
    [
        ("en", "{{ d|day }}", "9 March 2027"),
        ("fr", "{{ d|day }}", "9 mars 2027"),
        ("en", "{{ none|day }}", ""),
        ("en", "{{ t|moment }}", "9 March 2027, 14:05 UTC"),
        ("en", "{{ 41250|points }} {{ 1|points }} {{ 60000|points }} {{ (-1500)|points }}", "41.25 0.001 60 -1.5"),
        ("fr", "{{ 41250|points }}", "41,25"),
        ("en", "{{ 12345.5|number }}", "12,345.5"),
        ("en", "{{ 0.5|percent }} {{ 0.034|percent }}", "50% 3.4%"),
        ("fr", "{{ 0.5|percent }}", "50\u202f%"),
        ("en", "{{ []|listed }}{{ 'a'|listed }}; {{ 'ab'|listed }}; {{ 'abc'|listed }}", "a; a and b; a, b and c"),
        ("en", "{{ {'en': 'Work', 'fr': 'Travail'}|named }}", "Work"),
        ("en", "{{ {'fr': 'Travail'}|named }}", '<span lang="fr">Travail</span>'),
        ("en", "{{ {'fr': '<b>'}|named }}", '<span lang="fr">&lt;b&gt;</span>'),
        ("en", "{{ none|named }}", ""),
        ("en", "{{ 'a\nb\n\n<i>'|paragraphs }}", '<p class="govuk-body">a<br>b</p><p class="govuk-body">&lt;i&gt;</p>'),
    ],
)  # fmt: skip
def test_words(web: Flask, language: str, template: str, said: str) -> None:
    with web.test_request_context(f"/?lang={language}"):
        shown = render_template_string(template, d=date(2027, 3, 9), t=datetime(2027, 3, 9, 14, 5))  # noqa: DTZ001
    assert shown.replace("\u00a0", "\u202f") == said


def test_points_of_parts_add_up_as_they_are_said(asking: Flask) -> None:
    assert [filters.points(units) for units in (1, 999, 1000, 123_456_789)] == ["0.001", "0.999", "1", "123,456.789"]
