"""What must hold for every input, tried on generated ones; the fast market beside the naive one."""
