"""The shape of the code, held by tests: budgets that only fall and bans the linters cannot state."""
