"""What the commands that talk to Kafka share: the settings of the environment, and a client's options made of them."""

import os
import sys
from typing import Any

import typer

from agents.settings import Settings, SettingsError, load_settings

EXIT_USAGE = 2


def environment() -> Settings:
    """Read the settings, or print every problem on standard error and exit with 2."""
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        typer.echo(error, err=True)
        raise typer.Exit(EXIT_USAGE) from error


def client_options(settings: Settings) -> dict[str, Any]:
    """Say in librdkafka's words how to reach the brokers.

    >>> client_options(Settings())["security.protocol"]
    'PLAINTEXT'
    """
    options = {
        "bootstrap.servers": settings.bootstrap_servers,
        "security.protocol": settings.security_protocol,
        "sasl.mechanism": settings.sasl_mechanism,
        "sasl.username": settings.sasl_username,
        "sasl.password": settings.sasl_password,
        "ssl.ca.location": settings.tls_ca_file,
        "ssl.certificate.location": settings.tls_certificate_file,
        "ssl.key.location": settings.tls_key_file or settings.tls_certificate_file,
    }
    return {name: value for name, value in options.items() if value is not None}


def on_terminal() -> bool:
    """Say whether a person reads standard output in a terminal."""
    return sys.stdout.isatty()
