"""Tests of the console and the market page: a headless Chromium before a real sandbox."""
