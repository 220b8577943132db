"""Who comes: sign-ups, places, withdrawals."""
