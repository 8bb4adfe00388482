"""Folds over events; delete any of them and replay rebuilds it."""
