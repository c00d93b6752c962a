"""The image itself: what is in it, who runs it, and what it may write."""

import io
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from tests.deploy.containers import docker, in_image, inspected

MOST_BYTES_OVER_BASE = 95_000_000
# Public authorities: of the package certifi, and those that librdkafka carries.
PUBLIC_CERTIFICATES = re.compile(r"/(certifi/cacert\.pem|librdkafka-\w+\.so\.1)$")
UNWANTED = re.compile(
    r"(^|/)(torch|nvidia|transformers|gcc|cc1|strip|uv|uvx|pip\.conf|uv\.toml|\.git|\.netrc|\.pypirc|id_[a-z0-9]+|ca\.pem|\.env|tests/deploy)(/|$)"
)
KEYS = re.compile(rb"-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)-----\r?\n[A-Za-z0-9+/=]{40}")


@pytest.fixture(scope="module")
def own_files(image: str, base: str) -> dict[str, bytes]:
    """Every file of the layers over the base, by name."""
    below = len(inspected(base)["RootFS"]["Layers"])
    saved = subprocess.run(["docker", "save", image], capture_output=True, check=True, timeout=120).stdout
    with tarfile.open(fileobj=io.BytesIO(saved)) as archive:
        layers = json.loads(read(archive, "manifest.json"))[0]["Layers"][below:]
        return dict(found for layer in layers for found in files(read(archive, layer)))


def read(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None
    return found.read()


def files(layer: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        for member in archive:
            if member.isfile():
                yield member.name, read(archive, member.name)


def test_it_stands_on_the_base_and_adds_little(image: str, base: str) -> None:
    over, under = inspected(image), inspected(base)
    assert over["RootFS"]["Layers"][: len(under["RootFS"]["Layers"])] == under["RootFS"]["Layers"]
    assert over["Size"] - under["Size"] <= MOST_BYTES_OVER_BASE


def test_its_configuration_says_who_runs_what(image: str) -> None:
    config = inspected(image)["Config"]
    assert (config["User"], config["Entrypoint"], config["Cmd"]) == ("10001:10001", ["tasrih"], ["worker"])
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert {"title", "description", "licenses"} <= {name.rpartition(".")[2] for name in config["Labels"]}


def test_no_layer_holds_a_tool_of_the_build_or_a_model(own_files: dict[str, bytes]) -> None:
    assert [name for name in own_files if UNWANTED.search(name)] == []


def test_no_layer_holds_a_key_or_the_certificates_of_the_build(own_files: dict[str, bytes]) -> None:
    assert any(name.endswith("/agents/pipeline.py") for name in own_files)
    holding = [name for name, content in own_files.items() if KEYS.search(content)]
    assert [name for name in holding if not PUBLIC_CERTIFICATES.search(name)] == []


def test_everything_is_compiled_and_built_beforehand(own_files: dict[str, bytes]) -> None:
    packages = [name for name in own_files if "/bin/" not in name]
    assert sum(name.endswith(".pyc") for name in packages) == sum(name.endswith(".py") for name in packages)


def test_it_runs_without_privileges(image: str) -> None:
    program = "import os; print(os.getuid(), os.getgid()); print(open('/proc/self/status').read())"
    first, status = in_image(image, program).split("\n", 1)
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert first == "10001 10001"
    assert [int(fields[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")] == [0] * 4
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")


def test_its_user_may_change_nothing_of_it(image: str) -> None:
    program = (
        "import os\n"
        "for place in ('/opt', '/usr', '/etc', '/home', '/root', '/var/lib'):\n"
        "  for folder, _, names in os.walk(place):\n"
        "    for path in [folder, *(os.path.join(folder, name) for name in names)]:\n"
        "      if not os.path.islink(path) and os.access(path, os.W_OK): print(path)\n"
    )
    writable = docker("run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", program)
    assert writable.stdout.decode() == ""


def test_it_reads_a_story_without_kafka_and_with_a_read_only_root(image: str) -> None:
    story = "قالت مديرة المكتبة ليلى الحمداني إن القاعة تفتح غدا.".encode()
    plain = ("run", "--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "ALL")
    done = docker(*plain, image, "extract", "-", stdin=story)
    (line,) = done.stdout.splitlines()
    (statement,) = json.loads(line)["statements"]
    assert statement["source"]["name"] == "ليلى الحمداني"
