"""Double entry in integer micros: every transfer has one debit, one credit and one amount."""
