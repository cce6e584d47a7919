"""Going over all pages: which there are for whom, and what each must be when it is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, product, zip_longest
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urljoin

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.architecture.access_table import NOBODY, TABLE
from tests.clients import signed_in
from tests.journeys.sweep_world import Swept

if TYPE_CHECKING:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import BrowserContext, Page, Response

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
OURS = {"exclude": [["#swagger-ui"]]}
"""The page of the API is made by a vendor's script; it has the API's description beside it as a file."""
LARGE = {"width": 1280, "height": 900}
NARROW = (320, 650, 780)
"""Widths in pixels: the smallest screen, and the first at which columns of two kinds stand side by side."""
VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+)>")
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
ELEMENT = re.compile(r'<(\w+)(?:[^>]*?\sclass="([^"]*)")?')


@dataclass
class Walk:
    """A way over all pages of a government: every address of the URL map, and every link on the way.

    :ivar language: the one that pages are asked for in.
    :ivar opened: the endpoints that answered somebody.
    :ivar dead: links that lead to nothing.
    """

    app: Flask
    swept: Swept
    language: str = "en"
    opened: set[str] = field(default_factory=set)
    dead: list[str] = field(default_factory=list)
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def pages(self, who: str) -> Iterator[tuple[FlaskClient, str]]:
        """Yield client and address of each page that ``who`` sees and that is built like none before."""
        client = self.client(who)
        ways = dict.fromkeys(self._addresses(who), "the URL map")
        asked = {_kind(address) for address in ways}
        left = list(ways)
        for address in left:  # grows by the links on the way
            with client.get(address) as answer:
                if answer.status_code >= (500 if ways[address] == "the URL map" else 400):
                    self.dead.append(f"{address} on {ways[address]} as {who}: {answer.status_code}")
                if answer.status_code < 300:
                    self.opened.add(self.endpoint(address))
                if answer.status_code != 200 or answer.mimetype != "text/html":
                    continue
                html = answer.text
            for href in links(html, address):
                if _kind(href) not in asked:
                    asked.add(_kind(href))
                    ways[href] = address
                    left.append(href)
            form = (self.endpoint(address), built(html))
            if form not in self._seen:
                self._seen.add(form)
                yield client, address

    def client(self, who: str) -> FlaskClient:
        """Return a client in which ``who`` is signed in."""
        client = self.app.test_client() if who == NOBODY else signed_in(self.app, self.swept.emails[who]).client
        client.get(f"/language/{self.language}")
        return client

    def endpoint(self, address: str) -> str:
        """Return the endpoint that answers at an address."""
        return str(self.app.url_map.bind("localhost").match(address.partition("?")[0])[0])

    def _addresses(self, who: str) -> list[str]:
        return [
            address for rule in page_rules(self.app) if who in TABLE[rule.endpoint] for address in self.of_rule(rule)
        ]

    def of_rule(self, rule: Rule) -> list[str]:
        """Return the addresses of a rule; none where there is nothing to put in the place of a variable."""
        names = [self._name(rule, name) for name in VARIABLE.findall(rule.rule)]
        values: Sequence[Sequence[str]] = [self.swept.values.get(name, ()) for name in names]
        parts = VARIABLE.split(rule.rule)[::2]
        return ["".join(chain(*zip_longest(parts, chosen, fillvalue=""))) for chosen in product(*values)]

    def _name(self, rule: Rule, name: str) -> str:
        if name == "token":
            return next((part for part in ("invitation", "reset", "new-email") if part in rule.rule), "api_token")
        return "draft" if rule.endpoint.startswith(("drafts.", "filling.")) and name == "project" else name


def page_rules(app: Flask) -> list[Rule]:
    """Return the rules that are asked with GET and are not of the JSON API."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/v1/")
    ]


def links(html: str, address: str) -> list[str]:
    """Return where the links of a page lead inside the service, without the place on the page."""
    told = (unescape(href) for href in LINK.findall(html))
    whole = (urljoin(address, href.partition("#")[0]) for href in told if not href.startswith("#"))
    # The next pages of a walk that follows a link to another language would be in that language.
    return [href for href in whole if href.startswith("/") and not href.startswith("/language/")]


def built(html: str) -> tuple[tuple[str, str], ...]:
    """Return what a page is made of: names and classes of its elements, in order, each once."""
    return tuple(dict.fromkeys(ELEMENT.findall(html)))


def _kind(address: str) -> str:
    """Return the address with the names of what is asked, without what is asked: one filtered list is like another."""
    path, _mark, query = address.partition("?")
    return f"{path}?{sorted(parse_qs(query))}"


@dataclass
class Eye:
    """A browser that looks at pages; ``faults`` says what is wrong with them."""

    page: Page
    axe: Axe
    home: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext, axe: Axe, home: str) -> Eye:
        """Return an eye that opens pages of ``home`` in ``context``; no request leaves that address."""
        eye = cls(context.new_page(), axe, home)
        context.on("request", lambda request: eye.hear(request.url))
        return eye

    def hear(self, url: str) -> None:
        """Note a request that goes elsewhere."""
        if not url.startswith((self.home, "data:", "about:")):
            self.faults.append(f"{self.page.url}: asks {url}")

    def sign_in_as(self, client: FlaskClient) -> None:
        """Take the sign-in of a client without a screen."""
        self.page.context.clear_cookies()
        cookie = client.get_cookie("session")
        if cookie is not None:
            self.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": self.home}])

    def open(self, address: str) -> None:
        """Go to an address, and open all that is folded there."""
        self.page.goto(address)
        self.unfold()

    def unfold(self) -> None:
        """Open all that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def forms(self) -> int:
        """Return how many forms of the page ask for something typed."""
        return self.page.locator(f"main form:has({TYPED})").count()

    def fill_in_wrongly(self, number: int) -> Response:
        """Send that form with what is far too long and no number, and nothing chosen; return the answer."""
        with self.page.expect_navigation() as gone:
            self.page.locator(f"main form:has({TYPED})").nth(number).evaluate(WRONGLY)
        self.unfold()
        assert gone.value is not None
        return gone.value

    def look(self, name: str, *, words_only: bool = False) -> None:
        """Look at the page that is open: as it is, in forced colours, with text twice as large, on a small screen.

        :param words_only: it was looked at before, with other words: see only whether these have room.
        """
        wrong: list[str] = []
        if not words_only:
            wrong += self._violations()
            self.page.emulate_media(forced_colors="active")
            wrong += self._said("in forced colours one does not see", UNSEEN)
            self.page.emulate_media(forced_colors="none")
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        wrong += self._said("with text twice as large there is too wide", TOO_WIDE)
        wrong += self._said("with text twice as large is cut off", CUT_OFF)
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        for width in NARROW:
            self.page.set_viewport_size(LARGE | {"width": width})
            wrong += self._said(f"on a screen of {width} pixels is too wide", TOO_WIDE)
        self.page.set_viewport_size(LARGE)
        self.faults += [f"{name}: {one}" for one in wrong]

    def _violations(self) -> Iterator[str]:
        for found in self.axe.run(self.page, context=OURS, options=AXE).response["violations"]:
            nodes = "; ".join(f"{node['target'][0]} {node['html'][:160]}" for node in found["nodes"][:3])
            yield f"{found['id']} ({found['help']}): {nodes}"

    def _said(self, sentence: str, question: str) -> list[str]:
        found: list[Any] = self.page.evaluate(question)
        return [f"{sentence}: {', '.join(found)}"] if found else []


NAME = """const name = one => {
    return `${one.localName}.${one.className.baseVal ?? one.className} “${one.textContent.trim().slice(0, 40)}”`
};"""
TOO_WIDE = f"""() => {{
    {NAME}
    const [screen, most] = [document.documentElement, document.documentElement.clientWidth]
    if (screen.scrollWidth <= most) return []
    const wide = [...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > most + 1)
    const last = wide.filter(one => !wide.some(other => other !== one && one.contains(other)))
    return [`${{screen.scrollWidth}} pixels`, ...last.slice(0, 4).map(name)]
}}"""
CUT_OFF = f"""() => {{
    {NAME}
    const hides = one => ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
    const seen = one => one.clientWidth > 1 && !one.matches('input, select, textarea, svg, .govuk-visually-hidden')
    const cut = [...document.body.querySelectorAll('*')].filter(one => seen(one) && hides(one)
        && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
    return cut.slice(0, 4).map(name)
}}"""
UNSEEN = f"""() => {{
    {NAME}
    const ground = getComputedStyle(document.body).backgroundColor
    const shown = one => one.checkVisibility() && one.getBoundingClientRect().width > 1
    const bordered = style => style.borderTopStyle !== 'none' && parseFloat(style.borderTopWidth) > 0
    const marked = style => bordered(style) || style.textDecorationLine.includes('underline')
        || style.outlineStyle !== 'none' || style.backgroundColor !== ground
    const ours = one => !one.closest('#swagger-ui')
    const controls = [...document.querySelectorAll('button, .govuk-button, select, textarea, input')]
        .filter(one => ours(one) && shown(one) && !['radio', 'checkbox', 'hidden'].includes(one.type))
        .filter(one => !marked(getComputedStyle(one)))
    const bars = [...document.querySelectorAll('svg rect')].filter(shown)
        .filter(one => {{
            const style = getComputedStyle(one)
            return [style.fill, style.stroke].every(colour => ['none', ground].includes(colour))
        }})
    return [...controls, ...bars].slice(0, 4).map(name)
}}"""
TYPED = ":is(textarea, input:is([type=text], [type=email], [type=password], [type=number], [type=search]))"
WRONGLY = """form => {
    for (const one of form.elements) {
        if (one.localName === 'textarea' || ['text', 'email', 'password', 'number', 'search'].includes(one.type)) {
            one.value = 'x'.repeat(form.method === 'get' ? 1000 : 5000)
        } else if (one.localName === 'select') {
            one.value = ''
        } else if (['radio', 'checkbox'].includes(one.type)) {
            one.checked = false
        }
    }
    form.submit()
}"""
