"""The words everyone may speak: units, windows, commands, events, refusals, views, the door. It imports nothing."""
