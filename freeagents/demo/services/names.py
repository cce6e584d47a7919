"""Names of people who do not exist: first and last names put together at random."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module

import numpy as np

from freeagents.country.pack import Pack
from freeagents.demo.services.chance import Ints, draw

DOMAIN = "demo.example"  # reserved by RFC 2606: no mail ever reaches it
ELSEWHERE = "en_US"  # for a language and country that the lists lack

Weighted = tuple[tuple[str, ...], tuple[float, ...]]


class NamesMissing(RuntimeError):
    """The lists of names are not installed; the sentence says how to get them."""


def draw_names(rng: np.random.Generator, pack: Pack, languages: list[str]) -> list[str]:
    """Return a full name for each person, usual for the language each speaks."""
    names = [""] * len(languages)
    for language in sorted(set(languages)):
        (firsts, first_weights), (lasts, last_weights) = name_lists(f"{language}_{pack.holidays_country}")
        who = [person for person, spoken in enumerate(languages) if spoken == language]
        chosen: tuple[Ints, Ints] = (draw(rng, first_weights, len(who)), draw(rng, last_weights, len(who)))
        for person, first, last in zip(who, chosen[0].tolist(), chosen[1].tolist(), strict=True):
            names[person] = f"{firsts[first]} {lasts[last]}"
    return names


@cache
def name_lists(locale: str) -> tuple[Weighted, Weighted]:
    """Return first and last names of a locale such as ``en_GB``, each with weights.

    :raises NamesMissing: the package Faker is not installed.
    """
    try:
        # By name, since most runs of the command need no names and the lists are slow to load.
        import_module("faker.providers.person")
    except ModuleNotFoundError as error:
        raise NamesMissing("Made-up people need names. Install them with: pip install 'freeagents[demo]'") from error
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        provider = import_module(f"faker.providers.person.{ELSEWHERE}").Provider
    return _weighted(provider.first_names), _weighted(provider.last_names)


def email_of(name: str, number: int) -> str:
    """Return an address like the name, made unique by the number."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z]+', '.', plain).strip('.')}.{number}@{DOMAIN}"


def _weighted(names: Collection[str]) -> Weighted:
    if isinstance(names, Mapping):
        return tuple(names), tuple(float(weight) for weight in names.values())
    return tuple(names), (1.0,) * len(names)
