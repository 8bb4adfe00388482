"""The commands of the terminal: each sends one or two requests and prints what came, as a table or as JSON."""
