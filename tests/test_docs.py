"""The README names everything that an operator can set, run or make; the changelog knows the present version."""

import re
import tomllib
from dataclasses import fields

import pytest

from scheduler import VERSION
from scheduler.cli import main
from scheduler.config import ROOT, Settings

SETTINGS = [item.metadata["name"] for item in fields(Settings)]
COMMANDS = sorted(main.commands)
TARGETS = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.M)


def _readme() -> str:
    return (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_names_every_setting(name: str) -> None:
    assert re.search(rf"\b{name}\b", _readme())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command(name: str) -> None:
    assert re.search(rf"\btsudoi {name}\b", _readme())


@pytest.mark.parametrize("name", TARGETS)
def test_the_readme_names_every_make_target(name: str) -> None:
    assert re.search(rf"\bmake {name}\b", _readme())


def test_there_is_something_to_name() -> None:
    assert {"PORT", "TSUDOI_DATABASE_URL", "TSUDOI_INSTANCE", "TSUDOI_BASE_URL"} <= set(SETTINGS)
    assert {"serve", "tick", "demo", "check", "sign-in-link"} <= set(COMMANDS)
    assert {"run", "test", "check", "bench", "help"} <= set(TARGETS)


def test_every_setting_and_command_says_what_it_is_for() -> None:
    assert [item.name for item in fields(Settings) if not item.metadata["meaning"]] == []
    assert [name for name, command in main.commands.items() if not command.help] == []


def test_the_changelog_knows_the_present_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert re.search(rf"^## .*\b{re.escape(VERSION)}\b", (ROOT / "CHANGELOG.md").read_text(), re.M)


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
