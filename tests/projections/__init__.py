"""The projections alone: events made by hand, and what can then be read."""
