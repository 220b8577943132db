"""Stand-ins: who cannot come looks for somebody else, and is free the moment that somebody takes over."""
