"""camel-tools' morphology: read from a small database in its own format, without its catalogue, and optional."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.extract import extract
from agents.extract.morphology import agreement, use_morphology, with_camel
from agents.extract.testing import story

# Two stems, a plural of things and one of people, spelled as the analyser folds words, and a prefix for the article.
DATABASE = """\
###DEFINES###
DEFINE pos pos:noun pos:verb
DEFINE lex lex:*open*
DEFINE diac diac:*open*
DEFINE gen gen:m gen:f
DEFINE num num:s num:d num:p
DEFINE rat rat:y rat:n
DEFINE gloss gloss:*open*
###DEFAULTS###
DEFAULT pos:noun lex:* diac:* gen:m num:s rat:n gloss:*
DEFAULT pos:verb lex:* diac:* gen:m num:s rat:n gloss:*
###ORDER###
ORDER pos lex diac gen num rat gloss
###TOKENIZATIONS###
TOKENIZATION diac
###STEMBACKOFF###
STEMBACKOFF NONE Stem
###PREFIXES###
\tPref-0\tdiac: gloss:
ال\tPref-Al\tdiac:ال gloss:the
###SUFFIXES###
\tSuff-0\tdiac: gloss:
###STEMS###
قوافل\tStem\tpos:noun lex:قافلة diac:قوافل gen:f num:p rat:n gloss:convoys
رعاه\tStem\tpos:noun lex:راعي diac:رعاة gen:m num:p rat:y gloss:shepherds
###TABLE AB###
Pref-0 Stem
Pref-Al Stem
###TABLE BC###
Stem Suff-0
###TABLE AC###
Pref-0 Suff-0
Pref-Al Suff-0
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "morphology.db"
    path.write_text(DATABASE, encoding="utf-8")
    return path


def test_plurals_of_things_agree_as_feminine_singular(database: Path) -> None:
    use_morphology(with_camel(database))
    try:
        assert [agreement(word) for word in ("القوافل", "رعاة", "كتاب")] == [("f", "s"), ("m", "p"), None]
    finally:
        use_morphology(None)


def test_it_is_optional() -> None:
    assert agreement("القوافل") is None
    assert [s.source.name for s in extract(story("قالت القوافل إن الطريق مغلقة.")).statements] == ["القوافل"]


def test_the_catalogue_is_not_fetched(database: Path) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*arguments, **named): raise OSError('no network here')\n"
        "socket.socket.connect = refuse\n"
        "from pathlib import Path\n"
        "from agents.normalize.camel import read_morphology\n"
        f"print(read_morphology(Path({str(database)!r}))('قوافل')[0].num, 'camel_tools.data' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.split() == ["p", "False"]
