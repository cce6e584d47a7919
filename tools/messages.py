"""Gather the sentences of the service and bring every catalogue up to date: make messages."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from freeagents.extensions import SOURCE, TRANSLATIONS, catalogue_file, translated

PACKAGE = TRANSLATIONS.parent
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
KEYWORDS = {
    "_": None,
    "N_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PARTIAL = {
    "sv": (
        "accounts/templates/accounts/department",
        "accounts/templates/accounts/people.html",
        "accounts/templates/accounts/person",
        "accounts/templates/accounts/role_",
        "accounts/pages/departments.py",
        "accounts/pages/people.py",
        "accounts/services/departments.py",
        "accounts/services/leaving.py",
        "accounts/services/roles.py",
        "applications/pages/history.py",
        "applications/schemas.py",
        "applications/templates/applications/_applicants.html",
        "applications/templates/applications/_history.html",
        "applications/templates/applications/end.html",
        "audit/",
        "demo/",
        "eligibility/pages/",
        "eligibility/services.py",
        "eligibility/templates/eligibility/_count.html",
        "eligibility/templates/eligibility/_panel.html",
        "eligibility/templates/eligibility/_suggested.html",
        "eligibility/templates/eligibility/_suggesting.html",
        "eligibility/templates/eligibility/clearance.html",
        "eligibility/templates/eligibility/dates.html",
        "eligibility/templates/eligibility/fill.html",
        "eligibility/templates/eligibility/fill_project.html",
        "eligibility/templates/eligibility/fill_role.html",
        "eligibility/templates/eligibility/fill_template.html",
        "eligibility/templates/eligibility/grade.html",
        "eligibility/templates/eligibility/languages.html",
        "eligibility/templates/eligibility/new.html",
        "eligibility/templates/eligibility/outcome.html",
        "eligibility/templates/eligibility/seats.html",
        "eligibility/templates/eligibility/section.html",
        "eligibility/templates/eligibility/skills.html",
        "eligibility/templates/eligibility/summary.html",
        "eligibility/templates/eligibility/tasks.html",
        "eligibility/templates/eligibility/title.html",
        "eligibility/templates/eligibility/where.html",
        "exchange/",
        "projects/api.py",
        "projects/messages.py",
        "projects/pages",
        "projects/schemas.py",
        "projects/services/",
        "projects/templates/",
        "questions/templates/questions/answer.html",
        "rounds/api",
        "rounds/pages/",
        "rounds/schemas.py",
        "rounds/services/",
        "rounds/templates/",
        "web/acts.py",
    )
}
"""Language → where the sentences come from that it need not say: what the paths in the package begin with."""
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Free Agents\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
"""No dates in it: a catalogue changes when its sentences do."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?[a-z][^<>]*>")


def gather() -> Catalog:
    """Return every sentence that is marked in the package, with the files it stands in."""
    options = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}
    found = Catalog(fuzzy=False)
    rows = extract_from_dir(
        PACKAGE, METHODS, options, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for path, _line, sentence, comments, context in sorted(rows, key=lambda row: (row[0], row[1])):
        found.add(sentence, None, [(path, None)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """Return what the catalogue of a language says; nothing yet where there is none."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def faults(catalogue: Catalog, sentences: Catalog, ignored: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield what is wrong with a catalogue: sentences it lacks, holds for nothing, or says with other placeholders.

    :param ignored: what the paths begin with of files whose sentences may be missing.
    """
    for sentence in sentences:
        if not sentence.id:
            continue
        said = catalogue.get(sentence.id, sentence.context)
        if said is None or not all(_forms(said)):
            if any(not path.startswith(ignored) for path, _line in sentence.locations) or not ignored:
                yield f"not translated: {sentence.id}"
        elif said.fuzzy:
            yield f"fuzzy: {sentence.id}"
        elif len(_forms(said)) != (catalogue.num_plurals if sentence.pluralizable else 1):
            yield f"not every plural: {sentence.id}"
        else:
            yield from _changed(said)
    known = {(sentence.id, sentence.context) for sentence in sentences}
    yield from (f"in no file: {said.id}" for said in catalogue if said.id and (said.id, said.context) not in known)
    yield from (f"in no file: {said.id}" for said in catalogue.obsolete.values())


def _forms(said: Message) -> tuple[str, ...]:
    return tuple(said.string) if isinstance(said.string, tuple | list) else (said.string or "",)


def _changed(said: Message) -> Iterator[str]:
    """Yield the forms whose placeholders and markup are those of no form of the English."""
    wanted = [sorted(PLACEHOLDER.findall(text)) for text in ([said.id] if isinstance(said.id, str) else said.id)]
    for form in _forms(said):
        if sorted(PLACEHOLDER.findall(form)) not in wanted:
            yield f"other placeholders: {said.id} → {form}"


def bring_up_to_date(language: str, sentences: Catalog) -> int:
    """Write a catalogue anew with the sentences there are now; return how many it does not say."""
    catalogue = read(language)
    updated = Catalog(locale=language, fuzzy=False)
    for sentence in sentences:
        said = catalogue.get(sentence.id, sentence.context) if sentence.id else None
        if sentence.id:
            updated.add(
                sentence.id,
                said.string if said is not None else None,
                sentence.locations,
                auto_comments=sentence.auto_comments,
                user_comments=said.user_comments if said is not None else (),
                context=sentence.context,
            )
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language, plurals=updated.plural_forms).encode())
        write_po(file, updated, width=120, include_lineno=False, omit_header=True)
    return sum(not all(_forms(said)) for said in updated if said.id)


def main(languages: list[str]) -> None:
    """Bring the catalogues up to date, or begin that of a language which is named."""
    sentences = gather()
    for language in languages or [known for known in translated() if known != SOURCE]:
        missing = bring_up_to_date(language, sentences)
        print(f"{catalogue_file(language).relative_to(PACKAGE.parent)}: {missing} of {len(sentences)} to translate")


if __name__ == "__main__":
    main(sys.argv[1:])
