"""Voucher programmes: what they pay, to whom, out of which money."""
