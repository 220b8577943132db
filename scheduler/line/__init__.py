"""LINE: a body's own account, the people who connect theirs to it, and the month's quota."""
