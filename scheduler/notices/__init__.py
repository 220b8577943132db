"""What is told to people, and that it is told once."""
