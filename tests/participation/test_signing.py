"""What is asked for, as plain values: how many heads, and which party."""

import pytest

from scheduler.participation.grades import GRADES, years_of
from scheduler.participation.signing import Company, Named, SignUp

FAMILY = Company(("父", ""), (9, 40), (Named("姉", grade="j2"),))


def test_everybody_is_named_one_by_one_the_contact_first() -> None:
    everybody = SignUp(1, contact_grade="h1", company=FAMILY).everybody
    assert [(one.name, one.years) for one in everybody] == [
        ("", 15),
        ("父", None),
        ("", None),
        ("", 0),
        ("", 3),
        ("姉", 13),
    ]


HEADS = [
    (SignUp(1), 1),
    (SignUp(1, company=FAMILY), 6),
    (SignUp(1, company=FAMILY, contact_comes=False), 5),
    (SignUp(1, pledged=12), 12),
    (SignUp(1, pledged=0), 0),
    (SignUp(1, contact_comes=False), 0),
]


@pytest.mark.parametrize(("sign_up", "heads"), HEADS)
def test_heads_are_the_contact_and_the_company_or_what_is_pledged(sign_up: SignUp, heads: int) -> None:
    assert sign_up.people == heads


PARTIES = [
    (SignUp(1), ("person_id", 1)),
    (SignUp(1, household_id=2), ("household_id", 2)),
    (SignUp(1, organization_id=3), ("organization_id", 3)),
    (SignUp(1, household_id=2, organization_id=3), ("organization_id", 3)),
]


@pytest.mark.parametrize(("sign_up", "party"), PARTIES)
def test_exactly_one_party_says_yes(sign_up: SignUp, party: tuple[str, int]) -> None:
    assert [(name, value) for name, value in sign_up.party_values.items() if value is not None] == [party]


def test_grades_rise_with_age_and_months_are_whole_years() -> None:
    assert list(GRADES.values()) == sorted(GRADES.values())
    assert [years_of("", months) for months in (0, 11, 12, 35)] == [0, 0, 1, 2]
    assert years_of("e1", None) == 6
