"""The deterministic machine: sequenced commands in, events out, nothing else."""
