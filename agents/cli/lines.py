"""Lines for a terminal: a Latin key and one Arabic string each, so that every line reads in order."""

import sys

import typer


def key(name: str, value: str, *, width: int = 8) -> str:
    """Write one line: what it is, dimmed, and the value.

    >>> key("cue", "said")
    '   cue      said'
    """
    label = f"{name:<{width}}"
    return f"   {typer.style(label, dim=True) if sys.stdout.isatty() else label} {value}"


def isolated(text: str) -> str:
    """Write a text on one line, and in a terminal between isolates: its direction then leaves the rest alone."""
    line = " ".join(text.split())
    return f"\u2068{line}\u2069" if sys.stdout.isatty() else line


def shortened(text: str, most: int = 160) -> str:
    """Cut the middle out of a long text: where it begins and ends is what a reader checks.

    >>> shortened("abcdefghij", most=7)
    'abc … hij'
    """
    half = most // 2
    return text if len(text) <= most else f"{text[:half]} … {text[-half:]}"


def printable(text: str) -> str:
    r"""Write what a feed may have sent so that it can't steer a terminal: controls become escapes.

    >>> printable("a" + chr(27) + "[2J" + chr(0x202e))
    'a\\x1b[2J\\u202e'
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
