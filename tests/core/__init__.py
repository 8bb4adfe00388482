"""The machine by itself: commands in, state and views out."""
