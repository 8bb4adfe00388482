"""The chart of accounts: what each account is called, and which one may be negative.

A participant has four: what is free to use, what open bids hold, what open leases will still pay, and what stands
behind open asks. `external` is the world outside, from which money comes and to which it goes back.
"""

EXTERNAL = "external"
FEES = "fees"

AVAILABLE, HELD, ESCROW, BOND = "available", "held", "escrow", "bond"
PURSES = (AVAILABLE, HELD, ESCROW, BOND)


def purse(account_id: str, kind: str) -> str:
    """The ledger account of a participant: purse("acme-ai", HELD) is "acme-ai/held"."""
    return f"{account_id}/{kind}"
