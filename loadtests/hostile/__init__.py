"""Attacks on a running server, and what they do to the orders of others."""
