"""A password of chance for a log-in that others make: handed over once, changed by the person at the first log-in."""

import secrets

# Without characters that are taken for one another when read from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def first_password():
    """Easy to read out: abcd-efgh-jkmn-pqrs."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
