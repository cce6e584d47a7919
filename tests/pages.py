"""What every page must be: valid, named, labelled, free of inline code; asked of each HTML answer of each test."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import E as MEANINGS
from werkzeug.test import TestResponse

NOT_TYPED = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "headers", "list", "form")
LEFT_OVER = re.compile(r" object at 0x[0-9a-f]+|<(?:bound method|function|Undefined)\b")


class PageFault(AssertionError):
    """A page with faults; the message lists them all."""


class Page:
    """A parsed page, or a part of one.

    :ivar root: the ``html`` element, or a wrapper around the part; names without namespace.
    :ivar errors: what the parser of the HTML standard complains about.
    """

    def __init__(self, html: str, *, part: bool = False) -> None:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parseFragment(html) if part else parser.parse(html)
        self.errors = [f"line {at[0]}: {MEANINGS.get(code, code) % facts}" for at, code, facts in parser.errors]

    def all(self, *names: str, **attributes: str) -> list[Element]:
        """Return the elements of these names (of any name, when none is given) with these attributes."""
        return [
            element
            for element in self.root.iter()
            if isinstance(element.tag, str)
            and (not names or local(element) in names)
            and all(element.get(key.replace("_", "-")) == value for key, value in attributes.items())
        ]

    def by_id(self, name: str) -> Element | None:
        """Return the element of that id."""
        return next(iter(self.all(id=name)), None)

    def fields(self, form: Element | None = None) -> dict[str, str]:
        """Return name → value of what a browser would send from the form, or from the page's last form."""
        sent: dict[str, str] = {}
        for element in (form if form is not None else self.all("form")[-1]).iter():
            kind, name = local(element), element.get("name")
            unchosen = element.get("type") in {"radio", "checkbox"} and element.get("checked") is None
            if not name or unchosen:
                continue
            if kind == "select":
                options = list(element.iter("option"))
                chosen = [option for option in options if option.get("selected") is not None] or options
                sent[name] = chosen[0].get("value", text(chosen[0])) if chosen else ""
            elif kind in {"input", "textarea"}:
                sent[name] = element.get("value", "") if kind == "input" else "".join(element.itertext())
        return sent

    @cached_property
    def parents(self) -> dict[Element, Element]:
        """Child → parent."""
        return {child: parent for parent in self.root.iter() for child in parent}

    def inside(self, element: Element, name: str) -> bool:
        """Say whether the element lies in one of that name."""
        while (parent := self.parents.get(element)) is not None:
            if local(parent) == name:
                return True
            element = parent
        return False


class CheckedClient(FlaskClient):
    """A test client that checks every page, and every part of a page, that it receives."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; see :class:`flask.testing.FlaskClient`."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and "Location" not in response.headers:
            part = response.request.headers.get("HX-Request") == "true"
            check_part(response) if part else check_page(response)
        return response


def check_page(html: str | TestResponse) -> Page:
    """Return the parsed page.

    :raises PageFault: naming every fault.
    """
    return _checked(Page(_source(html)), PART_CHECKS + PAGE_CHECKS)


def check_part(html: str | TestResponse) -> Page:
    """Return a parsed part of a page, checked for all that can be said of a part alone.

    :raises PageFault: naming every fault.
    """
    return _checked(Page(_source(html), part=True), PART_CHECKS)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text(element: Element) -> str:
    """Return an element's text, white space made one."""
    return " ".join("".join(element.itertext()).split())


def _source(html: str | TestResponse) -> str:
    if isinstance(html, str):
        return html
    return gzip.decompress(html.data).decode() if html.content_encoding == "gzip" else html.text


def _checked(page: Page, checks: tuple[Check, ...]) -> Page:
    faults = [fault for check in checks for fault in check(page)]
    if faults:
        raise PageFault("\n".join(f"- {fault}" for fault in faults))
    return page


Check = Callable[[Page], Iterator[str]]


def _valid(page: Page) -> Iterator[str]:
    yield from (f"invalid HTML: {error}" for error in page.errors)


def _ids(page: Page) -> Iterator[str]:
    counts = Counter(element.get("id") for element in page.all() if element.get("id") is not None)
    for name, count in counts.items():
        if count > 1:
            yield f"id {name!r} occurs {count} times"
        if not name or re.search(r"\s", name):
            yield f"id {name!r} is blank or holds a space"


def _labels(page: Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.all("label") if text(label)}
    for element in page.all("input", "select", "textarea", "progress", "meter"):
        if element.get("type") in NOT_TYPED or element.get("id") in labelled or page.inside(element, "label"):
            continue
        if not element.get("aria-label") and not element.get("aria-labelledby"):
            yield f"{local(element)} {element.get('name')!r} has no label"
    for element in page.all("fieldset"):
        if not any(local(child) == "legend" and text(child) for child in element):
            yield "fieldset without a legend"
    for element in page.all("input"):
        if element.get("type") == "radio" and not page.inside(element, "fieldset"):
            yield f"radio {element.get('name')!r} stands outside a fieldset"


def _references(page: Page) -> Iterator[str]:
    ids = {element.get("id") for element in page.all()}
    for element in page.all():
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{local(element)} {attribute}={name!r} leads nowhere"
        if local(element) == "a" and (address := element.get("href", "")).startswith("#") and address[1:] not in ids:
            yield f"link {text(element)!r} to {address!r} leads nowhere"


def _forms(page: Page) -> Iterator[str]:
    for form in page.all("form"):
        tokens = [child for child in form.iter("input") if child.get("name") == "csrf_token"]
        if form.get("method", "get").lower() == "post":
            if len(tokens) != 1 or not tokens[0].get("value"):
                yield f"POST form to {form.get('action', 'itself')!r} has {len(tokens)} CSRF tokens"
        elif tokens:
            yield f"GET form to {form.get('action', 'itself')!r} sends the CSRF token in the address"


def _inline(page: Page) -> Iterator[str]:
    yield from ("inline <style>" for _ in page.all("style"))
    for element in page.all():
        name = local(element)
        for attribute, value in element.items():
            if attribute == "style" or attribute.startswith(("on", "hx-on")):
                yield f"{name} with an inline {attribute}"
            if value.strip().lower().startswith("javascript:"):
                yield f"{name} with a script in {attribute}"
            if attribute in {"src", "srcset"} and re.match(r"\s*(?:https?:)?//", value):
                yield f"{name} loads {value!r} from another site"
        if name == "script" and not element.get("nonce"):
            yield "script without a nonce"
        if name == "link" and re.match(r"(?:https?:)?//", element.get("href", "")):
            yield f"link loads {element.get('href')!r} from another site"


def _names(page: Page) -> Iterator[str]:
    for element in page.all("img"):
        if element.get("alt") is None:
            yield f"img {element.get('src')!r} without alt"
    for element in page.all("svg"):
        if element.get("aria-hidden") != "true" and not (element.get("role") == "img" and element.get("aria-label")):
            yield "svg that is neither named nor hidden"
    for element in page.all("button", "a", "summary", "legend", "h1", "h2", "h3", "h4", "caption", "option"):
        pictures = [picture.get("alt") or "" for picture in element.iter("img")]
        blank_choice = local(element) == "option" and element.get("value") == ""
        if not (text(element) or element.get("aria-label") or any(pictures) or blank_choice):
            yield f"{local(element)} without text"


def _tables(page: Page) -> Iterator[str]:
    for table in page.all("table"):
        if not any(local(child) == "caption" for child in table):
            yield "table without a caption"
        heads = list(table.iter("th"))
        if not heads or any(head.get("scope") not in {"col", "row", "colgroup", "rowgroup"} for head in heads):
            yield "table with a header cell that says not of what (scope)"


def _left_over(page: Page) -> Iterator[str]:
    for element in page.all():
        if local(element) in {"script", "textarea"}:
            continue
        for said in filter(None, (element.text, element.tail)):
            if found := LEFT_OVER.search(said):
                yield f"left over from a template: {found[0]!r}"


def _document(page: Page) -> Iterator[str]:
    if not page.root.get("lang"):
        yield "html without lang"
    if len(page.all("main")) != 1:
        yield "not exactly one main"
    headings = [text(heading) for heading in page.all("h1")]
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one"
        return
    title = next((text(element) for element in page.all("title")), "")
    has_errors = any("govuk-error-summary" in (element.get("class") or "").split() for element in page.all("div"))
    before, found, after = title.partition(headings[0])
    if not found or not after or bool(before) != has_errors or (before and ":" not in before):
        yield f"title {title!r} does not begin with the h1 {headings[0]!r}" + (" after “Error: ”" if has_errors else "")


def _headings(page: Page) -> Iterator[str]:
    levels = [int(local(heading)[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"h{below} follows h{above}"


def _scripts(page: Page) -> Iterator[str]:
    sources = " ".join(element.get("src", "") for element in page.all("script"))
    live = any(element.get("hx-get") or element.get("hx-post") for element in page.all())
    if live and "/htmx.js" not in sources:
        yield "a part renews itself, and htmx is not there"
    if live and not page.all("meta", name="htmx-config"):
        yield "htmx without its configuration"
    searched = any(element.get("data-search") for element in page.all("select"))
    if searched and "/accessible-autocomplete.js" not in sources:
        yield "a select to search in, and accessible-autocomplete is not there"


PART_CHECKS: tuple[Check, ...] = (_valid, _ids, _labels, _forms, _inline, _names, _tables, _left_over)
PAGE_CHECKS: tuple[Check, ...] = (_references, _document, _headings, _scripts)
