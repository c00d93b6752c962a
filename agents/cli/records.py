"""The records of the output topics as lines for a terminal: a Latin key and one Arabic string each, in order."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer

from agents.cli.lines import isolated, key, shortened


def statement_lines(statement: Mapping[str, Any], title: str) -> Iterator[str]:
    """Write a statement for a terminal: a Latin key and one Arabic string a line, so that every line reads in order."""
    source, said_at = statement["source"], statement.get("said_at") or {}
    yield typer.style(title, bold=True)
    yield key("source", isolated(source["name"]) if source["name"] else "(not named)")
    if source.get("role"):
        yield key("role", isolated(source["role"]))
    if statement.get("cue"):
        yield key("cue", isolated(statement["cue"]["text"]))
    denial = " (denies the content)" if statement["polarity"] == "deny" else ""
    yield key("stance", statement["stance"] + denial)
    yield key("content", isolated(statement["content"]["text"]))
    for outlet in statement.get("via", ()):
        yield key("outlet", f"{isolated(outlet['name'])} ({outlet['relation']})")
    if said_at:
        yield key("said at", f"{isolated(said_at['text'])} {said_at.get('value') or ''}".rstrip())
    yield ""


def story_lines(story: Mapping[str, Any], title: str) -> Iterator[str]:
    """Write an enriched story: what it is and how much was found in it, or that it may not be used any more."""
    yield typer.style(title, bold=True)
    yield key("story", isolated(story["id"]))
    yield key("version", f"{isolated(story['version'])} ({story['signal']})")
    if story.get("headline"):
        yield key("headline", isolated(shortened(story["headline"])))
    if "statements" in story:
        yield key("found", f"{len(story['statements'])} statements, {len(story['refusals'])} refusals")
    yield ""


def recall_lines(recall: Mapping[str, Any], title: str) -> Iterator[str]:
    """Write a recall: which story, why, and how many statements it touches."""
    yield typer.style(title, fg="red")
    yield key("story", isolated(recall["story_id"] or "(not found)"))
    if recall["reason"]:
        yield key("reason", isolated(recall["reason"]))
    yield key("touched", ", ".join(f"{len(recall[what])} {what}" for what in ("retracted", "changed", "added")))
    yield ""


def outcome_lines(outcome: Mapping[str, Any], title: str) -> Iterator[str]:
    """Write an outcome on one line, with its error where there is one."""
    what = isolated(outcome["story_id"] or f"{outcome['topic']}:{outcome['partition']}:{outcome['offset']}")
    error = f" {outcome['code']} {isolated(outcome['reason'] or '')}" if outcome["code"] else ""
    yield f"{title}  {what}{error}"


Lines = Callable[[Mapping[str, Any], str], Iterator[str]]
