"""Changes that alter nothing that anybody could see, each with its reason: the only survivors that are allowed."""

EQUIVALENT: dict[str, str] = {}
