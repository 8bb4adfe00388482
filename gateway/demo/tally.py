"""What the participants did since they came in, counted."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """One for the whole cast; only ever counted up."""

    bids: int = 0
    asks: int = 0
    cancels: int = 0
    leases: int = 0
    metered: int = 0
    ended: int = 0
    defaulted: int = 0
    subsidised: int = 0
    resales: int = 0
    released: int = 0
    contested: int = 0
    ruled: int = 0
    arrived: int = 0
    drills: int = 0
    top_ups: int = 0
    refused: Counter[str] = field(default_factory=Counter)
