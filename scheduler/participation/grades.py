"""School grades: their codes, from which age on they are, and which is older; pure."""

# Code, and the youngest age in years of somebody in it.
GRADES = {
    "p": 3,
    "e1": 6,
    "e2": 7,
    "e3": 8,
    "e4": 9,
    "e5": 10,
    "e6": 11,
    "j1": 12,
    "j2": 13,
    "j3": 14,
    "h1": 15,
    "h2": 16,
    "h3": 17,
}


def years_of(grade: str, age_months: int | None) -> int:
    """Return how many full years a child has at least, by age in months where that is known, else by grade."""
    return age_months // 12 if age_months is not None else GRADES[grade]
