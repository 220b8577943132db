"""Groups: a household or a body signs up with a number and names its people later."""
