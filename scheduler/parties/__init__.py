"""Who there is: people, households, bodies, memberships, and who of them is signed in."""
