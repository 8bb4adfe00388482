"""Requests made from the documents alone, and every answer held against them."""
