"""Packages of npm for the tests, each set fetched once into a cache; skipped where there is no Node.js."""

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tasrih"
INSTALL_SECONDS = 200


@functools.cache
def npm_packages(name: str, *packages: str) -> Path:
    """Give the folder with these packages, named with their versions; two copies may run at once, the first wins."""
    lacking = [program for program in ("node", "npm") if shutil.which(program) is None]
    if lacking:
        absent(f"{' and '.join(lacking)} not found: what {', '.join(packages)} would check is NOT checked")
    folder = CACHE / f"{name}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetch-") as work:
            install(Path(work) / name, packages)
            try:
                (Path(work) / name).rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return folder


def install(folder: Path, packages: tuple[str, ...]) -> None:
    folder.mkdir()
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder))
    try:
        subprocess.run(
            ("npm", "install", *flags, *packages), check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except subprocess.CalledProcessError as error:
        absent(f"npm could not install {packages}: {error.stderr.strip()[-300:]}")
    except subprocess.TimeoutExpired:
        absent(f"npm did not install {packages} in {INSTALL_SECONDS} s")


def absent(reason: str) -> None:
    """Skip the test, or fail it where TASRIH_REQUIRE_NODE is 1."""
    if os.environ.get("TASRIH_REQUIRE_NODE") == "1":
        pytest.fail(f"Node.js is required, but {reason}")
    pytest.skip(reason)
