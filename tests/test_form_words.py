"""What stands before an error in the list on top of a form: its label, unless the sentence names that itself."""

import pytest

from scheduler.form_words import names


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("Choose at least one thing that it can do.", "What it can do"),
        ("Choose somebody from the list or enter a name.", "Choose from the list"),
        ("Please enter the name of the part.", "Part name"),
        ("Enter the name of a block. Example: Block 1", "Names of the blocks"),
        ("Please enter a name for the household. Example: Sato", "Name of the household"),
        ("何に使うトークンか、名前を入れてください。", "何に使いますか"),
        ("団体やグループの名前を入れてください。", "団体・グループの名前"),
    ],
)
def test_a_sentence_that_names_its_field_needs_no_label(sentence: str, label: str) -> None:
    assert names(sentence, label)


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("This has to be filled in.", "First day"),
        ("Please enter a date. Example: 2026-11-22", "First day"),
        ("ここは必ず入れてください。", "はじめの日"),
        ("日にちを入れてください。例：2026-11-22", "はじめの日"),
        ("名前を入れてください。", "お子さんの名前"),
        ("ここは必ず入れてください。", "ふりがな"),
    ],
)
def test_a_sentence_that_does_not_name_its_field_keeps_the_label(sentence: str, label: str) -> None:
    assert not names(sentence, label)
