"""Consoles that are open on busy markets, and what they cost the orders of others."""
