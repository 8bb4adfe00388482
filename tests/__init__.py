"""What the market promises, as tests that read as its specification."""
