"""A proof from outside: real processes are killed under load, and what clients were told is compared with what is."""
