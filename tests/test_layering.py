"""Which file may import what: the stages are pure, a handful of files know Faust and Kafka's clients."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    str(path.relative_to(ROOT)) for folder in ("agents", "schemas") for path in (ROOT / folder).rglob("*.py")
)

# For each package, who may import it; a pattern ends at a folder's files (fnmatch's * crosses folders).
ALLOWED = {
    "faust": ("agents/app.py", "agents/logs.py", "agents/delivery/*", "agents/cli/worker.py"),
    "mode": ("agents/app.py", "agents/logs.py", "agents/delivery/*"),
    "aiokafka": ("agents/app.py", "agents/delivery/*", "schemas/examples/*"),
    "aiohttp": ("agents/cli/serving.py", "agents/console/server.py"),
    "confluent_kafka": ("agents/cli/*", "agents/console/reader.py"),
    "camel_tools": ("agents/normalize/camel.py",),
    "typer": ("agents/cli/*",),
    "rich": ("agents/cli/*",),
    "prometheus_client": ("agents/metrics.py", "agents/pages.py"),
}
PURE = (
    "agents/console/pages.py", "agents/console/store.py",
    "agents/extract/*", "agents/highlight/*", "agents/intake/*", "agents/normalize/*", "agents/holding.py",
    "agents/lifecycle.py", "agents/naming.py", "agents/orders.py", "agents/reading.py",
)  # fmt: skip
# What a pure stage may import of the project: other pure files, and what all of them speak in.
SPOKEN = ("agents.errors", "agents.messages", "schemas")
NEVER_FOR_EXTRACT = ("faust", "mode", "aiokafka", "confluent_kafka", "camel_tools", "numpy", "torch")


def imports(file: str) -> Iterator[str]:
    """Every module that a file imports, at its head or inside a function, by its full name."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield node.module or ""


def importers(package: str) -> list[str]:
    return [file for file in FILES if any(name.split(".")[0] == package for name in imports(file))]


def fits(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def is_pure(module: str) -> bool:
    path = module.replace(".", "/")
    return fits(f"{path}.py", PURE) or fits(f"{path}/__init__.py", PURE)


@pytest.mark.parametrize("package", ALLOWED)
def test_only_these_files_import(package: str) -> None:
    assert [file for file in importers(package) if not fits(file, ALLOWED[package])] == []


@pytest.mark.parametrize("package", ["faust", "aiokafka", "confluent_kafka"])
def test_the_lists_name_somebody_who_does(package: str) -> None:
    assert importers(package) != []


def test_the_records_know_nothing_of_the_worker() -> None:
    assert [file for file in importers("agents") if file.startswith("schemas/")] == []


@pytest.mark.parametrize("file", [file for file in FILES if fits(file, PURE)])
def test_a_pure_file_imports_only_what_is_pure(file: str) -> None:
    own = [name for name in imports(file) if name.split(".")[0] in ("agents", "schemas")]
    assert [name for name in own if not is_pure(name) and not name.startswith(SPOKEN)] == []


@pytest.mark.parametrize("pattern", PURE)
def test_every_pure_room_is_there(pattern: str) -> None:
    assert [file for file in FILES if fnmatch(file, pattern)] != []


def test_a_pure_stage_reads_no_clock_and_no_environment() -> None:
    told = ("datetime.now(", "time.time(", "time.monotonic(", "os.environ", "os.getenv", "random.")
    pure = [file for file in FILES if fits(file, PURE)]
    assert [(file, word) for file in pure for word in told if word in (ROOT / file).read_text(encoding="utf-8")] == []


def test_the_command_extract_loads_nothing_that_it_does_not_use() -> None:
    program = (
        "import sys; from agents.cli import main; sys.argv = ['tasrih', 'extract', '-']\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        f"loaded = [name for name in {NEVER_FOR_EXTRACT!r} if name in sys.modules]\n"
        "print('loaded', loaded, 'code', code, file=sys.stderr)\n"
    )
    story = "قال مدير المرفأ إن الرافعات عادت إلى العمل.".encode()
    done = subprocess.run([sys.executable, "-c", program], input=story, capture_output=True, timeout=60, check=False)
    assert done.stderr.decode().splitlines()[-1] == "loaded [] code 0"
    assert done.stdout.count(b"\n") == 1


def functions(file: str) -> Iterator[tuple[str, int]]:
    """Every function of a file with the lines of its body, its docstring left out."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            last = node.end_lineno or node.lineno
            yield f"{file}:{node.lineno} {node.name}", last - body[0].lineno + 1 if body else 0


def test_functions_are_small() -> None:
    sizes = dict(found for file in FILES for found in functions(file))
    assert [name for name, lines in sizes.items() if lines > 50] == []
    assert sorted(sizes.values())[len(sizes) // 2] <= 8


def test_nothing_inherits_from_a_class_of_our_own() -> None:
    """Records may extend a record, errors an error; there is no base class to climb."""
    own: dict[str, str] = {}
    bases: list[tuple[str, str]] = []
    for file in FILES:
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                own[node.name] = file
                bases += [(node.name, base.id) for base in node.bases if isinstance(base, ast.Name)]
    inherited = [(name, base) for name, base in bases if base in own and not base.endswith("Error")]
    assert inherited == [("EnrichedStory", "Story")]
