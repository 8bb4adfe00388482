"""The door for those who stay: one socket, one bounded outbox with one writer, requests and news interleaved."""
