"""What the chart makes, read from its rendered manifests, against what the package says."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from agents.settings import SECRETS, Settings, load_settings, variable
from deploy.__main__ import FILES
from deploy.access import USERS, filled
from deploy.dashboard import dashboard_json
from deploy.rendering import CHART, RENDERED, cases, head, rendered
from deploy.values import OWN, values_schema
from schemas.topics import PRODUCER_MAX_BYTES, RAW, STORIES, TOPICS, topic_config

VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


def manifests(case: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The manifests of a case, by kind and name."""
    documents = yaml.safe_load_all((RENDERED / f"{case}.yaml").read_text(encoding="utf-8"))
    return {(one["kind"], one["metadata"]["name"]): one for one in documents if one}


def of_kind(case: str, kind: str) -> list[dict[str, Any]]:
    return [one for (found, _), one in manifests(case).items() if found == kind]


def workload(case: str) -> dict[str, Any]:
    (made,) = [*of_kind(case, "Deployment"), *of_kind(case, "StatefulSet")]
    return made


def pod(case: str) -> dict[str, Any]:
    found: dict[str, Any] = workload(case)["spec"]["template"]["spec"]
    return found


def environment(case: str) -> dict[str, str]:
    """The worker's variables: of the ConfigMap, and those that come from elsewhere with a value for each."""
    (settings,) = [one for one in of_kind(case, "ConfigMap") if one["metadata"]["name"] == "tasrih"]
    (container,) = pod(case)["containers"]
    data: dict[str, str] = settings["data"]
    return data | {one["name"]: one.get("value", "from-elsewhere") for one in container.get("env", [])}


def settings_of(case: str) -> Settings:
    return load_settings(environment(case))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_follows_from_the_package_is_as_it_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path](), "run: uv run python -m deploy"


@pytest.mark.parametrize("case", cases())
def test_the_manifests_were_rendered_from_this_chart(case: str) -> None:
    first = (RENDERED / f"{case}.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert f"{first}\n" == head(case), "run: uv run python -m deploy --render"


@pytest.mark.skipif(shutil.which("helm") is None, reason="no helm")
@pytest.mark.parametrize("case", cases())
def test_helm_renders_the_same(case: str) -> None:
    assert rendered(case) == (RENDERED / f"{case}.yaml").read_text(encoding="utf-8")


WRONG = {
    "terminationGracePeriodSeconds must be above": ["terminationGracePeriodSeconds=10"],
    "keda.maxReplicas is above keda.partitions": ["keda.enabled=true", "keda.maxReplicas=7"],
    "needs sasl.secret": ["settings.security_protocol=SASL_SSL"],
    "needs settings.sasl_mechanism": ["settings.security_protocol=SASL_SSL", "sasl.secret=login"],
    "does not use it": ["sasl.secret=login"],
    "persistence needs kind": ["persistence.enabled=true"],
    "strimzi.cluster must name": ["strimzi.topics=true"],
    "drain_secconds": ["settings.drain_secconds=3"],
    "web_port": ["settings.web_port=70000"],
    "digest": ["image.digest=latest"],
}


@pytest.mark.skipif(shutil.which("helm") is None, reason="no helm")
@pytest.mark.parametrize("said", WRONG)
def test_the_chart_refuses_what_cannot_work(said: str) -> None:
    given = [word for one in WRONG[said] for word in ("--set", one)]
    command = ["helm", "template", "tasrih", str(CHART), "--kube-version", "1.33.0", *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert said in done.stderr


def test_the_values_fit_their_schema_and_a_wrong_name_does_not() -> None:
    Draft7Validator.check_schema(values_schema())
    validator = Draft7Validator(values_schema())
    assert list(validator.iter_errors(VALUES)) == []
    assert list(validator.iter_errors(VALUES | {"replica": 1})) != []
    assert list(validator.iter_errors(VALUES | {"settings": VALUES["settings"] | {"sasl_password": "x"}})) != []


def test_every_value_is_described_and_every_description_has_a_value() -> None:
    def paths(schema: dict[str, Any], values: Any, at: str = "") -> None:
        if "properties" in schema and at != ".settings":
            assert sorted(schema["properties"]) == sorted(values), at
            for name, inner in schema["properties"].items():
                paths(inner, values[name], f"{at}.{name}")

    paths(values_schema(), VALUES)


def test_the_settings_in_values_are_the_workers_defaults_but_for_what_a_container_needs() -> None:
    other = {"bootstrap_servers", "web_host", "log_format"}
    defaults = {name: getattr(Settings(), name) for name in VALUES["settings"]}
    assert {name: value for name, value in VALUES["settings"].items() if name not in other} == {
        name: value for name, value in defaults.items() if name not in other
    }


@pytest.mark.parametrize("case", cases())
def test_the_worker_starts_with_the_settings_that_the_chart_gives(case: str) -> None:
    settings = settings_of(case)
    assert settings.state_folder == "/data"
    assert settings.web_host == "0.0.0.0"
    assert pod(case)["terminationGracePeriodSeconds"] > settings.drain_seconds
    (container,) = pod(case)["containers"]
    assert container["ports"] == [{"name": "web", "containerPort": settings.web_port, "protocol": "TCP"}]


def test_no_secret_stands_in_a_manifest() -> None:
    hidden = {variable(name) for name in SECRETS}
    for case in cases():
        (container,) = pod(case)["containers"]
        given = {one["name"]: one for one in container.get("env", [])}
        assert [name for name in hidden & set(given) if "valueFrom" not in given[name]] == []
        assert not hidden & set(of_kind(case, "ConfigMap")[0]["data"])


def test_the_chart_leaves_no_setting_out() -> None:
    assert {*OWN, *values_schema()["properties"]["settings"]["properties"]} == set(Settings.__struct_fields__)


@pytest.mark.parametrize("case", cases())
def test_pods_are_restricted(case: str) -> None:
    """What the Pod Security Standard `restricted` asks for, and a read-only root besides."""
    spec = pod(case)
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert {one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")} == {"/data", "/tmp"}


@pytest.mark.parametrize("case", cases())
def test_the_probes_ask_the_pages_that_mean_it(case: str) -> None:
    pages = (CHART.parents[2] / "agents" / "pages.py").read_text(encoding="utf-8")
    (container,) = pod(case)["containers"]
    asked = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}
    assert asked == {"startupProbe": "/live", "livenessProbe": "/live", "readinessProbe": "/ready"}
    assert [path for path in asked.values() if f'@app.page("{path}")' not in pages] == []


def test_replicas_are_left_to_keda_where_it_scales() -> None:
    assert workload("default")["spec"]["replicas"] == VALUES["replicas"]
    assert "replicas" not in workload("full")["spec"]


def test_keda_follows_the_lag_of_both_inputs_and_stops_at_the_partitions() -> None:
    (scaled,) = of_kind("full", "ScaledObject")
    settings = settings_of("full")
    spec = scaled["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "tasrih"}
    asked = [(one["metadata"]["topic"], one["metadata"]["consumerGroup"]) for one in spec["triggers"]]
    assert asked == [(topic.name, settings.group_id) for topic in (RAW, STORIES)]
    assert {one["metadata"]["bootstrapServers"] for one in spec["triggers"]} == {settings.bootstrap_servers}
    assert spec["maxReplicaCount"] <= min(RAW.partitions, STORIES.partitions) == VALUES["keda"]["partitions"]
    scale_down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert scale_down["stabilizationWindowSeconds"] >= 300


def test_strimzi_makes_the_topics_as_they_are_defined() -> None:
    made = {one["spec"]["topicName"]: one["spec"] for one in of_kind("full", "KafkaTopic")}
    assert {name: (one["partitions"], one["config"]) for name, one in made.items()} == {
        topic.name: (topic.partitions, topic_config(topic)) for topic in TOPICS
    }
    assert {one["apiVersion"] for one in of_kind("full", "KafkaTopic")} == {"kafka.strimzi.io/v1"}
    assert max(int(one["config"]["max.message.bytes"]) for one in made.values()) < PRODUCER_MAX_BYTES


USER_OF = {"worker": "tasrih", "feed": "wakala", "consumer": "archive", "operator": "desk", "editor": "chief"}


@pytest.mark.parametrize("user", USERS)
def test_strimzi_gives_its_users_what_is_listed_and_no_more(user: str) -> None:
    (made,) = [one for one in of_kind("full", "KafkaUser") if one["metadata"]["name"] == USER_OF[user]]
    listed = [
        (
            one["resource"]["type"],
            one["resource"]["name"],
            one["resource"]["patternType"] == "prefix",
            tuple(one["operations"]),
        )
        for one in made["spec"]["authorization"]["acls"]
    ]
    wanted = filled(USERS[user], prefix="", group=settings_of("full").group_id, own=f"{USER_OF[user]}.")
    assert listed == [(one.resource, one.name, one.prefix, one.operations) for one in wanted]


def test_the_worker_logs_in_as_the_user_that_strimzi_makes() -> None:
    (container,) = pod("full")["containers"]
    given = {one["name"]: one for one in container["env"]}
    assert given[variable("sasl_username")]["value"] == USER_OF["worker"]
    source = given[variable("sasl_password")]["valueFrom"]["secretKeyRef"]
    assert source == {"name": USER_OF["worker"], "key": "password"}


def test_nobody_but_the_worker_and_editors_reads_what_is_internal() -> None:
    internal = {topic.name for topic in TOPICS if topic.access == "internal"}
    reading = {
        user: {one.name for one in filled(grants, prefix="", group="g", own="o") if "Read" in one.operations} & internal
        for user, grants in USERS.items()
    }
    assert {user for user, names in reading.items() if names} == {"worker", "editor"}


def test_monitoring_carries_the_alerts_and_the_dashboard() -> None:
    (rule,) = of_kind("full", "PrometheusRule")
    assert rule["spec"] == yaml.safe_load((CHART / "files" / "alerts.yaml").read_text(encoding="utf-8"))
    board = manifests("full")["ConfigMap", "tasrih-dashboard"]["data"]["tasrih.json"]
    assert board == dashboard_json().strip()
    (monitor,) = of_kind("full", "PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("web", "/metrics")


def test_static_members_are_named_after_their_pods() -> None:
    (container,) = pod("stateful")["containers"]
    given = {one["name"]: one for one in container["env"]}
    assert given[variable("instance_id")]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    (service,) = of_kind("stateful", "Service")
    assert workload("stateful")["spec"]["serviceName"] == service["metadata"]["name"]


def test_the_chart_and_the_package_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = (CHART.parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert found is not None
    assert chart["version"] == chart["appVersion"] == found[1]
