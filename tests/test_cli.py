"""What the operator's commands say when they cannot do their work."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from scheduler.cli import main

OFFICER = ["aoba", "あおば町内会", "後藤 五郎", "ごとう ごろう", "goro@example.jp"]


@pytest.mark.parametrize(
    "words",
    [
        ["demo"],
        ["publish"],
        ["operator", "a@example.jp"],
        ["sign-in-link", "a@example.jp"],
        ["new-body", *OFFICER],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_needs_tables_says_how_to_make_them(words: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, words, env={"TSUDOI_INSTANCE": str(tmp_path)})
    assert (result.exit_code, result.output) == (1, "Error: the tables are old: run `tsudoi migrate`\n")
