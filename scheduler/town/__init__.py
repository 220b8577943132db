"""The whole town in numbers, for the city's staff and the operator; and founding a body."""
