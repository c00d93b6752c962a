"""Language: what the envelope says, checked against the script and the function words of the text."""

import re
import tomllib
from pathlib import Path

ARABIC_LETTERS = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7]+")
WORD = re.compile(r"[^\W\d_]+")
ARABIC_SHARE = 0.5
SAMPLE = 2_000

# Yeh and kaf are typed in either form in any of these languages, so words are compared without that difference.
KEYBOARD = {"\u06cc": "\u064a", "\u06a9": "\u0643", "\u0649": "\u064a"}
LEXICON: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("language.toml").read_text("utf-8"))
ARTICLE = LEXICON["ar"].pop("article")


def same_keys(text: str) -> str:
    """Give a text as one keyboard types it."""
    for typed, letter in KEYBOARD.items():
        text = text.replace(typed, letter)
    return text


FUNCTION_WORDS = {language: frozenset(map(same_keys, words.values())) for language, words in LEXICON.items()}


def detect_language(text: str) -> str:
    """Return ``ar``, another language in Arabic script, or ``und`` for every other script.

    Another language needs more of its own function words than there are Arabic ones and articles: a quotation, a name
    with peh or a keyboard that writes the Farsi yeh does not make a story Persian.

    >>> detect_language("The minister spoke.")
    'und'
    """
    sample = text[:SAMPLE]
    words = WORD.findall(same_keys(sample))
    letters = sum(map(len, words))
    if not letters or sum(map(len, ARABIC_LETTERS.findall(sample))) < ARABIC_SHARE * letters:
        return "und"
    counts = {language: sum(map(known.__contains__, words)) for language, known in FUNCTION_WORDS.items()}
    counts["ar"] += sum([word.startswith(ARTICLE) for word in words])
    return max(counts, key=lambda language: (counts[language], language == "ar"))


def decide_language(declared: str | None, text: str) -> tuple[str, tuple[str, ...]]:
    """Return the language of a story and the flags on it: ``not_arabic``, ``language_contradicts_envelope``.

    The envelope's word holds where the text is of no language known here (``und``); a text that is Arabic, Persian,
    Urdu, Pashto or Kurdish says so itself.

    >>> decide_language("en-GB", "The minister spoke.")
    ('en-GB', ('not_arabic',))
    """
    seen = detect_language(text)
    stated = (declared or "").strip()
    primary = re.split("[-_]", stated.lower())[0]
    agrees = not primary or primary == seen or (seen == "und" and primary not in FUNCTION_WORDS)
    language = stated if stated and agrees else seen
    flags = () if seen == "ar" else ("not_arabic",)
    return language, flags if agrees else (*flags, "language_contradicts_envelope")
