"""Benches and replays that drive the whole engine with real and generated load."""
