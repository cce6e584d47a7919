"""How templates say dates, points, numbers and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_decimal as format_decimal_in
from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_percent, get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from freeagents.country.current import pack

UNITS_PER_POINT = 1_000


def init_app(app: Flask) -> None:
    """Make the filters, the pack and the language known to all templates."""
    app.jinja_env.globals["locale_code"] = locale_code
    app.jinja_env.globals["pack"] = pack
    app.jinja_env.filters |= {
        "day": day,
        "moment": moment,
        "month": month,
        "points": points,
        "number": number,
        "percent": percent,
        "named": named,
        "plain_named": plain_named,
        "listed": listed,
        "paragraphs": paragraphs,
    }


def locale_code() -> str:
    """Return the language spoken, as the pack names it."""
    locale = get_locale()
    return locale.language if locale else pack.locales[0]


def day(value: date | None) -> str:
    """Say a day: 24 November 2026."""
    return format_date(value, "d MMMM y") if value else ""


def month(value: date) -> str:
    """Say a month: November 2026."""
    return str(format_date(value, "LLLL y"))


def moment(value: datetime | None) -> str:
    """Say an instant: 24 November 2026 at 14:30."""
    return format_datetime(value, _("d MMMM y, HH:mm 'UTC'"), rebase=False) if value else ""


def points(units: int) -> str:
    """Say a score: 1,000 units are a point; as many decimals as it takes to be exact; in English without a request."""
    return format_decimal_in(Decimal(units) / UNITS_PER_POINT, format="#,##0.###", locale=get_locale() or "en")


def plain_points(units: int) -> str:
    """Write a score for machines: as :func:`points`, in no language."""
    return f"{Decimal(units) / UNITS_PER_POINT:f}"


def number(value: float) -> str:
    """Say a number, with thousands marked."""
    return format_decimal(value, format="#,##0.#")


def percent(share: float) -> str:
    """Say a share from 0 to 1: 0.5 is 50%, as each language writes it."""
    return format_percent(share, format="#,##0.#%" if share < 0.1 else None)


def named(names: Mapping[str, str] | None) -> Markup | str:
    """Say a name in the language spoken; a name in another language is marked as such."""
    if not names:
        return ""
    text, fallback = pack.text(names, locale_code())
    if not fallback:
        return text
    language = next((code for code, name in names.items() if name == text), "")
    return Markup('<span lang="{}">{}</span>').format(language, text) if language else text


def plain_named(names: Mapping[str, str] | None) -> str:
    """Say a name where there can be no mark of its language."""
    return pack.text(names, locale_code())[0] if names else ""


def listed(items: Iterable[str]) -> str:
    """Say a list: a, b and c."""
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s", most=", ".join(words[:-1]), last=words[-1])


def paragraphs(text: str | None) -> Markup:
    """Say a text of several paragraphs."""
    parts = [part.strip() for part in (text or "").split("\n\n") if part.strip()]
    return Markup("").join(
        Markup('<p class="govuk-body">{}</p>').format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in parts
    )
