"""The rulebook, section by section, as stories that run."""
