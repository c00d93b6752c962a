"""A Kafka that asks for TLS, a password and rights; its users have exactly those of deploy/access.py."""

import secrets
import subprocess
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from agents.cli.environment import client_options
from agents.settings import load_settings
from deploy.access import USERS, Grant, filled
from tests.broker.kafka import FORMAT_SECONDS, JAVA, Broker, free_ports, kafka_jars
from tests.broker.stream import Place

MECHANISM = "SCRAM-SHA-512"
ADMIN = "admin"
TYPES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactionalId": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
}
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="{password}";
ssl.keystore.location={folder}/broker.p12
ssl.keystore.password={password}
ssl.keystore.type=PKCS12
ssl.truststore.location={folder}/broker.p12
ssl.truststore.password={password}
ssl.truststore.type=PKCS12
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
log.dirs={folder}/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""


@dataclass(frozen=True, kw_only=True)
class Secured:
    """A broker with users; each is named as its kind in deploy/access.py, and has a password."""

    place: Place
    ca: Path
    passwords: dict[str, str]

    def login(self, user: str) -> dict[str, Any]:
        """Give the settings with which a user connects."""
        known = {"security_protocol": "SASL_SSL", "sasl_mechanism": MECHANISM, "tls_ca_file": self.ca}
        return {**known, "sasl_username": user, "sasl_password": self.passwords[user]}

    def options(self, user: str) -> dict[str, Any]:
        """Give the same in librdkafka's words."""
        return client_options(load_settings(self.place.environ(**self.login(user)))) | {"log_level": 0}

    def bindings(self, user: str, grants: Iterable[Grant]) -> list[AclBinding]:
        """Write grants as the broker takes them."""
        place = self.place.environ()
        names = {"prefix": self.place.prefix, "group": place["TASRIH_GROUP_ID"], "own": f"{user}."}
        return [
            AclBinding(
                TYPES[one.resource],
                one.name,
                ResourcePatternType.PREFIXED if one.prefix else ResourcePatternType.LITERAL,
                f"User:{user}",
                "*",
                OPERATIONS[operation],
                AclPermissionType.ALLOW,
            )
            for one in filled(grants, **names)
            for operation in one.operations
        ]

    def grant(self, user: str, grants: Iterable[Grant]) -> None:
        """Give a user rights."""
        admin = AdminClient(self.options(ADMIN))
        for answer in admin.create_acls(self.bindings(user, grants)).values():
            answer.result(20)

    def take(self, user: str, grant: Grant) -> None:
        """Take rights from a user."""
        admin = AdminClient(self.options(ADMIN))
        filters = [
            AclBindingFilter(
                one.restype,
                one.name,
                one.resource_pattern_type,
                one.principal,
                one.host,
                one.operation,
                one.permission_type,
            )
            for one in self.bindings(user, [grant])
        ]
        for answer in admin.delete_acls(filters).values():
            assert len(answer.result(20)) == 1


@contextmanager
def secured_kafka(folder: Path) -> Iterator[Secured]:
    """Run a secured broker with the users and their rights, and the topics made; all of it is gone in the end."""
    port, controller = free_ports(2)
    passwords = {user: secrets.token_urlsafe(12).strip("-_") for user in (ADMIN, *USERS)}
    ca = make_certificate(folder, passwords[ADMIN])
    numbers = {"port": port, "controller": controller}
    properties = PROPERTIES.format(folder=folder, password=passwords[ADMIN], **numbers)
    (folder / "server.properties").write_text(properties)
    java = [*JAVA, "-cp", f"{kafka_jars()}/*"]
    added = [word for user, one in passwords.items() for word in ("-S", f"{MECHANISM}=[name={user},password={one}]")]
    tool = ["kafka.tools.StorageTool", "format", "-t", f"T{uuid.uuid4().hex[:21]}", "-c"]
    command = [*java, *tool, str(folder / "server.properties"), *added]
    subprocess.run(command, check=True, timeout=FORMAT_SECONDS, stdout=subprocess.DEVNULL)
    place = Place(address=f"127.0.0.1:{port}", prefix=f"t{uuid.uuid4().hex[:10]}.")
    secured = Secured(place=place, ca=ca, passwords=passwords)
    broker = Broker(place.address, folder, java)
    broker.start()
    try:
        assert broker.answers(secured.options(ADMIN)), broker.log.read_text()[-4000:]
        made = place.tasrih("topics", "create", "--partitions", "2", "--replication", "1", **secured.login(ADMIN))
        assert made.returncode == 0, made.stdout + made.stderr
        for user, grants in USERS.items():
            secured.grant(user, grants)
        yield secured
    finally:
        broker.stop()


def make_certificate(folder: Path, password: str) -> Path:
    """Make a key with a certificate that signs itself, for 127.0.0.1, and give the certificate as PEM."""
    store = [
        "-keystore",
        str(folder / "broker.p12"),
        "-storetype",
        "PKCS12",
        "-storepass",
        password,
        "-alias",
        "broker",
    ]
    make = ["-genkeypair", "-keyalg", "EC", "-dname", "CN=broker", "-ext", "san=ip:127.0.0.1", "-validity", "2"]
    subprocess.run(["keytool", *make, *store], check=True, timeout=60, capture_output=True)
    shown = subprocess.run(["keytool", "-exportcert", "-rfc", *store], check=True, timeout=60, capture_output=True)
    (folder / "ca.pem").write_bytes(shown.stdout)
    return folder / "ca.pem"
