"""Tests of the command `leasebook`: real servers in processes of their own, spoken to as users do."""
