"""Names: by what a story can be named, and which story a notice in prose names.

A notice is a kill or hold that was written for the eye («سحب الخبر رقم 157») and has no status: it is an item of its
own and means another. It names that one by number, by headline or by slugline. A name belongs to one provider, a number
to one day. Nothing is guessed: see ``the_one_named``.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from msgspec.structs import replace

from agents.intake.signals import LEXICON, SECTIONS, begins
from agents.messages import Output
from agents.normalize.characters import fold_key
from schemas.stories import Status, Story
from schemas.topics import INDEX

# Provider, kind, and what of that kind; as JSON it is the beginning of a key of ``wire.index.v1``.
Name = tuple[str, ...]

# What a story gets as its flag when it stands for a notice that named it.
NAMED = "named_in_prose"
STATUSES: dict[str, Status] = {"kill": "canceled", "hold": "withheld"}
NUMBERED = sorted((fold_key(words).lower() for words in SECTIONS["numbered"].values()), key=len, reverse=True)
NUMBER = re.compile(r"([^\W\d_]{0,8})0*([1-9][0-9]{0,6})")
QUOTED = re.compile('[«»“”„"]')
WORD = re.compile(r"\w+")
# A headline of fewer words may be any phrase.
HEADLINE_WORDS = 3
# Characters of a notice in which names are looked for; some are sent with the whole story below.
READ = 2000
# Lines and quotations of it that may be headlines, at most.
PIECES = 60
# Longer numbers of a transmission are ids, which nobody writes in a notice.
MAX_TRANSMISSION = 24


def is_notice(story: Story) -> bool:
    """Say whether a story is a notice in prose that another may not be used."""
    return story.status == "usable" and story.signal in STATUSES


def names_of(story: Story) -> tuple[Name, ...]:
    """Give every name by which a later notice may mean this story.

    >>> from tests.records import make_story
    >>> for name in names_of(make_story(transmission="mnr0157", slugline="PORT")):
    ...     print(*name)
    wakala number 2026-03-02 mnr157
    wakala number 2026-03-02 157
    wakala slugline port
    """
    numbers = transmission_numbers(story.transmission)
    names: list[Name] = [(story.provider, "number", day, number) for day in days_of(story) for number in numbers]
    names += [(story.provider, "headline", hashed) for hashed in headline_hashes([story.headline])]
    if story.slugline and (slug := words_of(story.slugline)):
        names.append((story.provider, "slugline", slug))
    return tuple(names)


def named_by(notice: Story) -> tuple[tuple[Name, ...], ...]:
    """Give the names that a notice uses, by kind: numbers, headlines, its own slugline.

    >>> from tests.records import make_story
    >>> notice = make_story(signal="kill", text='Please kill item wakala 157 "Port is closed again"')
    >>> [(names[0][:-1], len(names)) for names in named_by(notice)]
    [(('wakala', 'number', '2026-03-02'), 1), (('wakala', 'headline'), 4)]
    """
    printed = [part[:READ] for part in (notice.headline, notice.editorial_note, notice.text) if part]
    numbers = dict.fromkeys(number for part in printed for number in numbers_in(part, notice.provider))
    lines = [line for part in printed for line in part.splitlines()]
    quoted = [piece for line in lines for piece in (line, *QUOTED.split(line), line.partition(":")[2])][:PIECES]
    slug = words_of(notice.slugline or "")
    kinds = (
        tuple((notice.provider, "number", day, number) for day in days_of(notice) for number in numbers),
        tuple((notice.provider, "headline", hashed) for hashed in headline_hashes(quoted)),
        ((notice.provider, "slugline", slug),) if slug else (),
    )
    return tuple(names for names in kinds if names)


def the_one_named(kinds: Iterable[Iterable[Iterable[str]]]) -> str | None:
    """Give the story that all names agree on, None where none is found or more than one could be meant.

    ``kinds`` has, for each kind of name that a notice uses, the ids of the stories that go by each of its names. A kind
    by which no story goes says nothing: a headline may be quoted in part.

    >>> the_one_named([[["dpa:1"]], [["dpa:1", "dpa:2"]], [[]]])
    'dpa:1'
    >>> the_one_named([[["dpa:1"]], [["dpa:2"]]]) is None
    True
    """
    meant: set[str] | None = None
    for kind in kinds:
        found = {story for stories in kind for story in stories}
        if found:
            meant = found if meant is None else meant & found
    return next(iter(meant)) if meant and len(meant) == 1 else None


def addressed(notice: Story, story_id: str) -> Story:
    """Give a notice as what it is to the story that it names: a version of it that may not be used."""
    return replace(notice, id=story_id, status=STATUSES[notice.signal], flags=(*notice.flags, NAMED))


def index_outputs(story: Story) -> tuple[Output, ...]:
    """Give the records of ``wire.index.v1`` for a story: one for each name, so that stories which share one both stand.

    >>> from tests.records import make_story
    >>> [(output.key, output.value) for output in index_outputs(make_story(slugline="PORT"))]
    [(b'["wakala","slugline","port","wakala:7"]', b'"wakala:7"')]
    """
    value = orjson.dumps(story.id)
    keys = (orjson.dumps([*name, story.id]) for name in names_of(story))
    return tuple(Output(topic=INDEX.name, key=key, value=value) for key in keys)


def days_of(story: Story) -> tuple[str, ...]:
    """Give the days on which a story counts as sent: the provider's own, and Kafka's in UTC where that differs.

    Numbers begin anew every day, and a day is whatever the provider's clock says.
    """
    return tuple(dict.fromkeys(day for day in (day_of(story.published_at), story.received_at[:10]) if day))


def day_of(time: str | None) -> str | None:
    """Give the day of a time, as printed."""
    try:
        return datetime.fromisoformat(time or "").date().isoformat()
    except ValueError:
        return None


def transmission_numbers(transmission: str | None) -> tuple[str, ...]:
    """Give a transmission number as notices may write it: with its letters, and the digits alone.

    >>> transmission_numbers("MNR-000157"), transmission_numbers("tag:manara,2026:newsml_L1N14N0FF")
    (('mnr157', '157'), ())
    """
    joined = "".join(WORD.findall(fold_key(transmission or "").lower()))
    found = NUMBER.fullmatch(joined) if len(joined) <= MAX_TRANSMISSION else None
    return tuple(dict.fromkeys((found[1] + found[2], found[2]))) if found else ()


def numbers_in(text: str, provider: str) -> tuple[str, ...]:
    """Give the numbers by which a notice names items: those that stand behind words for that, as ``signals.toml`` has.

    >>> numbers_in("Please kill item dpa 0157, sent on 2 March", "dpa"), numbers_in("kill item a0157", "ap")
    (('157',), ('a157',))
    """
    words = WORD.findall(fold_key(text).lower())
    own = set(WORD.findall(fold_key(provider).lower()))
    found: dict[str, None] = {}
    for phrase in (phrase.split() for phrase in NUMBERED):
        for at in range(len(words) - len(phrase)):
            if words[at : at + len(phrase)] == phrase:
                after = words[at + len(phrase) :]
                number = NUMBER.fullmatch(after[1] if after[0] in own and len(after) > 1 else after[0])
                if number:
                    found[number[1] + number[2]] = None
    return tuple(found)


def headline_hashes(headlines: Sequence[str | None]) -> tuple[str, ...]:
    """Give the hash of each headline that is long enough to be one, with and without what agencies write before it."""
    texts = dict.fromkeys(text for headline in headlines if headline for text in (headline, bare(headline)))
    keys = (words_of(text) for text in texts)
    return tuple(dict.fromkeys(hashed(key) for key in keys if key.count(" ") + 1 >= HEADLINE_WORDS))


def hashed(key: str) -> str:
    """Hash a headline's key: the index keeps no words, so that an erased story leaves none in it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def words_of(text: str) -> str:
    """Give the words of a text as a key, one space between two.

    >>> words_of("UPDATE 1-Talks: «the end»")
    'update 1 talks the end'
    """
    return " ".join(WORD.findall(fold_key(text).lower()))


def bare(headline: str) -> str:
    """Give a headline without the words for the eye at its head: the same story is sent with and without them."""
    folded = fold_key(headline).lower().lstrip(" *\"«»'")
    for words in (words for phrases in LEXICON.values() for words in phrases):
        if begins(folded, words):
            return folded[len(words) :].lstrip(" :|-–/)*")
    return folded
