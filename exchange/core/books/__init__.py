"""Orders at rest, the capacity they offer, and how a wish and an offer meet."""
