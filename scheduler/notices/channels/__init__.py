"""The ways on which a notice reaches people."""
