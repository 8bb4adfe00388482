"""Benches of the market itself: its books against naive and plain ones, and the whole core."""
