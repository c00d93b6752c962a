"""The worker's image, run as operators are told to run it; Docker's own client does the work."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.broker.kafka import free_ports
from tests.broker.stream import Place

DOCKER_SECONDS = 60
HEALTHY_SECONDS = 60
RESTARTED_SECONDS = 60
# A worker needs to write to these two and to nothing else.
HARDENED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
LIMITS = ("--memory", "1g", "--pids-limit", "256")


def docker(*arguments: str, stdin: bytes | None = None, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run Docker's client."""
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, timeout=DOCKER_SECONDS, check=False)
    assert not check or done.returncode == 0, done.stderr.decode()
    return done


def inspected(name: str) -> dict[str, Any]:
    """Give what Docker knows of an image or a container."""
    found: dict[str, Any] = json.loads(docker("inspect", name).stdout)[0]
    return found


def in_image(image: str, program: str) -> str:
    """Run a Python program in the image, as it is run in production but without a network, and give what it prints."""
    plain = ("run", "--rm", "--network", "none", *HARDENED, *LIMITS, "--entrypoint", "python")
    return docker(*plain, image, "-c", program).stdout.decode()


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container of the worker on the network of this machine, and the port of its pages."""

    id: str
    port: int

    def state(self) -> dict[str, Any]:
        """Give its state as Docker knows it."""
        found: dict[str, Any] = inspected(self.id)["State"]
        return found

    def wait_until_started_again(self) -> None:
        """Wait until its restart policy has started it once more."""
        deadline = time.monotonic() + RESTARTED_SECONDS
        while not inspected(self.id)["RestartCount"]:
            assert time.monotonic() < deadline, f"the worker did not end:\n{self.logs()[-4000:]}"
            time.sleep(0.2)

    def health(self) -> str:
        """Give what the image's own health check has found."""
        return str(self.state().get("Health", {}).get("Status"))

    def logs(self) -> str:
        """Give what it has written."""
        done = docker("logs", self.id)
        return (done.stdout + done.stderr).decode()

    def wait_until_healthy(self) -> None:
        """Wait until the image's own health check says so."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        while self.health() != "healthy":
            state = self.state()
            assert state["Running"] or state["Restarting"], f"the worker ended:\n{self.logs()[-4000:]}"
            assert time.monotonic() < deadline, f"the worker was not healthy:\n{self.logs()[-4000:]}"
            time.sleep(0.2)

    def page(self, path: str) -> str:
        """Get a page of the worker."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def stop(self) -> int:
        """Stop it as an orchestrator does, and give the exit code."""
        docker("stop", "--time", "30", self.id)
        code: int = self.state()["ExitCode"]
        return code

    def kill(self) -> None:
        """End it at once."""
        docker("kill", self.id)


@contextmanager
def container(image: str, place: Place, *options: str, **settings: object) -> Iterator[Container]:
    """Run a worker in a container; it is gone in the end, whatever the test did."""
    port = free_ports(1)[0]
    named = {name: value for name, value in place.environ(web_port=port, **settings).items() if "TASRIH_" in name}
    variables = [word for name, value in named.items() for word in ("--env", f"{name}={value}")]
    checks = ("--health-interval", "1s")
    made = docker(
        "run", "--detach", "--network", "host", *HARDENED, "--tmpfs", "/data:uid=10001", *LIMITS, *checks, *options,
        *variables, image,
    )  # fmt: skip
    worker = Container(id=made.stdout.decode().strip(), port=port)
    try:
        yield worker
    finally:
        docker("rm", "--force", "--volumes", worker.id)
