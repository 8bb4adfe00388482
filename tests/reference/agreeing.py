"""Two readings of one rulebook: what the market told of an amount is what the facts come to."""


def same(what: str, told: object, reckoned: object) -> None:
    """AssertionError, with both, when they differ."""
    assert told == reckoned, f"{what}: the market says {told}, the facts come to {reckoned}"
