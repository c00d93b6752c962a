"""What kind of word stands at a token: the questions that rules ask of the lexicon."""

from functools import lru_cache

from agents.extract.document import Document
from agents.extract.lexicon import LEXICON
from agents.extract.tokens import bare, is_defined

WORDS = LEXICON.classes
NOUNS = LEXICON.nouns
HEADS = ("titles", "people", "organizations", "media", "documents")
KEPT = 65536  # wires repeat their words
MONTH_SETS = [months for name, months in LEXICON.phrases.items() if name.startswith("months_")]
MONTH_WORDS = frozenset(words[0] for months in MONTH_SETS for words in months)
COMPLEMENTIZERS = frozenset({"ان", "انه", "انها", "انهم", "انهما", "اننا", "انني", "انهن", "انا", "اني", "انك", "انكم"})
PRONOUNS = ("هما", "هم", "هن", "ها", "نا", "ه")
NISBA = ("ي", "ية", "يون", "يين", "يان", "يات")
OUTLETS = NOUNS["outlets"]
STATE_NAMES = {
    name.split()[0]: n
    for n, state in enumerate(LEXICON.states)
    for name in (*state.names, *filter(None, (state.capital, state.seat)))
}
PLACES = frozenset(OUTLETS) | frozenset(STATE_NAMES) | WORDS["places"]
NISBAS = {nisba: n for n, state in enumerate(LEXICON.states) for nisba in state.nisbas}


def is_complementizer(key: str) -> bool:
    """Tell whether a key is أن or إن, with a pronoun, with ب or ف before it, or not.

    >>> is_complementizer("بانه"), is_complementizer("فان"), is_complementizer("من")
    (True, True, False)
    """
    return key in COMPLEMENTIZERS or (key[:1] in ("ب", "ف") and key[1:] in COMPLEMENTIZERS)


def is_preposition(doc: Document, i: int) -> bool:
    """Tell whether token i is a free preposition; the name علي is none, but على is."""
    token = doc.tokens[i]
    if token.key == "علي":
        return not token.text.endswith("ي")
    return token.key in WORDS["prepositions"]


@lru_cache(maxsize=KEPT)
def prefixed(key: str) -> tuple[str, str]:
    """Split a key from a preposition written onto it, where the lexicon or the article shows it.

    >>> prefixed("للوزير"), prefixed("لوكالة"), prefixed("بالمدينة"), prefixed("باريس")
    (('ل', 'الوزير'), ('ل', 'وكالة'), ('ب', 'المدينة'), ('', 'باريس'))
    """
    if key.startswith("لل") and len(key) > 4:
        return "ل", "ال" + key[2:]
    if key.startswith(("بال", "كال")) and len(key) > 5:
        return key[0], key[1:]
    if key.startswith("ل") and (
        key[1:] in WORDS["purposes"] or (key.endswith("ة") and len(key) > 4 and key not in WORDS["names"])
    ):
        return "ل", key[1:]
    if key[:1] in ("ل", "ب") and len(key) > 3 and (noun_class(key[1:]) or key[1:] in PLACES):
        return key[0], key[1:]
    return "", key


@lru_cache(maxsize=KEPT)
def noun_class(key: str) -> str | None:
    """Return the section of ``nouns.toml`` that a key heads as a source, without its article, or None.

    >>> noun_class("الوزيرة"), noun_class("شهود"), noun_class("شجرة")
    ('titles', 'people', None)
    """
    word = bare(key)
    if key in WORDS["name_starts"]:
        return None
    for name in HEADS:
        if word in NOUNS[name]:
            return name
    for pronoun in PRONOUNS:
        stem = word.removesuffix(pronoun)
        if stem != word and len(stem) > 2:
            stem = stem[:-1] + "ة" if stem.endswith("ت") else stem
            if found := next((name for name in HEADS if stem in NOUNS[name]), None):
                return found
    return None


def is_outlet(key: str) -> bool:
    """Tell whether a key heads or is the name of an outlet; وكالة and شبكة head other bodies too.

    >>> is_outlet("لصحيفة"), is_outlet("صحيفة"), is_outlet("رويترز")
    (False, True, True)
    """
    return bare(key) in NOUNS["media"] or key in OUTLETS


def is_told(doc: Document, k: int) -> bool:
    """Tell whether the short quotation that opens at k holds ل and an outlet: قال مصدر "لعمان" إن ..."""
    key = doc.key(k + 1)
    return key[:1] == "ل" and doc.quote_words(k) <= 2 and (key[1:] in OUTLETS or key[1:] in STATE_NAMES)


@lru_cache(maxsize=KEPT)
def lemma_of(key: str) -> str:
    """Return the lexicon word of a head noun, itself where the lexicon has none.

    >>> lemma_of("المتحدثة"), lemma_of("النخلة")
    ('متحدث', 'نخلة')
    """
    word = bare(key)
    return LEXICON.heads.get(word, word)


@lru_cache(maxsize=KEPT)
def is_adjective(key: str) -> bool:
    """Tell whether an undefined key reads as an adjective after an undefined head: a nisba, or one of the list."""
    if key.endswith("ا") and key[:-1] in WORDS["adjectives"]:
        return True
    return key in WORDS["adjectives"] or (len(key) > 3 and key.endswith(NISBA) and not is_defined(key))


def is_passive(key: str) -> bool:
    """Tell whether an undefined key is written as a feminine passive participle: مملوكة, محفوظة.

    >>> is_passive("مملوكة"), is_passive("مدينة")
    (True, False)
    """
    return len(key) == 6 and key[0] == "م" and key[3] == "و" and key.endswith("ة")


def is_time(doc: Document, i: int) -> bool:
    """Tell whether token i says when; صباح and مساء only before a day, since they are names too."""
    key = doc.key(i)
    if key in MONTH_WORDS and i > 0 and (doc.tokens[i - 1].kind == "number" or doc.key(i + 1) in WORDS["past"]):
        return True
    if key in WORDS["periods"] and doc.key(i + 1) in WORDS["times"]:
        return True
    if key in ("الاسبوع", "الشهر", "السنة") and (doc.key(i + 1) in WORDS["past"] or doc.key(i + 1) == "قبل"):
        return True
    if key in ("العام", "عام", "سنة") and i + 1 < len(doc.tokens) and doc.tokens[i + 1].kind == "number":
        return True
    if key in ("صباح", "مساء", "ظهر", "عصر", "فجر", "ليلة", "ليل", "يوم", "اول"):
        return (
            doc.key(i + 1) in WORDS["times"] or doc.key(i + 1) == "من" or doc.tokens[i + 1].kind == "number"
            if i + 1 < len(doc.tokens)
            else False
        )
    return key in WORDS["times"]


@lru_cache(maxsize=KEPT)
def is_eventive(key: str) -> bool:
    """Tell whether a key names an event or act that can be announced, denied, demanded.

    Listed nouns first, then the written patterns of derived verbal nouns; words of other kinds are left out.

    >>> [is_eventive(w) for w in ("وجود", "استقالة", "اعلان", "تصنيف", "وزير", "تونس")]
    [True, True, True, True, False, False]
    """
    word = _without_owner(bare(key))
    if word in NOUNS_EVENTIVE or (word != bare(key) and len(word) == 4 and word[0] == "ت" and word[1] != "ا"):
        return True
    return word not in STATE_NAMES and word not in WORDS["names"] and noun_class(word) is None and _is_pattern(word)


NOUNS_EVENTIVE = WORDS["eventive"]


def _without_owner(word: str) -> str:
    for pronoun in PRONOUNS:
        stem = word.removesuffix(pronoun)
        if stem != word and len(stem) > 2:
            return stem[:-1] + "ة" if stem.endswith("ت") and stem[:-1] + "ة" in NOUNS_EVENTIVE else stem
    return word


def _is_pattern(word: str) -> bool:
    size = len(word)
    if word.endswith(("ية", "ي", "يون", "يين")):
        return False
    plural = word.endswith("ات")
    if word.startswith("ا") and size == 5 and word[2] == "ا" and word.endswith("ة"):
        return True
    word = word.removesuffix("ات").removesuffix("ة")
    if word.startswith("است") and len(word) >= 6:
        return True
    if word.startswith("ا") and 5 <= len(word) <= 7 and word[-2] == "ا":
        return len(word) == 5 or (len(word) >= 6 and ("ت" in word[1:3] or word[1] == "ن"))
    if word.startswith("ت") and len(word) == 5:
        return word[3] == "ي" or word[2] == "ا"
    return word.startswith("م") and len(word) == 5 and word[2] == "ا" and (plural or size == 6)


def is_name(doc: Document, i: int) -> bool:
    """Tell whether token i can begin a proper name: a word without article that the lexicon does not know."""
    token = doc.tokens[i]
    key = token.key
    return (
        token.kind == "word"
        and not is_defined(key)
        and noun_class(key) is None
        and not is_preposition(doc, i)
        and not is_complementizer(key)
        and key not in CLOSED
        and not key.startswith(("لكن", "ولكن"))
        and not (key[:1] == "و" and key[1:] in WORDS["prepositions"])
        and not _is_governed(key)
        and not prefixed(key)[0]
        and not is_time(doc, i)
    )


@lru_cache(maxsize=KEPT)
def _is_governed(key: str) -> bool:
    """Tell whether a key reads as a noun with ب or ل written onto it: بوقف، بولاية; the name بثينة does not."""
    rest = key[1:]
    if key.startswith("و"):
        noun = is_eventive(rest) and not is_defined(rest)
        return key not in WORDS["waw_words"] and (noun or rest in WORDS["prepositions"])
    noun = is_eventive(rest) or rest in WORDS["things"] or (key.endswith("ة") and key not in WORDS["names"])
    return key.startswith(("ب", "ل")) and (noun or rest in CLOSED)


CLOSED = frozenset().union(
    *(
        WORDS[c]
        for c in (
            "things",
            "adverbs",
            "relatives",
            "negations",
            "irrealis",
            "adjectives",
            "auxiliaries",
            "complement_blockers",
            "with_pronoun",
        )
    ),
    (
        "كان",
        "كانت",
        "هو",
        "هي",
        "هم",
        "هذا",
        "هذه",
        "ذلك",
        "تلك",
        "ما",
        "من",
        "كل",
        "اي",
        "ذاته",
        "ذاتها",
        "نفسه",
        "نفسها",
        "انفسهم",
        "هناك",
        "له",
        "لها",
        "لهم",
        "ثم",
        "او",
    ),
)
