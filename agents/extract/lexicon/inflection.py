"""Inflection: from the citation forms of the lexicon to every form that a wire prints.

Only the third person is made: wires report others. Endings follow the written, unvowelled form.
"""

from collections.abc import Iterator
from typing import Literal

Gender = Literal["m", "f", "any"]
Number = Literal["s", "d", "p", "any"]
Tense = Literal["past", "present", "none"]

OBJECTS = ("ه", "ها", "هم", "هما", "نا", "ني")
OWNERS = ("ه", "ها", "هم", "هما", "هن")


def finite_forms(past: str, present: str) -> Iterator[tuple[str, Tense, Gender, Number, bool]]:
    """Yield (form, tense, gender, number, with an object pronoun or not) of a verb in the third person.

    >>> [form for form, *_ in finite_forms("نفى", "ينفي")][:11]
    ['نفى', 'نفت', 'نفيا', 'نفتا', 'نفوا', 'نفين', 'ينفي', 'تنفي', 'ينفيان', 'تنفيان', 'ينفون']
    """
    plain = [*_past(past), *_present(present)]
    for form, tense, gender, number in plain:
        yield form, tense, gender, number, False
    for form, tense, gender, number in plain:
        for pronoun in OBJECTS:
            yield _before_pronoun(form) + pronoun, tense, gender, number, True


def _before_pronoun(form: str) -> str:
    """Return the form that a pronoun is written to: اتهموا loses its alef, دعى and رأى show theirs.

    >>> _before_pronoun("اتهموا"), _before_pronoun("نفى")
    ('اتهمو', 'نفا')
    """
    if form.endswith("وا"):
        return form[:-1]
    return form[:-1] + "ا" if form.endswith("ى") else form


def _past(past: str) -> Iterator[tuple[str, Tense, Gender, Number]]:
    weak = past[-1] in "ىا"
    stem = past[:-1] if weak else past
    long = stem + ("و" if past.endswith("ا") else "ي") if weak else past
    yield past, "past", "m", "s"
    yield stem + "ت", "past", "f", "s"
    yield long + "ا", "past", "m", "d"
    yield stem + "تا", "past", "f", "d"
    yield stem + "وا", "past", "m", "p"
    yield long + "ن", "past", "f", "p"


def _present(present: str) -> Iterator[tuple[str, Tense, Gender, Number]]:
    feminine = "ت" + present[1:]
    weak = present[-1] in "يوى"
    stem = present[:-1] if weak else present
    dual = present[:-1] + "ي" if present.endswith("ى") else present
    yield present, "present", "m", "s"
    yield feminine, "present", "f", "s"
    yield dual + "ان", "present", "m", "d"
    yield "ت" + dual[1:] + "ان", "present", "f", "d"
    yield stem + "ون", "present", "m", "p"


def participle_forms(participle: str) -> Iterator[tuple[str, Gender, Number]]:
    """Yield the undefined accusative forms of an active participle, as circumstance (ḥāl) asks.

    The bare singular is left out: it is an ordinary noun or adjective (متهم accused, مصدر source).

    >>> [form for form, *_ in participle_forms("مؤكد")]
    ['مؤكدا', 'مؤكدة', 'مؤكدين', 'مؤكدات']
    """
    stem = participle[:-1] if participle.endswith("ي") else participle
    yield participle + "ا", "m", "s"
    yield participle + "ة", "f", "s"
    yield stem + "ين", "m", "p"
    yield participle + "ات", "f", "p"


def masdar_forms(masdar: str) -> Iterator[tuple[str, Gender, Number]]:
    """Yield a verbal noun alone and with the pronouns of its subject: قوله، قولها، دعوتهم.

    >>> [form for form, *_ in masdar_forms("دعوة")]
    ['دعوة', 'دعوته', 'دعوتها', 'دعوتهم', 'دعوتهما', 'دعوتهن']
    """
    yield masdar, "any", "any"
    stem = masdar[:-1] + "ت" if masdar.endswith("ة") else masdar
    for pronoun, gender, number in zip(OWNERS, ("m", "f", "m", "any", "f"), ("s", "s", "p", "d", "p"), strict=True):
        yield stem + pronoun, gender, number  # type: ignore[misc]


def noun_forms(noun: str, *, regular: bool) -> Iterator[str]:
    """Yield a noun and, where ``regular``, its feminine, dual and sound plurals, in construct too.

    >>> sorted(noun_forms("مسؤول", regular=True))
    ['مسؤول', 'مسؤولا', 'مسؤولات', 'مسؤولان', 'مسؤولة', 'مسؤولو', 'مسؤولون', 'مسؤولي', 'مسؤولين']
    """
    yield noun
    if not regular:
        return
    if noun.endswith("ة"):
        yield noun[:-1] + "ات"
        return
    stem = noun[:-1] if noun.endswith("ي") and len(noun) > 3 else noun
    yield from (noun + ending for ending in ("ة", "ات", "ا", "ان"))
    for long in {stem, noun}:
        yield from (long + ending for ending in ("ون", "ين", "و", "ي"))
