"""Histories that nobody has to wait for: the real market on a simulated clock, network and database, one seed each."""
