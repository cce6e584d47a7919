"""The catalogues say every sentence of the source, with its placeholders, and nothing else."""

from __future__ import annotations

import pytest
from babel.messages import Catalog

from freeagents.extensions import SOURCE, translated
from tools import messages


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    """Every sentence that is marked in the source."""
    return messages.gather()


@pytest.mark.parametrize("language", [language for language in translated() if language != SOURCE])
def test_a_catalogue_says_every_sentence(sentences: Catalog, language: str) -> None:
    catalogue = messages.read(language)
    wrong = list(messages.faults(catalogue, sentences, messages.PARTIAL.get(language, ())))
    assert not wrong, "Run make messages, then translate:\n" + "\n".join(wrong)


def test_english_french_and_swedish_are_spoken() -> None:
    assert translated() == ("en", "fr", "sv")


@pytest.mark.parametrize("path", sorted({path for paths in messages.PARTIAL.values() for path in paths}))
def test_what_a_language_need_not_say_exists(sentences: Catalog, path: str) -> None:
    assert any(place.startswith(path) for sentence in sentences for place, _line in sentence.locations)


def a_catalogue(**said: str | tuple[str, str]) -> Catalog:
    catalogue = Catalog(locale="fr")
    for sentence, text in said.items():
        catalogue.add(sentence, text)
    return catalogue


def test_what_is_wrong_with_a_catalogue_is_found() -> None:
    sentences = Catalog()
    for sentence in ("Good", "Missing", "Fuzzy", "%(count)d of %(most)d", "Read <b>this</b>"):
        sentences.add(sentence, locations=[("web/words.py", None)])
    sentences.add(("%(num)d seat", "%(num)d seats"), locations=[("rounds/pages/rounds.py", None)])
    catalogue = a_catalogue(Good="Bon", Gone="Parti")
    catalogue.add("Fuzzy", "Flou", flags=["fuzzy"])
    catalogue.add("%(count)d of %(most)d", "%(count)d sur %(mots)d")
    catalogue.add("Read <b>this</b>", "Lisez ceci")
    found = list(messages.faults(catalogue, sentences))
    assert found == [
        "not translated: Missing",
        "fuzzy: Fuzzy",
        "other placeholders: %(count)d of %(most)d → %(count)d sur %(mots)d",
        "other placeholders: Read <b>this</b> → Lisez ceci",
        "not translated: ('%(num)d seat', '%(num)d seats')",
        "in no file: Gone",
    ]
    assert "not translated: ('%(num)d seat', '%(num)d seats')" not in messages.faults(
        catalogue, sentences, ("rounds/",)
    )
