"""No page shows a word that its catalogue does not know: every sentence is marked, and so it can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from babel.dates import get_month_names
from babel.support import NullTranslations
from flask import Flask
from sqlalchemy import MetaData, inspect

from freeagents import extensions
from freeagents.country.pack import Pack
from freeagents.extensions import db
from tests.architecture.access_table import NOBODY
from tests.architecture.access_world import ROLES, an_access_world
from tests.clients import Browser, signed_in
from tests.factories import PACK
from tests.integration.test_form_sentences import FORMS, PAGES, inputs, sentences
from tests.journeys.sweep import Walk
from tests.journeys.sweep_world import filled
from tests.pages import Page, local

OPEN, CLOSE = "\ue000", "\ue001"
"""Letters of no script: what stands between them is in a catalogue."""
VISIBLE = {0xE000: "[", 0xE001: "]"}
PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|\n)")
SAID = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
SHOWN = ("aria-label", "alt", "title", "placeholder", "data-soon", "data-stay-label", "data-restored", "data-many")
UNSAID = {"script", "style", "code", "pre", "kbd", "textarea", "noscript"}
"""Elements whose text is no sentence: what programs read, and what people typed."""
NO_WORDS = {"Français", "Svenska", "UTC", "kg", "MIT", "API", "Free Agents", "v1", "SHA-256", "JSON", "CSV", "OpenAPI"}


class Marked(NullTranslations):
    """Says each sentence in English, with marks around all of it but what is put in."""

    def gettext(self, message: str) -> str:
        """Return a sentence."""
        if message.startswith("d MMMM"):
            return message
        parts = PLACEHOLDER.split(message)
        return "".join(f"{OPEN}{part}{CLOSE}" if part and not number % 2 else part for number, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return a sentence that counts."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, _context: str, message: str) -> str:
        """Return a sentence of one context."""
        return self.gettext(message)

    ugettext, ungettext, upgettext = gettext, ngettext, pgettext


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence of a catalogue comes with marks."""
    monkeypatch.setattr(extensions, "catalogue", lambda _language: Marked())


def test_every_word_of_every_page_is_in_the_catalogue_or_the_data(app: Flask, marked: None) -> None:
    walk = Walk(app, filled(app))
    texts: dict[str, str] = {}
    for who in (NOBODY, *ROLES):
        for client, address in walk.pages(who):
            for text in shown(Page(client.get(address).text)):
                texts.setdefault(text, f"{address} as {who}")
    with app.app_context():
        data = known_texts(PACK)
    found = {text: where for text, where in texts.items() if any(unmarked(text, data))}
    assert len(texts) > 1000
    assert not found, "\n".join(f"{text.translate(VISIBLE)!r} on {where}" for text, where in found.items())


@pytest.mark.parametrize("typed", ["", "1" + "x" * 5000], ids=["nothing", "nonsense"])
def test_every_word_that_a_form_says_is_wrong_is_in_the_catalogue(app: Flask, marked: None, typed: str) -> None:
    world = an_access_world(app)
    browsers = {"": Browser(app), **{who: signed_in(app, world.emails[who]) for who in set(FORMS.values()) - {""}}}
    found = {}
    for form, who in FORMS.items():
        page = PAGES.get(form, form.removesuffix("/decide")).format(**world.values)
        data = {"version": "1", **dict.fromkeys(inputs(browsers[who].get(page)), typed)}
        data["csrf_token"] = browsers[who].token(page)
        for said in sentences(browsers[who].client.post(form.format(**world.values), data=data).text):
            found |= dict.fromkeys(unmarked(said, {bare("name@example.org")}), form)
    assert not found


def shown(page: Page) -> Iterator[str]:
    """Yield each text and each described attribute of a page."""
    for element in page.all():
        parent: Any = element
        while parent is not None and local(parent) not in UNSAID:
            parent = page.parents.get(parent)
        if parent is None:
            yield from filter(None, (" ".join(said.split()) for said in [element.text or ""]))
        if local(element) not in {"html", "head"}:
            yield from filter(None, (" ".join((element.tail or "").split()),))
        yield from (element.get(name, "") for name in SHOWN if element.get(name))


def unmarked(text: str, data: set[str]) -> Iterator[str]:
    """Yield what neither stands between marks nor is data."""
    for run in SAID.sub("\n", text).split("\n"):
        if not is_data(run, data):
            yield run.strip()


def is_data(words: str, data: set[str]) -> bool:
    """Say whether words are data, or data side by side; nothing but single letters and figures is as good as data."""
    if len(max(bare(words).split(), key=len, default="")) < 2 or bare(words) in data:
        return True
    parts = re.split(r"[,;:()·–|]", words)
    return len(parts) > 1 and all(is_data(part, data) for part in parts)


def bare(text: str) -> str:
    """Return a text without marks, figures and case."""
    return re.sub(r"[\W\d_]+", " ", text).strip().casefold()


def known_texts(pack: Pack) -> set[str]:
    """Return every text of the pack and of the database, the names of months, and what is the same in all languages."""
    texts = set(NO_WORDS) | set(get_month_names(locale="en").values()) | set(get_month_names("abbreviated").values())
    texts |= set(_texts([vars(pack)]))
    tables = MetaData()
    tables.reflect(db.engine, schema=None)
    for table in inspect(db.engine).get_table_names():
        for row in db.session.execute(tables.tables[table].select()):
            texts |= set(_texts(list(row)))
    return {bare(text) for text in texts}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.hex()
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for item in pair for text in _texts(item))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (text for item in value for text in _texts(item))
    elif hasattr(value, "__dataclass_fields__"):
        yield from (text for name in value.__dataclass_fields__ for text in _texts(getattr(value, name)))
