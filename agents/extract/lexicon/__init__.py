"""The lexicon: words as data that a linguist edits, inflected once at import.

``LEXICON.cues`` maps a folded word form to what it may be a form of. Which rule reads a cue, and in which order, is
Python's business; no word stands in Python and no pattern stands in the data.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from agents.extract.lexicon.inflection import (
    finite_forms,
    masdar_forms,
    noun_forms,
    participle_forms,
)
from agents.normalize.characters import fold_key
from schemas.statements import Stance

FILES = ("verbs.toml", "nouns.toml", "states.toml", "words.toml")
FOLDER = Path(__file__).parent


class LexiconError(ValueError):
    """The lexicon contradicts itself, or a section lacks its example."""


class Verb(NamedTuple):
    """One cue verb; the fields are explained at the head of ``verbs.toml``."""

    section: str
    stance: Stance
    past: str
    present: str
    gloss: str
    participle: str | None = None
    masdar: str | None = None
    prep: str | None = None
    prep2: str | None = None
    object: Literal["content", "target", "double"] | None = None
    clause: bool = True
    quote: bool = True
    noun: bool = True
    hull: bool = False
    about: bool = False
    needs: str | None = None
    relay: str | None = None
    impersonal: bool = False
    negatable: bool = False
    speech_objects: bool = False
    stance_of_object: bool = False
    spread: bool = False
    speaks: bool = False
    preposition: bool = False
    asked: bool = False

    @property
    def preps(self) -> tuple[str, ...]:
        """The folded prepositions that may govern the content."""
        return tuple(fold_key(p) for p in (self.prep, self.prep2) if p)


class Form(NamedTuple):
    """One inflected form of a cue verb, without proclitics."""

    verb: Verb
    kind: Literal["verb", "participle", "masdar"]
    tense: Literal["past", "present", "none"]
    gender: Literal["m", "f", "any"]
    number: Literal["s", "d", "p", "any"]
    clitic: bool


class State(NamedTuple):
    """A state and the names that stand for it."""

    names: tuple[str, ...]
    capital: str | None
    seat: str | None
    nisbas: tuple[str, ...]


class Lexicon(NamedTuple):
    """All words, folded; ``classes`` maps a section name to the forms of its words."""

    verbs: tuple[Verb, ...]
    cues: dict[str, tuple[Form, ...]]
    nouns: dict[str, frozenset[str]]
    heads: dict[str, str]
    classes: dict[str, frozenset[str]]
    phrases: dict[str, tuple[tuple[str, ...], ...]]
    states: tuple[State, ...]
    examples: tuple[tuple[str, str, dict[str, Any]], ...]
    sha256: str


@cache
def load_lexicon() -> Lexicon:
    """Read and inflect the lexicon.

    Raises LexiconError for a section without an example, a word twice in one section, or an unknown field.

    >>> [form.verb.gloss for form in load_lexicon().cues["نفت"]]
    ['deny']
    """
    tables = {name: tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in FILES}
    check_sections(tables)
    verbs = tuple(verbs_of(tables["verbs.toml"]))
    nouns = {name: _noun_section(name, table) for name, table in tables["nouns.toml"].items()}
    nouns["titles"] = _without_bodies(nouns["titles"], tables["nouns.toml"])
    return Lexicon(
        verbs=verbs,
        cues=inflected(verbs),
        nouns={name: frozenset(forms) for name, forms in nouns.items()},
        heads={form: lemma for forms in reversed(nouns.values()) for form, lemma in forms.items()},
        classes={name: frozenset(_words(table)) for name, table in tables["words.toml"].items()},
        phrases={name: tuple(tuple(w.split()) for w in _words(table)) for name, table in tables["words.toml"].items()},
        states=tuple(_state(entry) for entry in tables["states.toml"]["states"].values() if "country" in entry),
        examples=tuple((file, name, table["example"]) for file, name, table in _sections(tables)),
        sha256=hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in FILES)).hexdigest(),
    )


def check_sections(tables: dict[str, dict[str, Any]]) -> None:
    """Raise LexiconError for a section without an example and for a word that stands twice in one."""
    for file, name, table in _sections(tables):
        if "example" not in table:
            raise LexiconError(f"section without an example: [{name}] in {file}; hint: add example = {{ text = ... }}")
        words = _words(table)
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise LexiconError(f"word twice in [{name}] of {file}: {', '.join(twice)}")


def _sections(tables: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, sections in tables.items():
        for name, table in sections.items():
            yield file, name, table


def verbs_of(sections: dict[str, Any]) -> Iterator[Verb]:
    """Yield the verbs of the sections of ``verbs.toml``; raises LexiconError for a field that is not known."""
    for section, table in sections.items():
        for entry in table["verbs"]:
            unknown = entry.keys() - set(Verb._fields)
            if unknown:
                raise LexiconError(f"unknown field {sorted(unknown)} of {entry['past']} in [{section}] of verbs.toml")
            yield Verb(section=section, stance=table["stance"], **entry)


def inflected(verbs: tuple[Verb, ...]) -> dict[str, tuple[Form, ...]]:
    """Return every folded form of the verbs, with all that it may be a form of."""
    found: dict[str, list[Form]] = {}
    for verb in verbs:
        for form, features in _forms(verb):
            key = fold_key(form)
            known = found.setdefault(key, [])
            if features not in known:
                known.append(features)
    return {key: tuple(forms) for key, forms in found.items()}


def _forms(verb: Verb) -> Iterator[tuple[str, Form]]:
    for form, tense, gender, number, clitic in finite_forms(verb.past, verb.present):
        yield form, Form(verb, "verb", tense, gender, number, clitic)
    if verb.participle:
        for form, gender, number in participle_forms(verb.participle):
            yield form, Form(verb, "participle", "none", gender, number, clitic=False)
    if verb.masdar:
        for form, gender, number in masdar_forms(verb.masdar):
            yield form, Form(verb, "masdar", "none", gender, number, clitic=form != verb.masdar)


def _noun_section(name: str, table: dict[str, str]) -> dict[str, str]:
    regular = name in ("titles", "organizations", "media", "documents")
    return {fold_key(form): fold_key(word) for word in _words(table) for form in noun_forms(word, regular=regular)}


def _without_bodies(titles: dict[str, str], tables: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return titles without feminines that are bodies by themselves: مؤسسة is no woman who founded something."""
    bodies = set(_words(tables["organizations"])) - set(_words(tables["titles"]))
    return {form: word for form, word in titles.items() if form not in bodies}


def _words(table: dict[str, Any]) -> list[str]:
    """Return the folded words of a section that has one word an entry; none of verbs and states."""
    return [fold_key(word) for word in table.values() if isinstance(word, str)]


def _state(entry: dict[str, str]) -> State:
    names = tuple(fold_key(v) for k, v in entry.items() if k.startswith("country"))
    nisbas = tuple(fold_key(v) for k, v in entry.items() if k.startswith("nisba"))
    fold = {k: fold_key(entry[k]) if k in entry else None for k in ("capital", "seat")}
    return State(names, fold["capital"], fold["seat"], nisbas)


LEXICON = load_lexicon()
