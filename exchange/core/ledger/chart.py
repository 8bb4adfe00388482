"""The chart of accounts: what each account is called, and which one may be negative.

A participant has four: what is free to use, what open bids hold, what open leases will still pay, and what stands
behind open asks. A voucher programme has two: what it may still grant, and what it has promised to leases. `external`
is the world outside, from which money comes and to which it goes back.
"""

EXTERNAL = "external"
FEES = "fees"

AVAILABLE, HELD, ESCROW, BOND = "available", "held", "escrow", "bond"
PURSES = (AVAILABLE, HELD, ESCROW, BOND)
POOL, COMMITTED = "pool", "committed"
PROGRAMME_PREFIX = "programme:"  # of the ledger accounts of programmes; no account of a participant can begin so


def purse(account_id: str, kind: str) -> str:
    """The ledger account of a participant: purse("acme-ai", HELD) is "acme-ai/held"."""
    return f"{account_id}/{kind}"


def programme_purse(programme: str, kind: str) -> str:
    """The ledger account of a voucher programme: programme_purse("wx", POOL) is "programme:wx/pool"."""
    return f"{PROGRAMME_PREFIX}{programme}/{kind}"
