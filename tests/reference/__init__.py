"""A second market, slow and obvious, written from the rulebook alone: what the real one is compared with."""
