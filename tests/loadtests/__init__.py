"""The replays: how they read their input, what they make of it, what they count."""
