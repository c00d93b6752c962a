"""``tasrih replay``: read a range of raw records again, with the rules of today.

Live, every story of the range goes to the worker that owns it as an order (``agents/orders.py``): what stands is
extracted once more and published where it differs, and no status changes. In shadow, both stages run in this process,
from an empty state that holds only the live kills and holds; what comes of them goes to topics of another prefix, and
their statements are compared with the live ones.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agents.cli.environment import environment
from agents.cli.orders import records_of
from agents.settings import Settings

if TYPE_CHECKING:
    from agents.cli.replaying import Sender
    from schemas.statements import Statement


@dataclass(slots=True)
class Tally:
    """How many raw records and stories were read, what became of the stories, and which records cannot be read."""

    records: int = 0
    stories: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)


def replay(
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="First Kafka timestamp (ISO 8601; UTC).")],
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="Kafka timestamp before which the range ends.")],
    shadow: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="Publish under this prefix and compare, change nothing live.")
    ] = None,
) -> None:
    """Read the raw records of a time again and extract their statements with the rules of today.

    The worker's own offsets stay where they are. Exits with 1 when not all could be done, 2 when an option is wrong.
    """
    settings = environment()
    span = (moment(since, "--from"), moment(until, "--to"))
    if span[0] >= span[1]:
        raise typer.BadParameter("ends before it begins", param_hint="--to")
    if shadow is not None and (not shadow or shadow == settings.topic_prefix):
        raise typer.BadParameter("is where the live topics are", param_hint="--shadow")
    from agents.cli.dead.failures import failures_told  # noqa: PLC0415
    from agents.cli.replaying import Sender  # noqa: PLC0415

    tally = Tally()
    with failures_told(settings, "What was under way was aborted; the range can be replayed again."):
        if shadow is None:
            with Sender(settings, settings.topic_prefix, "live") as sender:
                live(settings, span, sender, tally)
        else:
            with Sender(settings, shadow, "shadow") as sender:
                statements = shadowed(settings, span, sender, tally)
            compare(settings, statements)
    report(tally)


def moment(text: str, option: str) -> int:
    """Read a time as milliseconds since 1970; one without a zone is in UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time", param_hint=option) from None
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def stories_of(settings: Settings, span: tuple[int, int], tally: Tally) -> Iterator[Any]:
    """Read the stories of the raw records of a range, each raw partition in order."""
    from agents.cli.replaying import incoming_of  # noqa: PLC0415
    from agents.errors import WireError  # noqa: PLC0415
    from agents.reading import read_stories  # noqa: PLC0415
    from schemas.topics import RAW  # noqa: PLC0415

    for record in records_of(settings, RAW.name, span):
        tally.records += 1
        try:
            stories = read_stories(incoming_of(record), max_story_bytes=settings.story_max_bytes)
        except WireError as error:
            tally.unread[error.code] += 1
        else:
            tally.stories += len(stories)
            yield from stories


def live(settings: Settings, span: tuple[int, int], sender: "Sender", tally: Tally) -> None:
    """Order each story of the range to be extracted again."""
    from agents.naming import is_notice  # noqa: PLC0415
    from agents.orders import REPLAY, ordered  # noqa: PLC0415

    for story in stories_of(settings, span, tally):
        if story.status == "usable" and not is_notice(story):
            sender.send([ordered(REPLAY, story)])
            tally.outcomes["ordered"] += 1


def shadowed(
    settings: Settings, span: tuple[int, int], sender: "Sender", tally: Tally
) -> "dict[str, dict[str, Statement]]":
    """Run both stages over the range, and give the statements that stand in the end, by story and id."""
    from agents.cli.replaying import recalled_states  # noqa: PLC0415
    from agents.holding import receive  # noqa: PLC0415
    from schemas.codec import decode_outcome, decode_statement  # noqa: PLC0415
    from schemas.topics import AUDIT, STATEMENTS  # noqa: PLC0415

    states: dict[str, Any] = dict(recalled_states(settings))
    standing: dict[str, dict[str, Statement]] = {}
    now = datetime.now(UTC)
    for story in stories_of(settings, span, tally):
        outputs, states[story.id] = receive(story, states.get(story.id), now, hold=settings.embargo == "hold")
        of_story = standing.setdefault(story.id, {})
        for output in outputs:
            key = (output.key or b"").decode()
            if output.topic == STATEMENTS.name and output.value is None:
                of_story.pop(key, None)
            elif output.topic == STATEMENTS.name:
                of_story[key] = decode_statement(output.value or b"")
            elif output.topic == AUDIT.name:
                tally.outcomes[decode_outcome(output.value or b"").outcome] += 1
        sender.send(outputs)
    return standing


def compare(settings: Settings, shadow: "dict[str, dict[str, Statement]]") -> None:
    """Print how the statements of the shadow differ from the live ones of the same stories, by source."""
    from agents.cli.replaying import differences, live_statements  # noqa: PLC0415

    found = differences(live_statements(settings, set(shadow)), shadow)
    total: Counter[str] = Counter()
    for counts in found.values():
        total.update(counts)
    told = ", ".join(f"{total[name]} {name}" for name in ("added", "lost", "changed", "unchanged"))
    typer.echo(f"statements of {len(shadow)} stories: {told}")
    for source, counts in sorted(found.items(), key=lambda one: -(one[1].total() - one[1]["unchanged"])):
        if counts.total() > counts["unchanged"]:
            typer.echo(f"  +{counts['added']} -{counts['lost']} ~{counts['changed']}  {source or '(no name)'}")


def report(tally: Tally) -> None:
    """Print the counts."""
    typer.echo(f"{tally.records} raw records, {tally.stories} stories")
    for outcome, count in sorted(tally.outcomes.items()):
        typer.echo(f"  {count} {outcome}")
    for code, count in sorted(tally.unread.items()):
        typer.echo(f"  {count} cannot be read: {code}")
