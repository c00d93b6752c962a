"""Settings: what is refused, what is shown, and what a worker does with a wrong one."""

import os
import subprocess
import sys

import pytest

from agents.intake import MAX_STORY_BYTES
from agents.settings import MASK, SETTINGS, Settings, SettingsError, load_settings, settings_table, shown, variable

WRONG = {
    "TASRIH_WEB_PROT": "1",
    "TASRIH_WEB_PORT": "99999",
    "TASRIH_DRAIN_SECONDS": "ten",
    "TASRIH_GROUP_ID": "a b",
    "TASRIH_SECURITY_PROTOCOL": "SASL_SSL",
    "TASRIH_SASL_MECHANISM": "SCRAM",
    "TASRIH_SASL_PASSWORD": "hush",
    "TASRIH_TLS_KEY_FILE": "key.pem",
}
PROBLEMS = """\
7 problems in the settings:
  TASRIH_WEB_PROT: unknown setting; did you mean TASRIH_WEB_PORT?
  TASRIH_GROUP_ID: expected text matching ^[A-Za-z0-9._-]{1,100}$, got 'a b'
  TASRIH_SASL_MECHANISM: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, got 'SCRAM'
  TASRIH_WEB_PORT: expected a whole number from 1 to 65535, got '99999'
  TASRIH_DRAIN_SECONDS: expected a whole number from 1 to 300, got 'ten'
  TASRIH_SASL_USERNAME: missing; TASRIH_SECURITY_PROTOCOL=SASL_SSL needs it
  TASRIH_TLS_KEY_FILE: set without TASRIH_TLS_CERTIFICATE_FILE"""


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(WRONG)
    assert str(caught.value) == PROBLEMS


@pytest.mark.parametrize("command", [("-m", "agents.cli", "worker"), ("-m", "agents.cli", "topics", "check")])
def test_a_command_with_wrong_settings_prints_them_and_exits_with_2(command: tuple[str, ...]) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TASRIH_")}
    ended = subprocess.run(
        [sys.executable, *command], env=plain | WRONG, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.strip() == PROBLEMS
    assert "hush" not in ended.stdout + ended.stderr


def test_faust_with_wrong_settings_does_not_start() -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TASRIH_")}
    command = [sys.executable, "-m", "faust", "-A", "agents.app", "worker"]
    ended = subprocess.run(command, env=plain | WRONG, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert PROBLEMS in ended.stderr
    assert "hush" not in ended.stdout + ended.stderr


def test_names_of_the_tests_and_of_others_are_left_alone() -> None:
    beside = {"TASRIH_TEST_KAFKA": "h:1", "TASRIH_REQUIRE_KAFKA": "1", "HOME": "/", "FAUST_DATADIR": "/"}
    assert load_settings(beside) == Settings()


def test_an_empty_value_counts_as_not_set() -> None:
    assert load_settings({variable(name): "" for name in SETTINGS}) == Settings()


def test_secrets_are_never_shown() -> None:
    settings = Settings(sasl_password="hush")
    assert shown(settings)["sasl_password"] == MASK
    assert "hush" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load_settings({"TASRIH_SASL_PASSWORD": "hush"})
    assert "hush" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().web_port = 1  # type: ignore[misc]


def test_the_table_names_every_setting_once() -> None:
    rows = settings_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [variable(name) for name in SETTINGS]
    assert len(SETTINGS) <= 23


def test_every_default_is_a_value_that_may_be_set() -> None:
    given = {variable(name): str(value) for name, value in shown(Settings()).items() if value is not None}
    assert load_settings(given) == Settings()


def test_the_story_limit_is_the_readers() -> None:
    assert Settings().story_max_bytes == MAX_STORY_BYTES
