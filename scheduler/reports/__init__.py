"""Hours and head-counts, computed from what happened and never stored."""
