"""The Faust application and its topics: the only place where Faust and its Kafka connection are set up."""

import os
import ssl
import threading
from pathlib import Path
from typing import Any

import faust

from agents.delivery.children import Children
from agents.delivery.cluster import Cluster
from agents.delivery.consumer import LaneTransport, NoTables, check_private_names
from agents.delivery.guard import Stage
from agents.delivery.index import Index
from agents.delivery.lane import Shared
from agents.delivery.lanes import Lanes
from agents.delivery.state import StateFolder, default_folder
from agents.logs import logging_config
from agents.settings import Settings, load_settings
from agents.stages import make_stages
from schemas.topics import INDEX, PRODUCER_MAX_BYTES, RAW, STORIES, Topic, prefixed

EXIT_UNFINISHED = 70


class WireApp(faust.App):  # type: ignore[misc] # Faust's types are not read
    """Faust's application, with an end to its patience when it is told to stop."""

    async def on_start(self) -> None:
        """Start the processes of the stages beside everything else."""
        lanes.start()
        await super().on_start()

    async def on_stop(self) -> None:
        """Stop as Faust does; after the drain time end the process, which repeats records and loses none."""
        deadline = threading.Timer(settings.drain_seconds, os._exit, (EXIT_UNFINISHED,))
        deadline.daemon = True
        deadline.start()
        await super().on_stop()

    def _create_directories(self) -> None:
        """Make no folders: Faust would keep its tables in them, and this worker has none."""


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Make the TLS context that the settings ask for, or None; a file that cannot be read raises ``OSError``."""
    if not settings.security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.tls_ca_file)
    if settings.tls_certificate_file:
        context.load_cert_chain(settings.tls_certificate_file, settings.tls_key_file)
    return context


def credentials(settings: Settings) -> Any:
    """Say in Faust's words how to prove who we are; None in the clear."""
    context = tls_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None


def connection(settings: Settings) -> dict[str, Any]:
    """Say in aiokafka's words how to reach the brokers."""
    options: dict[str, Any] = {"bootstrap_servers": settings.bootstrap_servers}
    options |= {"security_protocol": settings.security_protocol}
    if settings.security_protocol.startswith("SASL"):
        options |= {"sasl_mechanism": settings.sasl_mechanism, "sasl_plain_username": settings.sasl_username}
        options |= {"sasl_plain_password": settings.sasl_password}
    return {**options, "ssl_context": tls_context(settings), "client_id": settings.group_id}


def make_app(settings: Settings) -> WireApp:
    """Make the application: what differs from Faust's defaults, and why."""
    servers = [f"kafka://{server}" for server in settings.bootstrap_servers.split(",")]
    app = WireApp(
        settings.group_id,
        autodiscover=["agents.pipeline", "agents.pages"],
        broker=servers,
        broker_credentials=credentials(settings),
        broker_client_id=settings.group_id,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 4,
        broker_rebalance_timeout=settings.session_timeout_seconds * 1.5,
        consumer_group_instance_id=settings.instance_id,
        consumer_auto_offset_reset="earliest",
        TableManager=NoTables,
        producer_max_request_size=PRODUCER_MAX_BYTES,
        # Topics are made on purpose, by `tasrih topics create`, not by whoever starts first.
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_buffer_maxsize=64,
        stream_recovery_delay=0.0,
        # Faust's own pages show the contents of tables and of the group; ours are in pages.py.
        web_tables_enabled=False,
        web_router_enabled=False,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port,
        logging_config=logging_config(settings),
        worker_redirect_stdouts=False,
    )
    app.transport = LaneTransport(app.conf.broker_consumer, app)
    app.one_by_one = settings.intake == "events"
    return app


def raw_topic(topic: Topic) -> Any:
    """Declare an input topic: bytes, because decoding outside the guard would lose a record; Faust commits nothing."""
    name = prefixed(topic, settings.topic_prefix)
    kept = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    return app.topic(name, acks=False, **kept)


def make_lanes(settings: Settings, stages: tuple[Stage, ...]) -> Lanes:
    """Make what takes records from the agents and commits what becomes of them."""
    connected = connection(settings)
    shared = Shared(
        children=Children("agents.stages:make_stages"),
        cluster=Cluster(connected, settings.group_id, settings.topic_prefix),
        index=Index(connected, prefixed(INDEX, settings.topic_prefix)),
        connection=connected,
        prefix=settings.topic_prefix,
        heartbeat_seconds=settings.session_timeout_seconds / 4,
    )
    parent = Path(settings.state_folder) if settings.state_folder else default_folder(settings.group_id)
    return Lanes(stages, shared, StateFolder(parent), settings.group_id, app.crash)


settings = load_settings(os.environ)
check_private_names()
app = make_app(settings)
READ, EXTRACT = make_stages(settings)
wires = raw_topic(RAW)
stories = raw_topic(STORIES)
lanes = app.lanes = make_lanes(settings, (READ, EXTRACT))


@app.on_rebalance_complete.connect  # type: ignore[untyped-decorator]
async def open_lanes(*_: Any, **__: Any) -> None:
    """Begin a lane on each partition that the group has given, before Faust reads the first record of it."""
    if problems := await lanes.problems():
        await app.crash(RuntimeError(f"{'; '.join(problems)} (see `tasrih topics check`)"))
    else:
        await lanes.open(app.consumer.assignment(), app.consumer_generation_id)


@app.on_partitions_revoked.connect  # type: ignore[untyped-decorator]
async def close_lanes(*_: Any, **__: Any) -> None:
    """End the lanes before the group gives their partitions to somebody else."""
    await lanes.close()


@app.on_before_shutdown.connect  # type: ignore[untyped-decorator]
async def drain(*_: Any, **__: Any) -> None:
    """Finish the transactions that were begun, before the worker leaves its group."""
    await lanes.end()
