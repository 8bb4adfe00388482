"""The market: commands in, events out; knows nothing of HTTP."""
