"""The schema of the chart's values. Those that are settings of the worker are taken from ``agents/settings.py``."""

import json
from typing import Any, Final

import msgspec

from agents.settings import SECRETS, Settings

# The chart itself sets these: from secrets that it mounts, from the name of a pod, to a folder that it makes.
OWN: Final = frozenset(
    {*SECRETS, "sasl_username", "instance_id", "state_folder", "tls_ca_file", "tls_certificate_file", "tls_key_file"}
)
SCHEMA: Final = "https://json-schema.org/draft-07/schema#"

FLAG: Final = {"type": "boolean"}
TEXT: Final = {"type": "string"}
NAME: Final = {"type": "string", "pattern": r"^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$"}
FREE: Final = {"type": "object"}
FREE_LIST: Final = {"type": "array", "items": {"type": "object"}}
LABELS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION: Final = {"type": "string", "pattern": r"^[0-9]+(ms|s|m|h)$"}


def number(least: int, most: int | None = None) -> dict[str, Any]:
    """Describe a whole number.

    >>> number(1, 6)
    {'type': 'integer', 'minimum': 1, 'maximum': 6}
    """
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def fields(**properties: Any) -> dict[str, Any]:
    """Describe an object with these fields and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def setting_fields() -> dict[str, Any]:
    """Describe the worker's settings that the chart leaves to the operator, by name, without their defaults.

    >>> setting_fields()["properties"]["drain_seconds"]["maximum"]
    300
    """
    (described,) = msgspec.json.schema(Settings)["$defs"].values()
    properties = {
        name: {key: value for key, value in one.items() if key != "default"}
        for name, one in described["properties"].items()
        if name not in OWN
    }
    return fields(**properties) | {"required": ["bootstrap_servers"]}


def values_schema() -> dict[str, Any]:
    """Give the JSON Schema of values.yaml."""
    return {
        "$schema": SCHEMA,
        **fields(
            nameOverride=NAME,
            fullnameOverride=NAME,
            image=fields(
                repository={**TEXT, "minLength": 1},
                tag=TEXT,
                digest={"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
                pullPolicy={"enum": ["Always", "IfNotPresent", "Never"]},
                pullSecrets=FREE_LIST,
            ),
            kind={"enum": ["Deployment", "StatefulSet"]},
            replicas=number(1),
            settings=setting_fields(),
            sasl=fields(secret=NAME, username=TEXT, usernameKey=TEXT, passwordKey=TEXT),
            tls=fields(caSecret=NAME, caKey=TEXT, clientSecret=NAME, certificateKey=TEXT, keyKey=TEXT),
            resources=FREE,
            terminationGracePeriodSeconds=number(2),
            persistence=fields(enabled=FLAG, storageClass=TEXT, size=TEXT),
            probes=fields(startup=FREE, liveness=FREE, readiness=FREE),
            podDisruptionBudget=fields(enabled=FLAG, maxUnavailable={"type": ["integer", "string"]}),
            networkPolicy=fields(
                enabled=FLAG,
                scrapers=FREE_LIST,
                kafka=fields(ports={"type": "array", "items": number(1, 65535), "minItems": 1}, to=FREE_LIST),
            ),
            keda=fields(
                enabled=FLAG,
                minReplicas=number(1),
                maxReplicas=number(1),
                partitions=number(1),
                lagThreshold=number(1),
                pollingSeconds=number(1),
                stabilizationSeconds=number(60),
            ),
            strimzi=fields(
                topics=FLAG,
                users=FLAG,
                cluster=NAME,
                namespace=NAME,
                replicas=number(1),
                partitions={"type": ["integer", "null"], "minimum": 1},
                feeds={"type": "array", "items": NAME},
                consumers={"type": "array", "items": NAME},
                operators={"type": "array", "items": NAME},
                editors={"type": "array", "items": NAME},
            ),
            monitoring=fields(
                podMonitor=fields(enabled=FLAG, labels=LABELS, interval=DURATION),
                rules=fields(enabled=FLAG, labels=LABELS),
                dashboard=fields(enabled=FLAG, labels=LABELS),
            ),
            podAnnotations=LABELS,
            podLabels=LABELS,
            nodeSelector=LABELS,
            tolerations=FREE_LIST,
            affinity=FREE,
            topologySpreadConstraints=FREE_LIST,
        ),
    }


def values_schema_json() -> str:
    """Write the schema as Helm reads it."""
    return json.dumps(values_schema(), indent=2, ensure_ascii=False) + "\n"
