"""A government's colour as a style sheet, with text that can be read on it."""

from __future__ import annotations

DARK, LIGHT = "#0b0c0c", "#ffffff"


def css(colour: str) -> str:
    """Return the style sheet of a colour such as ``#26374a``, with whichever text colour is easier to read on it."""
    text = max((LIGHT, DARK), key=lambda other: contrast(colour, other))
    return f".govuk-template{{--app-brand:{colour};--app-brand-text:{text};--govuk-brand-colour:{colour}}}"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as the Web Content Accessibility Guidelines define it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
