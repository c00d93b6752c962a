"""The Dockerfile and compose.yaml against what the package says."""

import re
import tomllib
from typing import Any

import yaml

from agents.settings import Settings, load_settings, variable
from deploy.rendering import CHART
from schemas.topics import TOPICS

DEPLOY = CHART.parents[1]
ROOT = DEPLOY.parent
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_image_sets_only_settings_that_there_are() -> None:
    given = dict(re.findall(r"(TASRIH_\w+)=(\S+)", DOCKERFILE))
    settings = load_settings(given)
    assert (settings.state_folder, settings.web_host, settings.log_format) == ("/data", "0.0.0.0", "json")


def test_the_image_shows_the_port_of_the_pages() -> None:
    port = str(Settings().web_port)
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f"'{variable('web_port')}', '{port}'" in DOCKERFILE
    assert "'/ready'" in DOCKERFILE


def test_the_image_asks_for_no_frontend_of_its_own_and_runs_as_nobody_known() -> None:
    assert not DOCKERFILE.startswith("# syntax")
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE) == ['["tasrih"]']


def test_the_image_is_built_of_what_the_lock_says_with_one_version_of_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert {one for one in bases if one.startswith("$")} == {"${PYTHON_IMAGE}"}
    assert DOCKERFILE.count("uv sync --locked --no-dev --no-install-project") == 2
    assert "3.11" in project["project"]["requires-python"]
    assert re.search(r"PYTHON_IMAGE=\S+:3\.11", DOCKERFILE)


def test_compose_gives_the_worker_settings_that_there_are() -> None:
    services = COMPOSE["services"]
    for name in ("topics", "worker"):
        load_settings(services[name]["environment"])
    kafka = services["kafka"]["environment"]
    assert services["worker"]["environment"][variable("bootstrap_servers")] in kafka["KAFKA_ADVERTISED_LISTENERS"]
    assert Settings().bootstrap_servers in kafka["KAFKA_ADVERTISED_LISTENERS"]


def test_compose_lets_nobody_make_topics_but_the_job() -> None:
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert COMPOSE["services"]["topics"]["command"][:2] == ["topics", "create"]
    waits = COMPOSE["services"]["worker"]["depends_on"]
    assert waits["topics"] == {"condition": "service_completed_successfully"}


def test_compose_confines_what_runs_the_image() -> None:
    for name in ("topics", "worker"):
        service = COMPOSE["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert {"mem_limit", "pids_limit"} <= set(service)


def test_compose_waits_longer_than_the_worker_drains() -> None:
    grace = COMPOSE["services"]["worker"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > Settings().drain_seconds


def test_compose_opens_ports_to_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert f"127.0.0.1:{Settings().web_port}:{Settings().web_port}" in ports


def test_the_documents_of_deploy_name_topics_that_there_are() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.suffix in (".md", ".tpl", ".yaml")]
    named = {name for text in texts for name in re.findall(r"\bwire\.[a-z]+\.v\d+\b", text)}
    assert named - {topic.name for topic in TOPICS} == set()
