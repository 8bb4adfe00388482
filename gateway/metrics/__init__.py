"""What the server tells of itself at /metrics: counted as plain integers where it happens, worded when asked."""
