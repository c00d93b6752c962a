"""Every setting of the worker, defined once: ``TASRIH_*`` environment variables, typed, checked together."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

PREFIX: Final = "TASRIH_"
MASK: Final = "********"
SECRETS: Final = frozenset({"sasl_password"})
# Read by the tests and by nobody else; the worker lets them stand beside its own.
TEST_NAMES: Final = frozenset(
    {"TASRIH_TEST_KAFKA", "TASRIH_REQUIRE_KAFKA", "TASRIH_REQUIRE_NODE", "TASRIH_REQUIRE_BROWSER"}
)

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]
Intake = Literal["batches", "events"]
Embargo = Literal["hold", "pass"]
Filled = Annotated[str, Meta(min_length=1)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


class SettingsError(ValueError):
    """The environment does not make valid settings; ``problems`` has one line each, none of them shows a secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{count} in the settings:\n" + "\n".join(f"  {problem}" for problem in problems))


class Settings(Struct, frozen=True, kw_only=True):
    """The settings, in the order in which they are listed; a value that an operator cannot set is not here."""

    bootstrap_servers: Annotated[
        Annotated[str, Meta(pattern=r"^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$")],
        Meta(description="Kafka brokers to start from, as `host:port,host:port`."),
    ] = "127.0.0.1:9092"
    topic_prefix: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$")],
        Meta(description="Text put before every topic name; empty for none."),
    ] = ""
    group_id: Annotated[Name, Meta(description="Consumer group; the workers of one group share the partitions.")] = (
        "tasrih"
    )
    instance_id: Annotated[
        Name | None,
        Meta(description="Static member name of this worker: it may restart within the session without a rebalance."),
    ] = None
    session_timeout_seconds: Annotated[
        Annotated[int, Meta(ge=6, le=60)],
        Meta(description="Seconds without a heartbeat after which the group takes this worker for dead."),
    ] = 8
    security_protocol: Annotated[
        SecurityProtocol, Meta(description="How to talk to the brokers: in the clear or by TLS, with SASL or without.")
    ] = "PLAINTEXT"
    sasl_mechanism: Annotated[SaslMechanism | None, Meta(description="SASL mechanism; SASL protocols need it.")] = None
    sasl_username: Annotated[Filled | None, Meta(description="SASL user; SASL protocols need it.")] = None
    sasl_password: Annotated[Filled | None, Meta(description="SASL password (secret); SASL protocols need it.")] = None
    tls_ca_file: Annotated[
        Filled | None, Meta(description="PEM file of the authorities that may sign a broker; the system's by default.")
    ] = None
    tls_certificate_file: Annotated[
        Filled | None, Meta(description="PEM file of the client certificate, for brokers that ask for one.")
    ] = None
    tls_key_file: Annotated[
        Filled | None, Meta(description="PEM file of its private key, where it is not in the certificate's file.")
    ] = None
    story_max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000, le=4_000_000)],
        Meta(description="Largest story that is read, in bytes; a larger one becomes a dead letter (`WIRE-104`)."),
    ] = 1_000_000
    stage_deadline_seconds: Annotated[
        Annotated[int, Meta(ge=1, le=60)],
        Meta(description="Seconds that a stage may take for one record; then the record becomes a dead letter."),
    ] = 2
    embargo: Annotated[
        Embargo,
        Meta(description="A story under an embargo: `hold` it until its time, or `pass` it on, flagged."),
    ] = "hold"
    intake: Annotated[
        Intake,
        Meta(
            description="How agents get records: all of one fetch as one event, or, as Faust does, one by one (slower)."
        ),
    ] = "batches"
    state_folder: Annotated[
        Filled | None,
        Meta(description="Folder for local copies of the state, kept between starts; a temporary one if unset."),
    ] = None
    liveness_seconds: Annotated[
        Annotated[int, Meta(ge=5, le=3600)],
        Meta(description="Seconds without progress, while there are records to read, after which `/live` says 503."),
    ] = 60
    web_host: Annotated[
        Filled, Meta(description="Address of the pages `/live`, `/ready` and `/metrics`; `0.0.0.0` for all.")
    ] = "127.0.0.1"
    web_port: Annotated[Annotated[int, Meta(ge=1, le=65535)], Meta(description="Port of these pages.")] = 6066
    drain_seconds: Annotated[
        Annotated[int, Meta(ge=1, le=300)],
        Meta(description="Seconds that a worker told to stop has to finish what it began; then it exits with 70."),
    ] = 10
    log_level: Annotated[LogLevel, Meta(description="Least severe log line that is written.")] = "info"
    log_format: Annotated[LogFormat, Meta(description="Log lines for people (`text`) or machines (`json`).")] = "text"

    def __repr__(self) -> str:
        """Show the settings with secrets masked, so that a log or a traceback never holds one."""
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown(self).items())})"


def variable(name: str) -> str:
    """Give the environment variable of a setting.

    >>> variable("web_port")
    'TASRIH_WEB_PORT'
    """
    return PREFIX + name.upper()


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from ``environ`` (by variable name); an empty value counts as not set.

    Variables without the prefix are left alone. Raises ``SettingsError`` with every problem at once: unknown
    ``TASRIH_*`` names, wrong values, and settings that do not go together.

    >>> load_settings({"TASRIH_WEB_PORT": "7070"}).web_port
    7070
    >>> load_settings({"TASRIH_WEB_PROT": "7070", "TASRIH_LOG_LEVEL": "loud"})
    Traceback (most recent call last):
    agents.settings.SettingsError: 2 problems in the settings:
      TASRIH_WEB_PROT: unknown setting; did you mean TASRIH_WEB_PORT?
      TASRIH_LOG_LEVEL: expected one of debug, error, info, warning, got 'loud'
    """
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    problems = [*_unknown(given)]
    values: dict[str, Any] = {}
    for name, kind in _kinds().items():
        if (text := given.get(variable(name))) is not None:
            try:
                values[name] = msgspec.convert(text, kind, strict=False)
            except msgspec.ValidationError:
                problems.append(f"{variable(name)}: {_cause(name, text, kind)}")
    problems += _disagreements({name: values.get(name) for name in SETTINGS}, given)
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values)


def shown(settings: Settings) -> dict[str, Any]:
    """Give every effective value by setting name, secrets masked.

    >>> shown(Settings(sasl_password="hush"))["sasl_password"]
    '********'
    """
    values = msgspec.structs.asdict(settings)
    return {name: MASK if name in SECRETS and value else value for name, value in values.items()}


def settings_table() -> str:
    """Write the settings as a Markdown table: variable, default, what it is for.

    >>> print(settings_table().splitlines()[2])
    | `TASRIH_BOOTSTRAP_SERVERS` | `127.0.0.1:9092` | Kafka brokers to start from, as `host:port,host:port`. |
    """
    defaults = msgspec.structs.asdict(Settings())
    rows = (f"| `{variable(name)}` | {_code(defaults[name])} | {text} |" for name, text in SETTINGS.items())
    return "\n".join(("| variable | default | what it is for |", "|---|---|---|", *rows))


def _code(default: object) -> str:
    return "" if default in (None, "") else f"`{default}`"


def _kinds() -> dict[str, Any]:
    return get_type_hints(Settings, include_extras=True)


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    known = {variable(name) for name in SETTINGS}
    for name in sorted(set(given) - known - TEST_NAMES):
        close = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), SETTINGS, n=1)
        hint = f"did you mean {variable(close[0])}?" if close else "`tasrih settings` lists them all"
        yield f"{name}: unknown setting; {hint}"


def _cause(name: str, text: str, kind: Any) -> str:
    """Say what a value should have been; a secret's is not shown."""
    return f"expected {_expected(kind)}, got {MASK if name in SECRETS else repr(text)}"


def _expected(kind: Any) -> str:
    """Say what a type allows, in words.

    >>> _expected(Annotated[int, Meta(ge=1, le=9)]), _expected(LogFormat | None)
    ('a whole number from 1 to 9', 'one of json, text')
    """
    info = msgspec.inspect.type_info(kind)
    while isinstance(info, msgspec.inspect.Metadata | msgspec.inspect.UnionType):
        info = info.type if isinstance(info, msgspec.inspect.Metadata) else info.types[0]
    match info:
        case msgspec.inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case msgspec.inspect.IntType(ge=least, le=most):
            return f"a whole number from {least} to {most}"
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return f"text matching {pattern}"
    return "text"


def _disagreements(values: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    """Name the settings that are wrong only together; a value that was wrong by itself was named before."""
    protocol = values["security_protocol"] or "PLAINTEXT"
    for name in ("sasl_mechanism", "sasl_username", "sasl_password"):
        if protocol.startswith("SASL") and variable(name) not in given:
            yield f"{variable(name)}: missing; {variable('security_protocol')}={protocol} needs it"
        if not protocol.startswith("SASL") and variable(name) in given:
            yield f"{variable(name)}: set, but {variable('security_protocol')}={protocol} does not use it"
    for name in ("tls_ca_file", "tls_certificate_file", "tls_key_file"):
        if not protocol.endswith("SSL") and variable(name) in given:
            yield f"{variable(name)}: set, but {variable('security_protocol')}={protocol} does not use it"
    if values["tls_key_file"] and not values["tls_certificate_file"]:
        yield f"{variable('tls_key_file')}: set without {variable('tls_certificate_file')}"


def _descriptions() -> dict[str, str]:
    found = {}
    for name, kind in _kinds().items():
        info = msgspec.inspect.type_info(kind)
        schema = info.extra_json_schema if isinstance(info, msgspec.inspect.Metadata) else None
        found[name] = str((schema or {})["description"])
    return found


SETTINGS: Final[dict[str, str]] = _descriptions()
