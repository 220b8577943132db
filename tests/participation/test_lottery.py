"""The draw itself: anybody who runs it again gets the same."""

from hashlib import sha256
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduler.participation.lottery import Draw, Entry, draw, ticket

SIZES = st.lists(st.integers(1, 6), max_size=30)


def _entries(sizes: list[int]) -> list[Entry]:
    return [Entry(number, size) for number, size in enumerate(sizes, start=1)]


def test_a_lot_is_the_published_sum_that_any_computer_makes() -> None:
    assert ticket("seed", 7) == sha256(b"seed:7").hexdigest()
    assert ticket("seed", 7).startswith("0f1c63b88102f461")


def test_the_smallest_lots_are_drawn() -> None:
    entries = _entries([1] * 6)
    in_order = sorted(entries, key=lambda entry: ticket("s", entry.number))
    assert draw("s", entries, 4) == Draw(tuple(in_order[:4]), tuple(in_order[4:]))


def test_a_family_stays_together_and_is_passed_over_where_it_does_not_fit() -> None:
    seed = next(
        str(one) for one in range(99) if ticket(str(one), 1) < ticket(str(one), 2) < ticket(str(one), 3)
    )
    result = draw(seed, [Entry(1, 2), Entry(2, 3), Entry(3, 1)], 3)
    assert [entry.number for entry in result.drawn] == [1, 3]
    assert [entry.number for entry in result.waiting] == [2]


def test_nobody_in_the_draw_is_no_fault() -> None:
    assert draw("s", [], 5) == Draw((), ())


@given(st.text(max_size=9), SIZES, st.integers(0, 40), st.randoms())
def test_the_order_of_the_entries_means_nothing(
    seed: str, sizes: list[int], places: int, chance: object
) -> None:
    entries = _entries(sizes)
    mixed = list(entries)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # a random.Random
    assert draw(seed, mixed, places) == draw(seed, entries, places)


@given(st.text(max_size=9), SIZES, st.integers(0, 40))
def test_everybody_is_drawn_or_waits_and_no_place_is_given_twice(
    seed: str, sizes: list[int], places: int
) -> None:
    result = draw(seed, _entries(sizes), places)
    assert sorted((*result.drawn, *result.waiting), key=lambda entry: entry.number) == _entries(sizes)
    left = places - sum(entry.places for entry in result.drawn)
    assert left >= 0
    assert all(entry.places > left for entry in result.waiting)
    for group in (result.drawn, result.waiting):
        lots = [ticket(seed, entry.number) for entry in group]
        assert all(one < other for one, other in pairwise(lots))
