"""From trade to last period: what a lease is, how it is metered, and how its money moves."""
