"""What may keep a command from its end, and how it is told."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from confluent_kafka import KafkaException

from agents.settings import Settings


class MissingError(Exception):
    """The cluster does not have a topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"{topic} is missing, see `tasrih topics check`.")


class UnreadableError(Exception):
    """The dead topic can't be read to its end."""


class UnsureError(Exception):
    """The broker did not say whether the last transaction was committed."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason}: it is not known whether the last transaction was committed. `tasrih dead list` says which "
            "letters were redriven; the others can be redriven again."
        )


@contextmanager
def failures_told(settings: Settings, aftermath: str = "") -> Iterator[None]:
    """Say on standard error what keeps a command from its end, and what follows from it; exits with 1 then."""
    try:
        yield
    except KeyboardInterrupt:
        told = f"interrupted. {aftermath}"
    except KafkaException as error:
        told = f"Kafka at {settings.bootstrap_servers}: {error.args[0].str()}. {aftermath}"
    except (MissingError, UnreadableError) as error:
        told = f"{error} {aftermath}"
    except UnsureError as error:
        told = str(error)
    else:
        return
    typer.echo(told.rstrip(), err=True)
    raise typer.Exit(1)
